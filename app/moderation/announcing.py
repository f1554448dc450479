"""Telling moderators that something new is at the desk: a notification, and a mail if they wish."""

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.signals import applied
from ..data.database import writing
from ..mail.sending import send_mail
from ..notifications.models import notify_from_site
from .letters import CASE
from .models import Case, MailedModerator


def announce_case(case: Case) -> None:
    """Tell moderators, except the person concerned, of a new case."""
    _announce("case", case.person_id, case_id=case.id)


def announce_to_moderators(kind: str) -> None:
    """Tell moderators of something else of a ``kind`` of notifications."""
    _announce(kind, None, of=kind)


@applied.connect
def _announce_applicant(_user: User, **_more: object) -> None:
    announce_to_moderators("applicant")


def _announce(kind: str, concerns: int | None, /, **data: int | str) -> None:
    those = select(User.id).where(User.role != "member", User.state == "active")
    if concerns:
        those = those.where(User.id != concerns)
    with writing() as session:
        notify_from_site(session.scalars(those).all(), kind)
        mailed = those.with_only_columns(User.email).join(
            MailedModerator, MailedModerator.user_id == User.id
        )
        for address in filter(None, session.scalars(mailed).all()):
            send_mail(address, CASE, **data)
