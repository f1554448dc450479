"""``flask user export``: what a person takes along, without a browser."""

from pathlib import Path

import click

from ..accounts import blueprint as accounts
from ..accounts.commands import user_called
from ..media.quota import in_words
from ..media.store_protocol import StoreUnavailableError
from .archive import write_archive


@accounts.cli.command("export")
@click.argument("name")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write; by default NAME.zip, here. One that is there already is kept.",
)
def export(name: str, output: Path | None) -> None:
    """Write all that is the user NAME's own to a ZIP archive.

    Each list (posts, follows, likes, …) is in it as JSON and as CSV, each picture as a file.
    """
    user = user_called(name)
    target = output or Path(f"{user.username}.zip")
    try:
        with target.open("xb") as file:
            write_archive(user, file, lambda _done: None)
            size = file.tell()
    except FileExistsError:
        raise click.ClickException(f"{target} is there already. Name another --output.") from None
    except StoreUnavailableError as error:
        target.unlink(missing_ok=True)
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from None
    click.echo(f"What is {user.username}'s own is in {target} ({in_words(size)}).")
