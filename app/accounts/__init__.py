"""Accounts: users, and the login sessions in which they are signed in."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, cli_group="user")

from . import avatars, commands, jobs, routes, settings_routes, sign_in  # noqa: E402, F401

blueprint.record_once(sign_in.init_app)
blueprint.add_app_template_global(avatars.avatar_url)
blueprint.app_context_processor(sign_in.viewer_in_templates)
