"""The page for who logs in with the right password to an account that is not open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import gettext as _

from .models import User


@dataclass(frozen=True)
class RefusedPart:
    """What a domain adds to the page: a template, with the values that ``load`` returns.

    ``load`` takes the user, and returns None where the template has nothing to say. A form in it
    is for somebody who is not signed in: a token says whose account it is about.
    """

    template: str
    load: Callable[[User], Mapping[str, Any] | None]


_parts: list[RefusedPart] = []


def add_to_refused(part: RefusedPart) -> None:
    """Add ``part`` to the page, after those of earlier domains."""
    _parts.append(part)


def refused(user: User) -> Response:
    """Answer 403: why ``user`` cannot sign in, until when, and what they can do."""
    titles = {
        "suspended": _("Your account is suspended"),
        "waiting": _("Your account waits for approval"),
        "leaving": _("Your account is being deleted"),
    }
    shown = [(part.template, part.load(user)) for part in _parts]
    parts = [(template, values) for template, values in shown if values is not None]
    title = titles[user.state]
    return make_response(
        render_template("accounts/refused.html", user=user, title=title, parts=parts), 403
    )
