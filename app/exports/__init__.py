"""Exports: archives of all that is a person's own, which the worker makes."""

from typing import cast

from flask import Blueprint, Flask
from flask.sansio.blueprints import BlueprintSetupState

blueprint = Blueprint("exports", __name__)

from ..accounts.refused import RefusedPart, add_to_refused
from ..media.orphans import keeps_files
from ..web.server import answer_elsewhere
from . import commands, jobs, models, routes

add_to_refused(RefusedPart("exports/_take_along.html", routes.how_to_take_along))
keeps_files(models.Export.key)


def _init_app(state: BlueprintSetupState) -> None:
    # Archives are long, and may come from another server.
    app = cast(Flask, state.app)
    answer_elsewhere(app, "exports.download", "exports.download_by_link")


blueprint.record_once(_init_app)
