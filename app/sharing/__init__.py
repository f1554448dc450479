"""Sharing: what other sites, programs and devices get of ours. It owns the pictures of posts."""

from flask import Blueprint

blueprint = Blueprint("sharing", __name__)

from . import device, receivers, routes, sitemap, tags, well_known

for _function in (tags.canonical, tags.locale, tags.picture_url):
    blueprint.add_app_template_global(_function)
