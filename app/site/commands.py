"""``flask site …``: the settings that must be changed where no page can be opened."""

import click

from . import blueprint
from .settings import BY_ENVIRONMENT, REGISTRATION, change_site, site_now

blueprint.cli.help = "Change the settings of the site."


@blueprint.cli.command("registration")
@click.argument("mode", type=click.Choice(REGISTRATION), required=False)
def registration(mode: str | None) -> None:
    """Show or set who can join: everybody, with approval, with an invitation, nobody.

    MODE is open, approval, invite or closed. Without it, the command shows what is set.
    """
    if mode:
        change_site(registration=mode)
    found = site_now()
    click.echo(f"Registration is {found.registration}.")
    if "registration" in found.set_by_environment:
        variable = BY_ENVIRONMENT["registration"]
        click.echo(f"The environment sets it: {variable} counts, and not what was set here.")
