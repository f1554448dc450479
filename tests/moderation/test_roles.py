"""Roles, as administrators change them on the page of a person."""

import pytest

from tests.html import absent, messages, one, select

FORM = "form[action$='/role']"


@pytest.fixture
def boss(with_role, signed_in):
    """Give the client of an administrator."""
    return signed_in(with_role("boss", "administrator"))


@pytest.fixture
def roles(rows):
    """Give a function that returns the role of each user by name."""
    return lambda: {row["username"]: row["role"] for row in rows("user")}


def change(client, name, role):
    client.token()
    return client.post(f"/desk/people/{name}/role", {"role": role})


def test_an_administrator_changes_a_role_on_the_page_of_a_person(boss, ada, roles, rows):
    page = boss.get("/desk/people/ada")
    one(page, f"{FORM} option[value=member][selected]")
    answer = boss.submit(FORM, role="moderator")
    assert answer.location == "/desk/people/ada"
    assert "@ada: Moderator." in messages(boss.follow(answer))
    assert roles()["ada"] == "moderator"
    entry = rows("moderation_log")[-1]
    assert (entry["action"], entry["person_id"]) == ("role", ada.id)
    assert entry["actor_id"] == rows("user", "username = 'boss'")[0]["id"]
    assert change(boss, "ada", "member").status_code == 303
    assert roles()["ada"] == "member"


def test_the_last_administrator_cannot_step_down(boss, ada, roles):
    answer = change(boss, "boss", "moderator")
    assert answer.status_code == 422
    select(answer, "#role_error", text="Nobody else is administrator here.")
    one(answer, "#role option[value=moderator][selected]")
    assert roles()["boss"] == "administrator"


@pytest.mark.parametrize(("role", "to"), [("moderator", "/desk/people/boss"), ("member", "/@boss")])
def test_an_administrator_steps_down(boss, with_role, roles, role, to):
    with_role("other", "administrator")
    answer = change(boss, "boss", role)
    assert answer.location == to
    assert boss.get(to).status_code == 200
    assert roles()["boss"] == role


def test_nobody_changes_the_role_of_an_equal(boss, with_role, roles):
    with_role("peer", "administrator")
    absent(boss.get("/desk/people/peer"), FORM)
    assert change(boss, "peer", "member").status_code == 403
    assert roles()["peer"] == "administrator"


def test_moderators_change_no_roles(desk, ada, roles):
    absent(desk.get("/desk/people/ada"), FORM)
    absent(desk.get("/desk/people/mo"), FORM)
    assert change(desk, "ada", "moderator").status_code == 404
    assert change(desk, "mo", "administrator").status_code == 404
    assert roles() == {"ada": "member", "mo": "moderator"}


def test_there_are_no_other_roles(boss, ada, roles):
    assert change(boss, "ada", "emperor").status_code == 422
    assert roles()["ada"] == "member"
