"""Accounts: users, and the login sessions in which they are signed in."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, cli_group="user")

from ..web.urls import external_url
from . import (
    avatars,
    commands,
    confirm_routes,
    confirming,
    exporting,
    invite_routes,
    jobs,
    join_routes,
    leaving,
    leaving_routes,
    routes,
    settings_routes,
    sign_in,
)
from .access import keep_readers_only
from .invitation_commands import invite_commands
from .invitations import may_invite

blueprint.record_once(sign_in.init_app)
blueprint.record_once(lambda state: state.app.cli.add_command(invite_commands))
blueprint.add_app_template_global(avatars.avatar_url)
blueprint.add_app_template_global(may_invite)
blueprint.add_app_template_global(external_url)
blueprint.before_app_request(keep_readers_only)
blueprint.before_app_request(confirm_routes.keep_confirmed_only)
blueprint.app_context_processor(sign_in.viewer_in_templates)
blueprint.add_app_template_global(confirming.must_confirm)

# What registers itself when it is imported.
__all__ = ["blueprint", "commands", "invite_routes", "jobs", "join_routes", "routes"]
__all__ += ["exporting", "leaving", "leaving_routes", "settings_routes"]
