"""``/healthz``: whether this process can answer."""

from flask import Flask
from sqlalchemy import text

from ..data.reading import read_latest


def init_app(app: Flask) -> None:
    """Give ``app`` its health check."""
    app.add_url_rule("/healthz", "healthz", _healthz)


def _healthz() -> tuple[str, int, dict[str, str]]:
    read_latest(text("SELECT 1")).scalar()
    return "ok", 200, {"Content-Type": "text/plain"}
