"""``flask mail …``: the mails that did not arrive, without a browser."""

import click

from ..data.database import db
from ..data.ids import moment_of
from ..mail import blueprint as mail_blueprint
from ..mail.models import OutboxMail
from .mails import all_failed, send_mail_again

mail_blueprint.cli.help = "List the mails that failed, and send them again."


@mail_blueprint.cli.command("failed")
def list_failed() -> None:
    """List the mails that could not be delivered, the oldest first.

    Of each: its ID, when it was written, how often it was tried, the next try, the recipient, what
    it is about. A mail is given up, and deleted, after seven days.
    """
    found = all_failed().order_by(OutboxMail.id).execution_options(yield_per=1000)
    for mail in db.session.execute(found):
        due = f"next {mail.due_at:%Y-%m-%d %H:%M}" if mail.due_at else "not tried again"
        tried = f"tried {mail.attempts}"
        about = mail.subject or mail.kind
        click.echo(
            f"{mail.id}  {moment_of(mail.id):%Y-%m-%d %H:%M}  {tried:<8}  {due:<21}  "
            f"{mail.recipient}  {about}"
        )


@mail_blueprint.cli.command("send")
@click.argument("ids", nargs=-1, type=click.IntRange(1, 2**63 - 1), metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Send all that failed.")
def send(ids: tuple[int, ...], everything: bool) -> None:
    """Send the mails ID again now, which flask mail failed lists; or, with --all, all of them.

    The worker sends them. Those that fail again are tried again later.
    """
    if everything == bool(ids):
        raise click.UsageError("Give the ID of a mail, or --all.")
    wanted = [mail.id for mail in db.session.execute(all_failed())] if everything else ids
    for id in wanted:
        if not send_mail_again(None, id):
            raise click.ClickException(f"There is no mail {id} that waits to be sent.")
    click.echo(f"Mails on their way again: {len(wanted)}.")
