"""``flask user …``: accounts, where no page can be opened."""

import re

import pytest

from app.accounts.applications import apply_to_join
from app.data.database import db, writing
from app.mail.models import OutboxMail


@pytest.fixture
def applicant(app, make_user):
    """Give a function that makes somebody who waits to be let in."""

    def make(name):
        with app.app_context(), writing() as session:
            user = make_user(name)
            apply_to_join(session.merge(user), answer="I bake.", network="192.0.2.0")
        return user

    return make


@pytest.fixture
def mailed(app):
    """Give a function that returns who got a mail, and its text."""

    def read():
        with app.app_context():
            mails = db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id))
            return {mail.recipient: mail.body for mail in mails}

    return read


@pytest.fixture
def log(rows):
    """Give a function that returns the actions in the log."""
    return lambda: [row["action"] for row in rows("moderation_log")]


def path_in(text):
    return re.search(r"http://[^/\s]+(/reset-password/\S+)", text)[1]


def test_who_waits_is_let_in(run, applicant, rows, mailed, log):
    applicant("newt"), applicant("olga")
    assert "answered      I bake." in run("show", "newt")[1]
    assert run("approve", "newt", "@OLGA") == (0, "newt is in.\nolga is in.\n")
    assert {row["state"] for row in rows("user")} == {"active"}
    assert rows("application") == []
    assert set(mailed()) == {"newt@example.org", "olga@example.org"}
    assert log() == ["let_in", "let_in"]


def test_who_waits_is_turned_away_with_a_reason(run, applicant, rows, mailed, log):
    applicant("newt")
    status, output = run("refuse", "newt", "--reason", "We are full.")
    assert (status, output) == (0, "newt is turned away, and the account is deleted.\n")
    assert rows("user") == []
    assert "We are full." in mailed()["newt@example.org"]
    assert log() == ["turn_away"]


@pytest.mark.parametrize("command", ["approve", "refuse"])
def test_nobody_is_decided_about_unless_all_of_them_wait(run, applicant, ada, rows, command):
    applicant("newt")
    status, output = run(command, "newt", "ada")
    assert status == 1
    assert "ada does not wait to be let in." in output
    assert [row["state"] for row in rows("user", "username = 'newt'")] == ["waiting"]
    assert run(command)[0] == 2


def test_an_address_is_confirmed_once(run, ada, app, rows, log):
    with app.app_context(), writing() as session:
        session.merge(ada).confirmed_at = None
    assert run("confirm", "ada") == (0, "The address ada@example.org of ada is confirmed.\n")
    assert rows("user")[0]["confirmed_at"]
    assert log() == ["confirm"]
    assert run("confirm", "ada")[0] == 1


def test_a_password_is_set_by_a_link_in_a_mail(
    app, run, ada, mailed, anonymous, make_client, monkeypatch
):
    monkeypatch.setitem(app.config, "MAIL_SERVER", "localhost")
    status, output = run("set-password", "ada")
    assert (status, "ada@example.org" in output) == (0, True)
    assert "/reset-password/" not in output
    path = path_in(mailed()["ada@example.org"])
    anonymous.get(path)
    assert anonymous.submit("main form", password="an entirely new one").status_code == 303
    assert make_client().log_in("ada", "an entirely new one").status_code == 303


def test_the_link_is_shown_instead_of_mailed(run, ada, mailed, anonymous, log):
    status, output = run("set-password", "ada", "--show")
    assert status == 0
    assert mailed() == {}
    assert anonymous.get(path_in(output)).status_code == 200
    assert log() == ["set_password"]


def test_an_account_is_made(run, rows, anonymous, make_client, log):
    status, output = run("create", "newt", "Newt@example.org")
    assert status == 0
    user = rows("user")[0]
    assert (user["username"], user["email"], user["role"]) == ("newt", "newt@example.org", "member")
    assert user["confirmed_at"]
    anonymous.get(path_in(output))
    assert anonymous.submit("main form", password="an entirely new one").status_code == 303
    assert make_client().log_in("newt", "an entirely new one").status_code == 303
    assert log() == ["create"]


@pytest.mark.parametrize(
    ("name", "email", "said"),
    [
        ("ADA", "new@example.org", "Somebody has the name ADA or the address"),
        ("newt", "ADA@example.org", "Somebody has the name"),
        ("new t", "new@example.org", "NAME is at most"),
        ("n" * 100, "new@example.org", "NAME is at most"),
        ("newt", "nonsense", "nonsense is no e-mail address"),
        ("newt", "a" * 1000, "EMAIL is longer than"),
    ],
)
def test_an_account_that_cannot_be_is_refused(run, ada, rows, log, name, email, said):
    status, output = run("create", name, email)
    assert status == 1
    assert said in output
    assert len(rows("user")) == 1
    assert log() == []


@pytest.mark.parametrize("command", ["approve", "refuse", "confirm", "set-password"])
def test_an_unknown_username_is_refused(run, command):
    status, output = run(command, "nobody")
    assert status == 1
    assert "Nobody here is called nobody." in output


@pytest.mark.parametrize("group", ["user", "invite", "site", "mail"])
def test_every_command_explains_itself(app, group):
    assert app.cli.commands[group].help
    for command in app.cli.commands[group].commands.values():
        assert command.help
        assert len(command.help) > 20, command.name
        options = [each for each in command.params if each.param_type_name == "option"]
        assert all(option.help for option in options), command.name


def test_accounts_have_these_commands(app):
    commands = app.cli.commands["user"].commands
    assert {"list", "show", "create", "promote", "demote", "suspend", "restore"} <= set(commands)
    assert {"approve", "refuse", "confirm", "set-password"} <= set(commands)
