"""Accounts: who a person is (users) and where they are signed in (login sessions)."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, cli_group="user")

from . import avatars, commands, jobs, routes, settings, sign_in  # noqa: E402, F401

blueprint.record_once(sign_in.init_app)
blueprint.add_app_template_global(avatars.avatar_url)
