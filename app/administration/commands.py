"""``flask site announce``: an announcement, without a browser."""

from datetime import UTC, datetime, timedelta

import click

from ..data.database import now
from ..site import blueprint as site_blueprint
from .models import LONGEST_ANNOUNCEMENT, announce

TIMES = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@site_blueprint.cli.command("announce")
@click.argument("text")
@click.option("--from", "starts", type=TIMES, help="When it begins, in UTC. By default at once.")
@click.option("--until", "ends", type=TIMES, help="When it ends, in UTC.")
@click.option("--days", type=click.IntRange(1, 365), help="For how many days, in place of --until.")
def announce_command(
    text: str, starts: datetime | None, ends: datetime | None, days: int | None
) -> None:
    """Show TEXT on top of every page, until each person dismisses it.

    Without --until and --days it stays until an administrator ends it on the page of announcements.
    """
    if not text.strip() or len(text) > LONGEST_ANNOUNCEMENT:
        raise click.BadParameter(f"TEXT has 1 to {LONGEST_ANNOUNCEMENT} characters.")
    begins = starts.replace(tzinfo=UTC) if starts else now()
    until = begins + timedelta(days=days) if days else ends and ends.replace(tzinfo=UTC)
    if until and until <= max(begins, now()):
        raise click.BadParameter("It would have ended before it begins.")
    announce(text.strip(), starts_at=begins, ends_at=until)
    lasts = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    click.echo(f"Announced from {begins:%Y-%m-%d %H:%M} UTC{lasts}.")
