"""``flask mail …``: the mails that failed, and sending them again."""

import pytest
from sqlalchemy import null

from app.data.database import now, writing
from app.mail.models import OutboxMail


@pytest.fixture
def mails(app, rows):
    """Have two mails that failed, one that waits and one that was sent; give their ids."""
    with app.app_context(), writing() as session:
        for subject, values in {
            "Failed": {"attempts": 3},
            "Given up": {"attempts": 9, "due_at": null()},
            "New": {"attempts": 0},
            "Sent": {"attempts": 1, "due_at": null(), "sent_at": now()},
        }.items():
            session.add(OutboxMail(recipient="a@example.org", subject=subject, **values))
    return {row["subject"]: row["id"] for row in rows("outbox_mail")}


@pytest.fixture
def mail(app):
    """Give a function that runs ``flask mail`` with arguments; it returns status and output."""

    def mail(*arguments):
        result = app.test_cli_runner().invoke(args=["mail", *map(str, arguments)])
        return result.exit_code, result.output

    return mail


def test_mails_that_failed_are_listed(mails, mail):
    status, output = mail("failed")
    assert status == 0
    failed, given_up = output.splitlines()
    assert failed.startswith(str(mails["Failed"]))
    assert "tried 3" in failed
    assert failed.endswith("a@example.org  Failed")
    assert "not tried again" in given_up


@pytest.mark.parametrize("arguments", [["{Failed}", "{Given up}"], ["--all"]])
def test_mails_are_sent_again(mails, mail, rows, arguments):
    status, output = mail("send", *(each.format(**mails) for each in arguments))
    assert (status, output) == (0, "Mails on their way again: 2.\n")
    # Delivered at once in tests; without a mail server they count as done.
    done = {row["subject"]: row["due_at"] for row in rows("outbox_mail")}
    assert (done["Failed"], done["Given up"]) == (None, None)
    assert done["New"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["{Sent}"], 1, "There is no mail {Sent} that waits to be sent."),
        (["12"], 1, "There is no mail 12 that waits to be sent."),
        ([], 2, "Give the ID of a mail, or --all."),
        (["12", "--all"], 2, "Give the ID of a mail, or --all."),
        (["nonsense"], 2, "'nonsense' is not a valid integer range."),
        (["9" * 30], 2, "is not in the range"),
    ],
)
def test_what_cannot_be_sent_is_an_error(mails, mail, arguments, status, said):
    code, output = mail("send", *(each.format(**mails) for each in arguments))
    assert code == status
    assert said.format(**mails) in output
    assert "Traceback" not in output
