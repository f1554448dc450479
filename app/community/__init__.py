"""Import of a community from files, and its copy to another database. Owns no table."""

from flask import Blueprint

blueprint = Blueprint("community", __name__, cli_group="community")

from . import commands
