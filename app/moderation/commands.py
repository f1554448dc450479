"""``flask user suspend``, ``restore`` and ``delete``: what is done where no page can be opened."""

from datetime import timedelta

import click

from ..accounts import blueprint as accounts
from ..accounts.commands import keeping_an_administrator, user_called
from ..accounts.leaving import delete_account
from ..data.database import now
from .actions import Decision
from .actions import suspend as suspend_user
from .assignment import TakenError
from .deleting import delete_person
from .log import Moderator
from .undoing import restore as restore_user


@accounts.cli.command("suspend")
@click.argument("name")
@click.option("--reason", default="", help="Why: the user reads it, and it is in the public log.")
@click.option("--days", type=click.IntRange(1, 3650), help="For how long; for good without it.")
def suspend(name: str, reason: str, days: int | None) -> None:
    """Sign the user NAME out everywhere, and hide all that they wrote."""
    user = user_called(name)
    until = now() + timedelta(days=days) if days else None
    with keeping_an_administrator(user):
        suspend_user(Moderator(), user, Decision(reason=reason, until=until))
    ends = f"until {until:%Y-%m-%d %H:%M} UTC" if until else "for good"
    click.echo(f"{user.username} is suspended {ends}.")


@accounts.cli.command("restore")
@click.argument("name")
@click.option("--reason", default="", help="Why: the user reads it, and it is in the public log.")
def restore(name: str, reason: str) -> None:
    """Make the account of the user NAME active again, which is suspended or limited."""
    user = user_called(name)
    try:
        restore_user(Moderator(), user, Decision(reason=reason))
    except TakenError:
        raise click.ClickException(
            f"The account of {user.username} is {user.state}: there is nothing to restore."
        ) from None
    click.echo(f"{user.username} is active again.")


@accounts.cli.command("delete")
@click.argument("name")
@click.option("--reason", default="", help="Why: the user reads it, and it is in the public log.")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
def delete(name: str, reason: str, yes: bool) -> None:
    """Delete the account of the user NAME now, with all that is theirs. Nobody can undo it.

    Replies of others keep their place, and nobody else gets the name. `flask user export NAME`
    writes what is theirs to a file before.
    """
    user = user_called(name)
    if not yes:
        click.confirm(f"Delete {user.username} and all that is theirs, for good?", abort=True)
    with keeping_an_administrator(user):
        delete_person(Moderator(), user, Decision(reason=reason))
    delete_account(user.id)
    click.echo(f"{user.username} is deleted.")
