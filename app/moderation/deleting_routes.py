"""Delete the account of somebody else, from their page at the desk."""

from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from ..accounts.access import for_administrators
from ..accounts.models import User
from ..accounts.roles import is_above
from ..accounts.viewer import viewer
from ..data.characters import LONGEST_USERNAME
from ..data.database import db
from ..web.answers import form_page, show_message
from ..web.forms import Form, LengthFirst, line_ends, storable, visible
from ..web.sent_forms import show_when_expired
from . import blueprint
from .actions import Decision
from .deciding import find_person
from .deleting import delete_person
from .models import LONGEST_WORDS

show_when_expired("typed_username", _l("Username"))


class DeletePersonForm(Form):
    """Deleting the account of somebody else: their name once more, and why."""

    typed_username = StringField(
        _l("Username"),
        validators=[InputRequired(), LengthFirst(max=LONGEST_USERNAME + 1), storable],
        description=_l("Type it once more, so that it is the right one."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    why = TextAreaField(
        _l("Why"),
        filters=[line_ends],
        validators=[InputRequired(), LengthFirst(max=LONGEST_WORDS - 500), storable, visible],
        description=_l("The person reads it in a mail, and everybody in the public log."),
        render_kw={"rows": 4},
    )
    submit = SubmitField(_l("Delete the account"), render_kw={"class": "btn btn-outline-danger"})

    def __init__(self, username: str) -> None:
        super().__init__()
        self.username = username

    def validate_typed_username(self, field: Any) -> None:
        """Refuse another name."""
        if not field.errors and field.data.removeprefix("@").lower() != self.username.lower():
            raise ValidationError(_l("This is another name."))


@blueprint.route("/desk/people/<username:username>/delete", methods=["GET", "POST"])
@for_administrators
def delete_account(username: str) -> ResponseReturnValue:
    """Delete the account of a person, at once and for good."""
    found = find_person(username)
    if not is_above(viewer.role, found.role):
        abort(403, _("You cannot moderate this person."))
    form = DeletePersonForm(found.username)
    if not form.validate_on_submit():
        return form_page("moderation/delete.html", form, person=found)
    person = db.session.get_one(User, found.id)
    delete_person(viewer, person, Decision(reason=form.why.data.strip()))
    show_message(_("The account of @%(name)s is being deleted.", name=found.username))
    return redirect(url_for(".desk"), 303)
