"""``flask invite …``: invitations that no member made."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from ..data.database import db
from ..web.urls import external_url
from .invitations import DAYS, MOST_DAYS, MOST_USES, USES, Invitation, invite
from .models import User

invite_commands = AppGroup("invite", help="Make, list and revoke invitations to join.")


@invite_commands.command("create")
@click.option(
    "--uses",
    type=click.IntRange(1, MOST_USES),
    default=USES,
    show_default=True,
    help="For how many people.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    help="For how many days.",
)
def create(uses: int, days: int) -> None:
    """Make an invitation, and show the link that people join with.

    So many people can join with it (--uses) until it ends (--days).
    """
    click.echo(external_url("accounts.register", invitation=invite(uses=uses, days=days).code))


@invite_commands.command("list")
def list_invitations() -> None:
    """List the invitations with which somebody can still join, the oldest first."""
    found = select(Invitation, User.username).order_by(Invitation.id)
    rows = db.session.execute(found.outerjoin(User, User.id == Invitation.made_by_id))
    for invitation, username in rows:
        by = username or invitation.made_by_id or "-"
        if invitation.is_open:
            click.echo(
                f"{invitation.code}  used {invitation.used} of {invitation.uses}  "
                f"until {invitation.ends_at:%Y-%m-%d %H:%M}  by {by}"
            )


# A code may begin with "-", which is no option then.
@invite_commands.command("revoke", context_settings={"ignore_unknown_options": True})
@click.argument("code")
def revoke(code: str) -> None:
    """Have nobody else join with the invitation CODE, which is the end of its link."""
    code = code.rpartition("=")[2]
    found = db.session.scalar(select(Invitation).where(Invitation.code == code))
    if found is None:
        raise click.ClickException(f"There is no invitation {code}.")
    found.revoke()
    click.echo(f"Nobody else can join with {code}.")
