"""The log: all of it for moderators, and what everybody may read."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from ..accounts.access import for_moderators
from ..accounts.viewer import viewer
from ..data.types import is_storable
from ..web.access import for_readers
from ..web.answers import page
from ..web.paging import read_rows
from . import blueprint, log_queries
from .log_queries import FILTERS
from .words import ACTIONS

# Characters of what a filter takes.
LONGEST_FILTER = 100


@blueprint.get("/desk/log")
@for_moderators
def whole_log() -> ResponseReturnValue:
    """List everything that was done, the latest first: by somebody, of a kind, to somebody."""
    given = {name: request.args.get(name, "").strip()[:LONGEST_FILTER] for name in FILTERS}
    asked = {name: value for name, value in given.items() if value and is_storable(value)}
    values: dict[str, Any] = {
        name: value.removeprefix("@").lower()
        for name, value in asked.items()
        if name != "by_command"
    }
    rows = read_rows(
        lambda window: log_queries.whole_log(window, frozenset(asked)),
        "id",
        viewer_id=viewer.id,
        **values,
    )
    actions = sorted(ACTIONS.items(), key=lambda each: str(each[1]))
    return page("moderation/whole_log.html", "log", rows=rows, asked=asked, actions=actions)


@blueprint.get("/moderation-log")
@for_readers
def public_log() -> ResponseReturnValue:
    """What was done and why. Nobody who reported is named."""
    rows = read_rows(log_queries.public_log, "id")
    return page("moderation/public_log.html", "log", rows=rows)
