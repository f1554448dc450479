"""The style guide: every part of the interface on one page. In debug mode only; owns no table."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

blueprint = Blueprint("styleguide", __name__)

from . import routes


@blueprint.record
def _in_debug_only(state: BlueprintSetupState) -> None:
    if state.app.debug:
        state.add_url_rule("/styleguide", view_func=routes.show)
