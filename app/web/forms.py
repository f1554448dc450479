"""Forms: the CSRF check of every POST, and validators that forms of several domains use."""

from typing import Any

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms.validators import StopValidation

from ..data.types import is_storable

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Have Flask-WTF refuse every POST to ``app`` without a valid token, before any view runs."""
    csrf.init_app(app)
    if app.config["REDIS_URL"] and app.config["SECRET_KEY_IS_OF_THIS_MACHINE"]:
        app.logger.warning(
            "SECRET_KEY is not set: this machine made its own. If others serve the same community, "
            "set the same on each, or people are signed out from one page to the next."
        )


def storable(_form: FlaskForm, field: Any) -> None:
    """Refuse NUL and lone surrogates, which no database stores."""
    if not is_storable(field.data or ""):
        # The validators after this one query the database, which would fail on it.
        raise StopValidation(_l("There is a character in it that cannot be kept. Remove it."))


def line_ends(text: str | None) -> str | None:
    """Return ``text`` with line feeds, as browsers count them; they send two characters each."""
    return text and text.replace("\r\n", "\n")


def from_another_site() -> bool:
    """Whether another site began this request, according to the browser (W3C, Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
