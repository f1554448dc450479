"""Media: the pictures of posts and people. They arrive, are decoded, are shown."""

from flask import Blueprint

blueprint = Blueprint("media", __name__)

from . import jobs  # noqa: E402, F401
