"""``/healthz``: whether this process can answer."""

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..data.failures import reason
from ..data.reading import read_latest
from ..data.schema import ALEMBIC_VERSION, problem_of_revision
from .access import for_everybody


def init_app(app: Flask) -> None:
    """Give ``app`` its health check."""
    app.add_url_rule("/healthz", "healthz", _healthz)


_SCHEMA = select(ALEMBIC_VERSION)


@for_everybody
def _healthz() -> tuple[str, int, dict[str, str]]:
    text = {"Content-Type": "text/plain"}
    try:
        problem = problem_of_revision(current_app, read_latest(_SCHEMA).scalar())
    except SQLAlchemyError as error:
        problem = f"does not answer: {reason(error)}"
    if problem:
        current_app.logger.error("/healthz: the database %s", problem)
        return "The database cannot be used; the log says why.", 503, text
    return "ok", 200, text
