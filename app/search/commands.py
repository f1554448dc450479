"""``flask search …``: look after the index."""

import time

import click

from . import blueprint, index


@blueprint.cli.command("rebuild")
def rebuild() -> None:
    """Make the index of posts and people anew."""
    start = time.monotonic()
    index.rebuild()
    click.echo(f"The index was made anew in {time.monotonic() - start:.1f} s.")
