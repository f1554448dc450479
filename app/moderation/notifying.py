"""Moderators are notified of what is new at the desk, also by mail if they wish."""

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.signals import applied
from ..data.database import HasId, delete_row, insert_if_absent, writing
from ..mail.sending import send_mail
from ..notifications.models import notify_from_site
from .mails import CASE
from .models import Case, MailedModerator


def mail_new_cases(moderator: HasId, *, wanted: bool) -> None:
    """Send ``moderator`` a mail for each new case, or none."""
    with writing() as session:
        if wanted:
            insert_if_absent(session, MailedModerator, user_id=moderator.id)
        else:
            delete_row(session, MailedModerator, user_id=moderator.id)


def notify_of_case(case: Case) -> None:
    """Notify moderators, except the person concerned, of a new case."""
    _notify("case", case.person_id, case_id=case.id)


@applied.connect
def _notify_of_applicant(_user: User, **_more: object) -> None:
    _notify("applicant", None, of="applicant")


def _notify(kind: str, concerns: int | None, /, **data: int | str) -> None:
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
