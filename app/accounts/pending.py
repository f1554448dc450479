"""What an anonymous viewer wanted to do, such as to follow somebody, done once signed in.

A link leads to the page to join, with the URL of the form that would do it as ``?then=``; the forms
of that page and of the log-in page carry it in hidden fields (:mod:`app.web.sent_forms`). So a GET
does nothing, whoever made the link: the page says what will be done, and the form that signs in,
with its CSRF token, does it for the account that it signs in to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import request, url_for

from ..site import site
from ..web.answers import is_own_path
from ..web.sent_forms import SentForm, carried_form
from ..web.urls import view_at


class Reason(NamedTuple):
    """Why to sign in: "Join to follow Ada", and the same for who has an account."""

    to_join: str
    to_log_in: str


@dataclass(frozen=True)
class _Act:
    # Both are called with the values in the URL. Without a reason there is nothing to do.
    reason: Callable[..., Reason | None]
    do: Callable[..., str] | None = None


# By HTTP method and endpoint.
_acts: dict[tuple[str, str], _Act] = {}


def do_once_joined(
    endpoint: str, reason: Callable[..., Reason | None], do: Callable[..., str]
) -> None:
    """Have the POST to ``endpoint`` wait for who is not signed in.

    ``reason`` and ``do`` are called with the values in its URL; ``reason`` returns None where
    there is nothing to do, and ``do`` acts for the viewer and returns a path of ours to go on to.
    """
    _acts["POST", endpoint] = _Act(reason, do)


def ask_to_join(endpoint: str, reason: Callable[..., Reason | None]) -> None:
    """Have the page to join say why, for who came from the page ``endpoint``."""
    _acts["GET", endpoint] = _Act(reason)


def join_url(then: str | None = None, next: str | None = None) -> str:
    """Return the URL of the page to join; ``then`` is the URL of a form, and ``next`` a page."""
    page = "accounts.register" if site().can_join else "accounts.login"
    return url_for(page, then=then, next=next)


def form_to_carry() -> SentForm | None:
    """Return what the log-in form carries: what it carried before, or what ``?then=`` names."""
    if carried := carried_form():
        return carried
    then = request.args.get("then") if request.method == "GET" else None
    return SentForm(then, None, []) if then and _find("POST", then) else None


def reason_to_sign_in(sent: SentForm | None, next: str | None) -> Reason | None:
    """Return why to sign in: to do ``sent``, or to go on to the page ``next``."""
    if site().is_for_members:
        return None  # It would name people and posts.
    for method, path in (("POST", sent and sent.action), ("GET", next)):
        if path and (found := _find(method, path)):
            act, values = found
            return act.reason(**values)
    return None


def do_pending(sent: SentForm) -> str | None:
    """Do what ``sent`` asks for; return the path to go on to, or None where it is no such form."""
    found = _find("POST", sent.action)
    if found is None:
        return None
    act, values = found
    return act.do(**values) if act.do else None


def _find(method: str, path: str) -> tuple[_Act, dict[str, Any]] | None:
    if not is_own_path(path):
        return None
    found = view_at(urlsplit(path).path, method)
    act = _acts.get((method, found[0])) if found else None
    return (act, found[1]) if act and found else None
