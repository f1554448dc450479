"""The look of the site, for administrators: its accent and its banner."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import ValidationError

from ..accounts.access import for_administrators
from ..accounts.viewer import viewer
from ..media.current_picture import WAITING, CurrentPicture
from ..media.site_banner import (
    PURPOSE,
    choose_site_banner,
    describe_site_banner,
    remove_site_banner,
    site_banner,
)
from ..site import change_site, site_now
from ..web.answers import form_page, show_message
from ..web.bodies import take_files
from ..web.sent_forms import carry_when_expired
from . import blueprint
from .forms import LookForm

take_files("administration.edit_look")
carry_when_expired("accent")


@blueprint.route("/settings/site/look", methods=["GET", "POST"])
@for_administrators
def edit_look() -> ResponseReturnValue:
    """Change the accent and the banner."""
    site = site_now()
    banner = site_banner(site)
    form = LookForm(site, banner)
    if form.is_submitted():
        # Each of them: a browser sends no file again where the accent is refused.
        are_right = [form.validate(), _save_banner(form, banner)]
        if all(are_right):
            change_site(viewer, **form.changed())
            show_message(_("The settings are saved."))
            return redirect(url_for("administration.edit_look"), 303)
        banner = site_banner(site_now())
    return form_page("administration/edit_look.html", form, banner=banner)


def _save_banner(form: LookForm, banner: CurrentPicture) -> bool:
    """Store what was chosen of the banner; False where it is refused, which the form then says."""
    if form.banner.errors or form.banner_description.errors:
        return False
    description = form.banner_description.data or ""
    if form.banner.data:
        crop = form.banner_crop.data
        try:
            choose_site_banner(viewer, form.banner.data, crop=crop, description=description)
        except ValidationError as error:
            form.banner.errors = [*form.banner.errors, *error.args]
            return False
        show_message(WAITING[PURPOSE])
    elif form.remove_banner.data:
        remove_site_banner(viewer)
    elif description != banner.description and form.has_changed("banner_description", description):
        describe_site_banner(viewer, description)
        form.go_on_from("banner_description", description)
    return True
