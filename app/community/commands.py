"""``flask community …``: import a community, or copy it to another database."""

import time
from pathlib import Path

import click

from . import blueprint
from .csv_files import LoadError
from .loading import load_folder

blueprint.cli.help = "Load a whole community, or copy it to another database."


@blueprint.cli.command("load")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--password", help="The password of all users. Without it nobody can log in.")
def load(folder: Path, password: str | None) -> None:
    """Load users.csv, follows.csv and posts.csv from FOLDER.

    \b
    users.csv    username, display_name, created_at; perhaps about_me
    follows.csv  follower, followed
    posts.csv    author, created_at, body; perhaps
                 number, in_reply_to  the number of an earlier post
                 pictures             the names of files in FOLDER, one a line
                 descriptions         a line for each of them
                 sensitive            yes, to cover them

    Nothing is loaded if a line is wrong; the error names it. The worker makes the pictures ready.
    """  # noqa: D301 - \b keeps the lines
    start = time.monotonic()
    try:
        loaded = load_folder(folder, password)
    except LoadError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Loaded {loaded.users:,} people, {loaded.follows:,} follows and {loaded.posts:,} posts "
        f"in {time.monotonic() - start:.1f} s."
    )


@blueprint.cli.command("demo")
def demo() -> None:
    """Load a small community that fills every page, unless it is loaded already."""
    # Imported here because of its pictures, which no web worker needs.
    from .demo import load_demo  # noqa: PLC0415

    if load_demo():
        click.echo("The demo community has moved in.")
    click.echo("Log in as ada, with the password: demo-demo")


@blueprint.cli.command("copy")
@click.argument("from_url")
def copy(from_url: str) -> None:
    """Copy the SQLite database FROM_URL into the PostgreSQL database DATABASE_URL.

    The target must be empty and migrated by flask db upgrade. Stop the site first: later
    writes are not copied. Pictures are files, and stay where they are: in the folder media of
    the instance folder, or in the object store. flask media check names what is missing.
    """
    # Imported here because it loads both database drivers, which no web worker needs.
    from .copying import CopyError, copy_from  # noqa: PLC0415

    start = time.monotonic()
    try:
        copy_from(from_url, lambda table, rows: click.echo(f"{rows:>12,}  {table}"))
    except CopyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Copied, and equal to what is there, in {time.monotonic() - start:.1f} s.")
