"""The settings of the site, for administrators."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import before_confirming, for_administrators
from ..accounts.validators import RESERVED_NAMES
from ..accounts.viewer import viewer
from ..site import change_site, site_now
from ..site.settings import BY_ENVIRONMENT
from ..web.answers import form_page, show_message
from . import blueprint
from .forms import SiteForm, show_all_when_expired
from .list_form import ListForm

show_all_when_expired(SiteForm, ListForm)


@blueprint.route("/settings/site", methods=["GET", "POST"])
@before_confirming  # Where no mail leaves, an administrator turns the confirmation off here.
@for_administrators
def edit_site() -> ResponseReturnValue:
    """Change the settings of the site."""
    site = site_now()
    form = SiteForm(site)
    if form.validate_on_submit():
        change_site(viewer, **form.changed())
        show_message(_("The settings are saved."))
        return redirect(url_for("administration.edit_site"), 303)
    return form_page("administration/edit_site.html", form, by_environment=BY_ENVIRONMENT)


@blueprint.route("/settings/site/lists", methods=["GET", "POST"])
@for_administrators
def edit_lists() -> ResponseReturnValue:
    """Change who and what cannot join, and which names nobody can take."""
    form = ListForm(site_now())
    if form.validate_on_submit():
        change_site(viewer, **form.changed())
        show_message(_("The lists are saved."))
        return redirect(url_for("administration.edit_lists"), 303)
    return form_page("administration/edit_lists.html", form, always=sorted(RESERVED_NAMES))
