"""The answer to a form while the store of pictures is unavailable."""

from flask import Response
from flask_babel import lazy_gettext as _l

from ..web.errors import not_stored
from . import blueprint
from .store_protocol import StoreUnavailableError


@blueprint.app_errorhandler(StoreUnavailableError)
def store_unavailable(_error: StoreUnavailableError) -> Response:
    """Answer 503 with the form as it was typed, to be sent again."""
    return not_stored(_l("The place where this site keeps its pictures does not answer."))
