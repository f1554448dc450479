"""``flask user …``: what the people who run the site do to accounts."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import func, select

from ..data.database import db
from ..data.ids import moment_of
from . import blueprint
from .applications import Application
from .finding import filtered, values_of
from .invitations import Invitation, Invited
from .login_sessions import LoginSession
from .models import User, by_username
from .roles import ROLES, STATES, LastAdministratorError, Role

blueprint.cli.help = "List accounts, and change what a user may do."


@blueprint.cli.command("promote")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["moderator", "administrator"]),
    default="administrator",
    show_default=True,
    help="What the user becomes.",
)
def promote(name: str, role: Role) -> None:
    """Make the user NAME an administrator, or a moderator.

    A moderator sees reports and acts on posts and people. An administrator also changes the
    settings of the site, and roles.
    """
    _set_role(user_called(name), role)


@blueprint.cli.command("demote")
@click.argument("name")
def demote(name: str) -> None:
    """Make the user NAME a plain member again. The last administrator stays."""
    _set_role(user_called(name), "member")


@blueprint.cli.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Show what is stored about the account of the user NAME."""
    user = user_called(name)
    sessions = select(func.count()).where(LoginSession.user_id == user.id)
    rows = {
        "username": user.username,
        "display name": user.display_name,
        "e-mail": user.email,
        "confirmed": user.confirmed_at and f"{user.confirmed_at:%Y-%m-%d %H:%M}",
        "role": user.role,
        "state": _state(user),
        "joined": f"{moment_of(user.id):%Y-%m-%d %H:%M}",
        "last seen": user.last_seen_at and f"{user.last_seen_at:%Y-%m-%d %H:%M}",
        "signed in": f"in {db.session.scalar(sessions)} browsers",
        "posts": user.posts_count,
        "followers": user.followers_count,
        "following": user.following_count,
        "invited by": _inviter(user),
    }
    if application := db.session.get(Application, user.id):
        rows |= {"answered": application.answer, "came from": application.network}
    for label, value in rows.items():
        click.echo(f"{label:<13} {'-' if value in (None, '') else value}")


@blueprint.cli.command("list")
@click.option("--role", type=click.Choice(ROLES), help="Only users in this role.")
@click.option("--state", type=click.Choice(STATES), help="Only accounts in this state.")
@click.option("--search", "q", metavar="TEXT", help="Only with TEXT in a name or the e-mail.")
@click.option(
    "--network", metavar="START", help="Only who came lately from an address such as 192.0.2."
)
@click.option("--invited-by", metavar="NAME", help="Only who joined with an invitation of NAME.")
@click.option(
    "--never-confirmed", "unconfirmed", is_flag=True, help="Only with an e-mail never confirmed."
)
def list_users(**given: str | bool | None) -> None:
    """List the accounts, the oldest first: name, role, state, when they joined, e-mail.

    Of several options, an account that is listed fits all.
    """
    asked = {name: str(value) for name, value in given.items() if value}
    if name := asked.get("invited_by"):
        user_called(name)
    found = filtered(select(User).order_by(User.id), frozenset(asked))
    found = found.execution_options(yield_per=1000)
    for user in db.session.scalars(found, values_of(asked)):
        joined = f"{moment_of(user.id):%Y-%m-%d}"
        click.echo(f"{user.username:<30} {user.role:<13} {_state(user):<24} {joined}  {user.email}")


def user_called(name: str) -> User:
    """Return the user of that name, whatever the case.

    Raises :class:`click.ClickException`, which ends the command with 1, where there is none.
    """
    user = db.session.scalar(by_username(name.removeprefix("@")))
    if user is None:
        raise click.ClickException(f"Nobody here is called {name}.")
    return user


@contextmanager
def keeping_an_administrator(user: User) -> Iterator[None]:
    """End the command with 1 and a sentence, if it would leave the site without administrator."""
    try:
        yield
    except LastAdministratorError:
        raise click.ClickException(
            f"{user.username} is the last administrator. Promote somebody else first."
        ) from None


def _set_role(user: User, role: Role) -> None:
    with keeping_an_administrator(user):
        user.set_role(role)
    article = "an" if role == "administrator" else "a"
    click.echo(f"{user.username} is {article} {role} now.")


def _inviter(user: User) -> str | None:
    """Return whose invitation ``user`` joined with; None for somebody who joined without one."""
    found = select(Invitation.made_by_id, User.username).select_from(Invited)
    found = found.join(Invitation, Invitation.id == Invited.invitation_id)
    found = found.outerjoin(User, User.id == Invitation.made_by_id)
    row = db.session.execute(found.where(Invited.user_id == user.id)).first()
    if row is None:
        return None
    return row.username or ("somebody who has left" if row.made_by_id else "nobody: a command")


def _state(user: User) -> str:
    return f"{user.state} until {user.state_until:%Y-%m-%d}" if user.state_until else user.state
