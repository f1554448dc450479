"""The page of one's invitations."""

import secrets
from functools import cache
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, select
from wtforms import HiddenField, IntegerField, SubmitField
from wtforms.validators import InputRequired, NumberRange

from ..data.database import AnySelect, db, now
from ..data.keyset import row_count
from ..data.reading import read
from ..web.answers import form_page, show_message
from ..web.forms import Form, LengthFirst, storable
from ..web.limits import limiter
from ..web.sent_forms import carry_when_expired
from . import blueprint
from .access import for_members
from .invitations import (
    DAYS,
    MOST_DAYS,
    MOST_OPEN_BY_MEMBERS,
    MOST_USES,
    MOST_USES_BY_MEMBERS,
    USES,
    Invitation,
    Invited,
    invitation_of,
    invite,
    may_invite,
)
from .models import User
from .viewer import viewer
from .visibility import not_hidden

MOST_SHOWN = 100


class InvitationForm(Form):
    """A new invitation."""

    uses = IntegerField(_l("For how many people"), validators=[InputRequired()], default=USES)
    days = IntegerField(
        _l("For how many days"),
        validators=[InputRequired(), NumberRange(1, MOST_DAYS)],
        default=DAYS,
    )
    nonce = HiddenField(
        validators=[LengthFirst(max=64), storable], default=lambda: secrets.token_hex(16)
    )
    submit = SubmitField(_l("Make an invitation"))

    def validate_uses(self, field: Any) -> None:
        """Allow more uses to moderators than to members."""
        most = MOST_USES if viewer.is_moderator else MOST_USES_BY_MEMBERS
        NumberRange(1, most)(self, field)


carry_when_expired("uses", "days")


@blueprint.route("/settings/invitations", methods=["GET", "POST"])
@for_members
@limiter.limit("60 per hour", methods=["POST"])
def invitations() -> ResponseReturnValue:
    """List one's invitations and who joined with them; make another."""
    if not may_invite(viewer):
        abort(404)
    form = InvitationForm()
    if form.validate_on_submit():
        if viewer.is_moderator or _open_ones() < MOST_OPEN_BY_MEMBERS:
            invite(viewer, uses=form.uses.data, days=form.days.data, nonce=form.nonce.data or "")
            show_message(_("Here is your invitation: copy its link."))
            return redirect(url_for("accounts.invitations"), 303)
        form.uses.errors = [_("You have many open invitations. Revoke one first.")]
    found = read(_own_invitations(), viewer_id=viewer.id).all()
    invited = read(_invited(), viewer_id=viewer.id).all()
    return form_page(
        "accounts/invitations.html", form, invitations=found, invited=invited, now=now()
    )


@blueprint.post("/settings/invitations/<id:id>/revoke")
@for_members
def revoke_invitation(id: int) -> ResponseReturnValue:
    """Have nobody else join with an invitation of one's own."""
    (invitation_of(viewer, id) or abort(404)).revoke(viewer)
    show_message(_("Nobody else can join with that link."))
    return redirect(url_for("accounts.invitations"), 303)


def _open_ones() -> int:
    is_open = (Invitation.used < Invitation.uses, Invitation.ends_at > now())
    own = select(func.count()).where(Invitation.made_by_id == viewer.id, *is_open)
    return db.session.scalar(own) or 0


@cache
def _own_invitations() -> AnySelect:
    columns = (Invitation.id, Invitation.code, Invitation.uses, Invitation.used, Invitation.ends_at)
    own = select(*columns).where(Invitation.made_by_id == bindparam("viewer_id"))
    return own.order_by(Invitation.id.desc()).limit(row_count(MOST_SHOWN))


@cache
def _invited() -> AnySelect:
    people = select(Invited.invitation_id, User.username).join(User, User.id == Invited.user_id)
    people = people.join(Invitation, Invitation.id == Invited.invitation_id)
    own = people.where(Invitation.made_by_id == bindparam("viewer_id"), not_hidden(User.id))
    return own.order_by(Invited.user_id.desc()).limit(row_count(MOST_SHOWN))
