"""``flask user …``: what the people who run the site do to accounts."""

import click

from ..data.database import db, writing
from . import blueprint
from .models import by_username

blueprint.cli.help = "Change what a user may do."


@blueprint.cli.command("promote")
@click.argument("name")
def promote(name: str) -> None:
    """Make the user NAME an administrator."""
    user = db.session.scalar(by_username(name))
    if user is None:
        raise click.ClickException(f"Nobody here is called {name}.")
    with writing():
        user.is_admin = True
    click.echo(f"{user.username} is an administrator now.")
