"""What a form is answered when the store of pictures is away."""

from flask import Response
from flask_babel import gettext as _

from ..web.errors import not_stored
from . import blueprint
from .store_protocol import StoreUnavailableError


@blueprint.app_errorhandler(StoreUnavailableError)
def store_is_away(_error: StoreUnavailableError) -> Response:
    """Answer 503 in words; what was typed is there to be sent again."""
    return not_stored(_("The place where this site keeps its pictures does not answer."))
