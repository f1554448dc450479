"""``flask user …``: what the people who run the site do to accounts."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import func, select

from ..data.database import db
from ..data.ids import moment_of
from . import blueprint
from .applications import Application
from .models import LoginSession, User, by_username
from .standing import ROLES, STATES, LastAdministratorError, Role, State

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
    }
    if application := db.session.get(Application, user.id):
        rows |= {"answered": application.answer, "came from": application.network}
    for label, value in rows.items():
        click.echo(f"{label:<13} {'-' if value in (None, '') else value}")


@blueprint.cli.command("list")
@click.option("--role", type=click.Choice(ROLES), help="Only users in this role.")
@click.option("--state", type=click.Choice(STATES), help="Only accounts in this state.")
def list_users(role: Role | None, state: State | None) -> None:
    """List the accounts, the oldest first: name, role, state, when they joined, e-mail."""
    found = select(User).order_by(User.id)
    found = found.where(User.role == role) if role else found
    found = found.where(User.state == state) if state else found
    for user in db.session.scalars(found.execution_options(yield_per=1000)):
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


def _state(user: User) -> str:
    return f"{user.state} until {user.state_until:%Y-%m-%d}" if user.state_until else user.state
