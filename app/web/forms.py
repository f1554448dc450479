"""Forms: the checks of every POST, and validators that forms of several domains use."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, CSRFProtect
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import Length, StopValidation, ValidationError

from ..data.characters import is_visible
from ..data.types import is_storable
from . import bodies
from .account_binding import account_field, hidden_fields, refuse_another_account
from .requests import has_many_fields

csrf = CSRFProtect()

# Characters of the name of a field. Ours have fewer.
LONGEST_NAME = 100


def init_app(app: Flask) -> None:
    """Check every request to ``app`` before any view runs; Flask-WTF checks the token of a POST."""
    # First, because the checks after them parse the form.
    bodies.init_app(app)
    app.before_request(_check_form)
    # Before the token is checked: in another account's session it is always a wrong one.
    app.before_request(refuse_another_account)
    csrf.init_app(app)
    app.before_request(bodies.refuse_without_files)
    app.jinja_env.globals["hidden_fields"] = hidden_fields
    app.jinja_env.globals["is_first_error"] = is_first_error
    if app.config["REDIS_URL"] and app.config["SECRET_KEY_IS_OF_THIS_MACHINE"]:
        app.logger.warning(
            "SECRET_KEY is not set: this machine made its own. If others serve the same community, "
            "set the same on each, or people are signed out from one page to the next."
        )


def is_first_error(field: Field) -> bool:
    """Whether ``field`` is the first wrong one that this request renders; it has the focus."""
    if not field.errors or "wrong_field" in g:
        return False
    g.wrong_field = field
    return True


def _check_form() -> None:
    """Refuse a POST that no form of ours can have sent, before Flask-WTF looks at it.

    Answers 413 to a form of many fields, before they are parsed (Werkzeug itself limits those of
    multipart forms), and 400 to a field whose name no form of ours has: WTForms reads numbers in
    the names of the parts of a list, and fails on "²" and on thousands of digits.
    """
    if request.method != "POST":
        return
    if has_many_fields():
        abort(413)
    if not all(name.isascii() and len(name) <= LONGEST_NAME for name in request.form):
        abort(400)
    if from_another_site():
        raise CSRFError


class Form(FlaskForm):
    """A form that the macros of ``_forms.html`` render."""

    @property
    def rendered_apart(self) -> Sequence[str]:
        """The names of the fields that the macros leave to the template around them."""
        return ()

    def hidden_tag(self, *fields: Any) -> Markup:
        """Return the hidden fields, with those that every form of ours has."""
        own: Markup = super().hidden_tag(*fields)
        return own + account_field()


class LengthFirst(Length):
    """A length that stops validation when it is wrong: later validators may be slow then.

    The browser does not limit the field: it would count UTF-16 code units, two for an emoji.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field_flags: dict[str, Any] = {}

    def __call__(self, form: FlaskForm, field: Any) -> None:
        """Raise :class:`wtforms.validators.StopValidation` for a wrong length."""
        try:
            super().__call__(form, field)
        except ValidationError as error:
            raise StopValidation(*error.args) from error


def storable(_form: FlaskForm, field: Any) -> None:
    """Refuse NUL and lone surrogates, which no database stores."""
    if not is_storable(field.data or ""):
        # The validators after this one query the database, which would fail on it.
        raise StopValidation(_l("There is a character in it that cannot be kept. Remove it."))


def visible(_form: FlaskForm, field: Any) -> None:
    """Refuse a text of which nothing can be seen, such as a lone zero-width space."""
    if field.data and not is_visible(field.data):
        raise StopValidation(_l("Nothing of it can be seen. Write it in letters."))


def line_ends(text: str | None) -> str:
    """Return ``text`` with line feeds, as browsers count them; they send two characters each."""
    return (text or "").replace("\r\n", "\n")


def from_another_site() -> bool:
    """Whether another site began this request, according to the browser.

    ``Sec-Fetch-Site`` (W3C, Fetch Metadata) is missing over plain HTTP; ``Origin`` (RFC 6454) comes
    with every POST. Behind a proxy that replaces the host, it is that of ``BASE_URL``.
    """
    site, origin = (request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin"))
    if site not in (None, "same-origin", "none"):
        return True
    if origin is None or (origin == "null" and site == "same-origin"):
        return False
    own = (request.headers.get("Host", ""), urlsplit(current_app.config["BASE_URL"]).netloc)
    return origin.partition("://")[2].lower() not in {host.lower() for host in own if host}
