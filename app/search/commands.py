"""``flask search …``: maintain the index."""

import time

import click

from . import blueprint, index

blueprint.cli.help = "Maintain the full-text index."


@blueprint.cli.command("rebuild")
def rebuild() -> None:
    """Build the index of posts and people again."""
    start = time.monotonic()
    index.rebuild()
    click.echo(f"The index was rebuilt in {time.monotonic() - start:.1f} s.")
