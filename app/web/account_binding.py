"""Whose page it is: a page and its forms are bound to the account that they were rendered for.

Another tab may sign out, or sign in to another account, while a page is open. Each form has the
account in a hidden field, and htmx sends it in a header with every request (``base.html``), where 0
means an anonymous viewer. What a page of another account asks for is refused.
"""

from flask import abort, g, request, session
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import Conflict

from .answers import ExplainedError
from .requests import wants_fragment
from .sent_forms import CARRIED, hidden_field

FIELD = "account"
HEADER = "Account"
# In the session cookie of who has signed in.
SIGNED_IN = "signed_in"


class AnotherAccountError(ExplainedError, Conflict):
    """The page was rendered for another account than the viewer's."""

    @property
    def title(self) -> str:
        """Who the viewer is now."""
        return _("You are @%(name)s now", name=current_user.username)

    @property
    def advice(self) -> str:
        """What the viewer can do."""
        return _(
            "This page belongs to another account, so nothing was done. What you typed is still "
            "here: copy it, or log in to that account in another tab and send it again."
        )


def hidden_fields() -> Markup:
    """Return the hidden fields that every form has: the CSRF token, and :func:`account_field`."""
    if "hidden_fields" not in g:
        g.hidden_fields = hidden_field("csrf_token", generate_csrf()) + account_field()
    fields: Markup = g.hidden_fields
    return fields


def forget_hidden_fields() -> None:
    """Have the forms that this request still renders be of the session as it is now."""
    g.pop("hidden_fields", None)
    # Flask-WTF keeps the token for the rest of the request.
    g.pop("csrf_token", None)


def account_field() -> Markup:
    """Return the hidden field with the account that a form is rendered for; for nobody, nothing."""
    id = current_user.id
    return hidden_field(FIELD, str(id)) if id else Markup("")


def refuse_another_account() -> None:
    """Refuse a request of a page that was rendered for another account.

    Raises :class:`AnotherAccountError`, or answers 401 where nobody is signed in any more. A
    request that does not say whose page it is passes: the CSRF token decides.
    """
    sent = [request.headers.get(HEADER)]
    if request.method == "POST":
        sent.append(request.form.get(FIELD))
    rendered_for = {account for account in sent if account is not None}
    if _is_refused(rendered_for):
        if not current_user.is_authenticated:
            abort(401)
        raise AnotherAccountError
    check_carried_account()


def _is_refused(rendered_for: set[str]) -> bool:
    if rendered_for:
        return rendered_for != {str(current_user.id)}
    # Most requests name no account, and many need no viewer: the login session is looked up only
    # for a fragment, which is refused on the page of a login session that has ended.
    return wants_fragment() and has_signed_in() and not current_user.is_authenticated


def check_carried_account() -> None:
    """Raise :class:`AnotherAccountError` if the log-in form carries a form of another account."""
    carried = request.form.get(CARRIED + FIELD) if request.method == "POST" else None
    if carried and current_user.is_authenticated and carried != str(current_user.id):
        raise AnotherAccountError


def note_signed_in() -> None:
    """Note in the session cookie that it is of a login session."""
    if not has_signed_in():
        session[SIGNED_IN] = True


def has_signed_in() -> bool:
    """Whether the session cookie is of a login session, which may have ended; reads no database."""
    return SIGNED_IN in session
