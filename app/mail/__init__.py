"""Mail: an outbox row written with its cause, and a job that delivers it with retries."""

from flask import Blueprint

blueprint = Blueprint("mail", __name__)

from . import jobs, models

blueprint.record_once(jobs.init_app)

__all__ = ["blueprint", "models"]
