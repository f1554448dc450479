"""Exports: archives of all that is a person's own, which the worker makes."""

from flask import Blueprint

blueprint = Blueprint("exports", __name__)

from ..accounts.refused import RefusedPart, add_to_refused
from ..media.orphans import keeps_files
from ..web.server import answer_elsewhere
from . import commands, jobs, models, routes

add_to_refused(RefusedPart("exports/_take_along.html", routes.how_to_take_along))
keeps_files(models.Export.key)
# Archives are long, and may come from another server.
ARCHIVES = ("exports.download", "exports.download_by_link")
blueprint.record_once(lambda state: answer_elsewhere(state.app, *ARCHIVES))
