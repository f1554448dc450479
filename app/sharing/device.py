"""What a device needs to keep the site beside its apps: manifest, icon, page without connection."""

import json
from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from ..site import site
from ..web.access import for_everybody
from ..web.i18n import browser_language, using_language
from ..web.public import A_DAY, AN_HOUR, public
from ..web.urls import STATIC
from . import blueprint

# As in base.html, where both are.
PAPER = "#f6f3ec"


@blueprint.get("/manifest.webmanifest")
@for_everybody
def manifest() -> Response:
    """Describe the site as an app (w3.org/TR/appmanifest), in the language of the browser."""
    with using_language(browser_language()):
        described = json.dumps(_described(), ensure_ascii=False)
    response = public(described, "application/manifest+json", AN_HOUR)
    response.vary.add("Accept-Language")
    return response


def _described() -> dict[str, Any]:
    name = site().name
    icons = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable", 512, "maskable"))
    write = {"name": _("Write"), "url": url_for("posts.new")}
    return {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": site().description or _("A community that talks in short posts."),
        "lang": browser_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {
                "src": url_for("static", filename=f"{file}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for file, size, purpose in icons
        ],
        "shortcuts": [write | {"icons": [{"src": url_for("static", filename="icon-192.png")}]}],
    }


@blueprint.get("/favicon.ico")
@for_everybody
def favicon() -> Response:
    """Give the icon to browsers that look for it here."""
    return public((STATIC / "favicon.ico").read_bytes(), "image/x-icon", A_DAY)


@blueprint.get("/service-worker.js")
@for_everybody
def service_worker() -> Response:
    """Give the script that shows :func:`offline` where there is no connection."""
    script = current_app.jinja_env.get_template("sharing/service-worker.js").render()
    return public(script, "text/javascript", AN_HOUR)


@blueprint.get("/offline")
@for_everybody
def offline() -> Response:
    """Say that there is no connection. The service worker keeps this page; it is nobody's own."""
    with using_language(browser_language()):
        # Without Flask's context processors, which would read the viewer.
        template = current_app.jinja_env.get_template("sharing/offline.html")
        response = public(template.render(config=current_app.config), "text/html", AN_HOUR)
    response.vary.add("Accept-Language")
    return response
