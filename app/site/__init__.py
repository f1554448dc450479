"""Site: what administrators decided about the community, such as its name and its rules."""

from flask import Blueprint

blueprint = Blueprint("site", __name__, cli_group="site")

from ..web.i18n import offer_languages_by
from . import commands, routes
from .settings import Rule, Site, change_site, site, site_in_templates, site_last_read, site_now

blueprint.app_context_processor(site_in_templates)
blueprint.add_app_template_global(site_last_read)
blueprint.record_once(lambda state: offer_languages_by(state.app, lambda: site().languages))

__all__ = ["Rule", "Site", "blueprint", "change_site", "site", "site_now"]
