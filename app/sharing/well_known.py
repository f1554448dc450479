"""What programs look for at well-known addresses (RFC 8615)."""

from datetime import timedelta

from flask import Response, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from ..data.database import now
from ..web.access import for_everybody
from ..web.i18n import languages
from ..web.public import A_DAY, public
from ..web.urls import external_url
from . import blueprint

# How long security.txt is valid from now on: RFC 9116 recommends less than a year.
VALID = timedelta(days=180)


@blueprint.get("/.well-known/security.txt")
@for_everybody
def security() -> Response:
    """Say where to report a weakness (RFC 9116)."""
    config = current_app.config
    contact = config["SECURITY_CONTACT"] or f"{config['BASE_URL']}/about"
    # Of the day, so that the text changes once a day.
    expires = (now() + VALID).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(languages())}",
        f"Canonical: {external_url('sharing.security')}",
        "",
    ]
    return public("\n".join(lines), "text/plain", A_DAY)


@blueprint.get("/.well-known/change-password")
@for_everybody
def change_password() -> ResponseReturnValue:
    """Lead password managers to where a password is changed (w3c.github.io/webappsec)."""
    return redirect(url_for("accounts.edit_account"), 302)
