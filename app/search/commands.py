"""``flask search …``: look after the index."""

import time

import click

from . import blueprint, index, newest


@blueprint.cli.command("rebuild")
def rebuild() -> None:
    """Make the index of posts and people anew."""
    start = time.monotonic()
    with newest.nobody_renews():
        index.rebuild()
    click.echo(f"The index was made anew in {time.monotonic() - start:.1f} s.")
