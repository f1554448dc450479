"""Profiles: what others see of a person."""

from flask import Blueprint

blueprint = Blueprint("profiles", __name__)

from . import models, routes  # noqa: E402, F401
