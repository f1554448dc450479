"""``flask media …``: looking after the files of the pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy import func, select

from ..data.database import db
from . import blueprint
from .jobs import sweep
from .models import Picture
from .moving_store import MovingStore
from .orphans import delete_orphans, missing_files
from .store_protocol import StoreUnavailableError
from .stores import store

# Exit codes: something is missing; the store does not answer.
MISSING, UNAVAILABLE = 1, 2
BATCH = 500

blueprint.cli.help = "Check the files of the pictures, sweep away what nobody has, or move them."


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except StoreUnavailableError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(UNAVAILABLE) from error


@blueprint.cli.command("check")
@_in_one_line()
def check() -> None:
    """Look whether every picture has its files. Changes nothing.

    \b
    Exit codes: 0 if all are there, 1 if files are missing, 2 if the store does not answer.
    Bring missing files back from a backup of the folder instance/media, or of the bucket.
    """  # noqa: D301 - \b keeps the lines
    number = lacking = 0
    for batch in _batches():
        number += len(batch)
        for picture, names in missing_files(batch):
            lacking += 1
            of = f"post {picture.post_id}" if picture.post_id else picture.purpose
            click.echo(f"Missing, of {of}: {', '.join(names)}")
    states = db.session.execute(select(Picture.state, func.count()).group_by(Picture.state))
    found = ", ".join(f"{count:,} {state}" for state, count in sorted(map(tuple, states)))
    click.echo(f"{number:,} pictures ({found or 'none yet'}); {lacking:,} lack files.")
    if lacking:
        raise SystemExit(MISSING)


@blueprint.cli.command("sweep")
@_in_one_line()
def sweep_now() -> None:
    """Delete the files that no post and no person has any more.

    The worker does the same all the time. Files of the last 12 hours stay: their pictures may
    be on their way. Safe while the site runs.

    \b
    Exit codes: 0 if all is done, 2 if the store does not answer.
    """  # noqa: D301 - \b keeps the lines
    sweep()
    click.echo(f"Deleted {delete_orphans():,} files that nobody has.")


@blueprint.cli.command("move")
@_in_one_line()
def move() -> None:
    """Move the files to the store in use, from the one that was used before.

    \b
    To an object store:
      1. Set MEDIA_STORE_URL (and its key; config.py has them all), and restart the site.
         New pictures go there, and older ones are still read from the folder.
      2. Run flask media move.
    And back:
      1. Set MEDIA_STORE=folder as well, and restart the site.
      2. Run flask media move, then remove both settings.

    Safe while the site runs; every picture can be seen all the time. It may be stopped and run
    again: it goes on with what is left.

    \b
    Exit codes: 0 if all is moved, 2 if a store does not answer.
    """  # noqa: D301 - \b keeps the lines
    both = store()
    if not isinstance(both, MovingStore):
        raise click.ClickException(
            "There is one store only: the folder. Set MEDIA_STORE_URL to the other; "
            "flask media move --help tells how."
        )
    number = both.move(_progress())
    click.echo(f"Moved {number:,} files. Nothing is left in the other store.")


def _progress() -> Callable[[int], None]:
    def report(number: int) -> None:
        if number % BATCH == 0:
            click.echo(f"{number:>12,} files")

    return report


def _batches() -> Iterator[list[Picture]]:
    """Yield all pictures, some at a time."""
    last = 0
    ordered = select(Picture).order_by(Picture.id).limit(BATCH)
    while batch := list(db.session.scalars(ordered.where(Picture.id > last))):
        yield batch
        last = batch[-1].id
        db.session.expunge_all()
