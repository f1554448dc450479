"""Discover: whom to follow and what is talked about, worked out by the worker; the first steps."""

from flask import Blueprint

blueprint = Blueprint("discover", __name__)

from . import aside, jobs, receivers, routes, welcome_routes  # noqa: E402, F401

blueprint.add_app_template_global(aside.aside)
blueprint.add_app_template_global(aside.why)
blueprint.add_app_template_global(aside.today)
