"""``flask user …``: roles, and what is stored about an account."""

import pytest

from app.accounts.invitations import invite, join_with
from app.accounts.models import User
from app.accounts.registering import register
from app.accounts.roles import LastAdministratorError, is_above
from app.data.database import db


@pytest.fixture
def roles(rows):
    """Give a function that returns the role of each user by name."""
    return lambda: {row["username"]: row["role"] for row in rows("user")}


@pytest.mark.parametrize(
    ("arguments", "said", "role"),
    [
        (["ADA"], "ada is an administrator now.", "administrator"),
        (["@ada", "--role", "moderator"], "ada is a moderator now.", "moderator"),
    ],
)
def test_a_user_is_promoted_by_username(run, ada, bruno, roles, arguments, said, role):
    status, output = run("promote", *arguments)
    assert (status, output.strip()) == (0, said)
    assert roles() == {"ada": role, "bruno": "member"}


def test_a_user_is_demoted(run, ada, bruno, roles):
    run("promote", "ada")
    run("promote", "bruno")
    assert run("demote", "ada") == (0, "ada is a member now.\n")
    assert roles() == {"ada": "member", "bruno": "administrator"}


def test_the_last_administrator_stays(run, ada, bruno, roles):
    run("promote", "ada")
    run("promote", "bruno", "--role", "moderator")
    for arguments in (["demote", "ada"], ["promote", "ada", "--role", "moderator"]):
        status, output = run(*arguments)
        assert status == 1
        assert "ada is the last administrator." in output
    assert roles() == {"ada": "administrator", "bruno": "moderator"}


def test_an_administrator_who_is_suspended_does_not_count(app, ada, bruno):
    with app.app_context():
        ada, bruno = (db.session.get_one(User, user.id) for user in (ada, bruno))
        for user in (ada, bruno):
            user.set_role("administrator")
        bruno.set_state("suspended")
        with pytest.raises(LastAdministratorError):
            ada.set_role("member")
        with pytest.raises(LastAdministratorError):
            ada.set_state("leaving")


def test_two_administrators_who_step_down_at_once_leave_one(app, ada, bruno, roles, together):
    with app.app_context():
        for user in (ada, bruno):
            db.session.get_one(User, user.id).set_role("administrator")
        ids = (ada.id, bruno.id)

    def step_down(id):
        with app.app_context():
            try:
                db.session.get_one(User, id).set_role("member")
            except LastAdministratorError:
                return False
            return True

    assert sorted(together(step_down, ids)) == [False, True]
    assert sorted(roles().values()) == ["administrator", "member"]


@pytest.mark.parametrize("command", ["promote", "demote", "show"])
def test_an_unknown_username_is_refused(run, command):
    status, output = run(command, "nobody")
    assert status == 1
    assert "Nobody here is called nobody." in output


def test_an_account_is_shown(run, ada):
    status, output = run("show", "ada")
    assert status == 0
    shown = dict(line.split(maxsplit=1) for line in output.splitlines() if " " in line)
    assert shown["username"] == "ada"
    assert shown["e-mail"] == "ada@example.org"
    assert shown["role"] == "member"
    assert shown["state"] == "active"


def test_accounts_are_listed_by_role_and_state(run, app, ada, bruno, make_user):
    with app.app_context():
        db.session.get_one(User, bruno.id).set_role("moderator")
        make_user("carmen").set_state("suspended")

    def names(*arguments):
        status, output = run("list", *arguments)
        assert status == 0
        return [line.split()[0] for line in output.splitlines()]

    assert names() == ["ada", "bruno", "carmen"]
    assert names("--role", "moderator") == ["bruno"]
    assert names("--state", "suspended") == ["carmen"]
    assert names("--state", "limited") == []


@pytest.mark.parametrize(
    ("role", "other", "may"),
    [
        ("moderator", "member", True),
        ("administrator", "moderator", True),
        ("administrator", "member", True),
        ("moderator", "moderator", False),
        ("moderator", "administrator", False),
        ("administrator", "administrator", False),
        ("member", "member", False),
    ],
)
def test_nobody_moderates_their_equals_or_superiors(role, other, may):
    assert is_above(role, other) is may


@pytest.fixture
def village(app, ada, bruno, make_user):
    """Have bruno invite carmen, who never confirmed; nora came from another network."""
    with app.app_context():
        invitation = invite(bruno)
        register(
            "carmen",
            email="carmen@bread.example",
            display_name="100%_Carmen",
            must_confirm=True,
            enter=lambda user: join_with(invitation, user),
        )
        dora = register("dora", enter=lambda user: join_with(invite(), user))
        dora.set_state("suspended")
        nora = make_user("nora")
        nora.sign_in(address="192.0.2.7", agent="", remembered=False)
        ada.sign_in(address="198.51.100.7", agent="", remembered=False)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--search BREAD", "carmen"),
        ("--search 100%_c", "carmen"),
        ("--search %", "carmen"),
        ("--search quagga", ""),
        ("--network 192.0.2.", "nora"),
        ("--network 1", "ada nora"),
        ("--network 192.0.2.%", ""),
        ("--invited-by @Bruno", "carmen"),
        ("--invited-by nora", ""),
        ("--never-confirmed", "carmen"),
        ("--never-confirmed --search ada", ""),
        ("--state suspended --role member", "dora"),
    ],
)
def test_accounts_are_found_as_on_the_page(village, run, options, found):
    status, output = run("list", *options.split())
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == found.split()


def test_an_inviter_who_is_not_there_is_an_error(run, ada):
    assert run("list", "--invited-by", "nobody") == (1, "Error: Nobody here is called nobody.\n")


def test_an_account_says_who_invited_it(village, run):
    said = {
        name: run("show", name)[1].partition("invited by")[2].split("\n")[0].strip()
        for name in ("ada", "carmen", "dora")
    }
    assert said == {"ada": "-", "carmen": "bruno", "dora": "nobody: a command"}
