"""Many accounts at once: of one network, or of one invitation."""

import pytest

from app.accounts.invitations import invite, join_with
from app.accounts.models import User
from app.accounts.registering import register
from app.data.database import db, writing
from app.moderation import bulk
from app.moderation.bulk import BulkPerson, resume
from tests.html import absent, attributes, cards, one, select


@pytest.fixture
def boss(ada, give_role, signed_in):
    """Give the client of an administrator."""
    give_role(ada, "administrator")
    return signed_in(ada)


@pytest.fixture
def spammers(app, boss, bruno, give_role):
    """Have three members and a moderator join with one invitation; return its id."""
    with app.app_context():
        invitation = invite(bruno, uses=9)
        for n in range(3):
            user = register(
                f"spam{n}", password="x" * 9, enter=lambda user: join_with(invitation, user)
            )
            user.sign_in(address=f"192.0.2.{n}", agent="", remembered=False)
        joined = register("friend", enter=lambda user: join_with(invitation, user))
        joined.set_role("moderator")
        return invitation.id


@pytest.fixture
def states(rows):
    """Give a function that returns the state of each of them."""
    return lambda: {row["username"]: row["state"] for row in rows("user", "username LIKE 'spam%'")}


def act(boss, url, action="suspend", people=None, **more):
    page = boss.get(url)
    chosen = people or attributes(page, "[name=people][checked]", "value")
    return boss.post(url, {"people": chosen, "action": action, "why": "Spam"} | more)


def test_all_of_one_invitation_are_suspended(boss, spammers, states, rows):
    page = boss.get("/desk/people/spam1")
    link = one(page, "a", text="Joined with an invitation of @bruno").attributes["href"]
    link = one(boss.get(link), "main a", text="Act on all of them").attributes["href"]
    answer = act(boss, link)
    assert answer.status_code == 303
    one(boss.get(answer.location), "#bulk", text="Account suspended: 3 of 3 accounts. It is done.")
    assert set(states().values()) == {"suspended"}
    assert rows("user", "username = 'friend'")[0]["state"] == "active"
    entries = rows("moderation_log", "action = 'suspend'")
    assert [entry["reason"] for entry in entries] == ["Spam"] * 3
    assert {entry["actor_id"] for entry in entries} == {rows("user", "username = 'ada'")[0]["id"]}


def test_some_of_one_network_are_chosen(boss, spammers, states):
    page = boss.get("/admin/people/bulk?network=192.0.2.")
    first, *_others = attributes(page, "[name=people]", "value")
    act(boss, "/admin/people/bulk?network=192.0.2.", people=[first])
    assert sorted(states().values()) == ["active", "active", "suspended"]


def test_all_of_one_network_are_limited_save_who_is_suspended(app, boss, spammers, states):
    with app.app_context():
        user = db.session.scalars(db.select(User).filter_by(username="spam0")).one()
        user.set_state("suspended")
    act(boss, "/admin/people/bulk?network=192.0.2.", "limit")
    assert list(states().values()) == ["suspended", "limited", "limited"]


def test_all_their_posts_are_removed(app, boss, spammers, states, make_post, anonymous, rows):
    with app.app_context():
        for n in range(3):
            user = db.session.scalars(db.select(User).where(User.username == f"spam{n}")).one()
            make_post(user, "Cheap quaggas")
    act(boss, "/admin/people/bulk?network=192.0.2.", "remove_all")
    assert cards(anonymous.get("/explore")) == []
    assert len(rows("moderation_log", "action = 'remove_all'")) == 3
    assert set(states().values()) == {"active"}
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output


def test_nobody_but_who_was_found_can_be_chosen(boss, bruno, spammers, rows, states):
    answer = act(boss, "/admin/people/bulk?network=192.0.2.", people=[str(bruno.id), "x", "9" * 30])
    assert answer.status_code == 422
    one(answer, "#people_error")
    one(answer, "textarea[name=why]", text="Spam")
    assert rows("user", "username = 'bruno'")[0]["state"] == "active"
    assert set(states().values()) == {"active"}


def test_a_reason_is_needed_and_the_choice_stays(boss, spammers, states):
    url = "/admin/people/bulk?network=192.0.2."
    chosen = attributes(boss.get(url), "[name=people]", "value")[:2]
    answer = act(boss, url, people=chosen, why="")
    assert answer.status_code == 422
    assert attributes(answer, "[name=people][checked]", "value") == chosen
    assert set(states().values()) == {"active"}


def test_nobody_is_chosen_among_all(boss, spammers):
    assert boss.get("/admin/people/bulk").status_code == 404
    assert boss.get("/admin/people/bulk?q=spam").status_code == 404
    absent(boss.get("/admin/people?q=spam"), "main a", text="Act on all of them")
    absent(boss.get("/admin/people/bulk?network=198."), "[name=action]")


def test_the_worker_goes_on_and_progress_is_polled(app, boss, spammers, states, monkeypatch):
    monkeypatch.setattr(bulk, "enqueue", lambda *_job: None)
    answer = act(boss, "/admin/people/bulk?network=192.0.2.")
    page = boss.get(answer.location)
    polled = one(page, "#bulk[hx-trigger]", text="0 of 3 accounts.").attributes["hx-get"]
    with app.app_context():
        resume()
    page = boss.get(polled, htmx=True)
    one(page, "#bulk", text="3 of 3 accounts. It is done.")
    absent(page, "#bulk[hx-trigger]")
    assert set(states().values()) == {"suspended"}


def test_who_is_administrator_no_more_acts_no_more(app, boss, ada, spammers, states, monkeypatch):
    monkeypatch.setattr(bulk, "enqueue", lambda *_job: None)
    act(boss, "/admin/people/bulk?network=192.0.2.")
    with app.app_context():
        with writing() as session:
            register("other").set_role("administrator")
            session.get_one(User, ada.id).set_role("member")
        resume()
        assert db.session.scalars(db.select(BulkPerson)).all() == []
    assert set(states().values()) == {"active"}


def test_others_do_not_find_it(bruno, give_role, signed_in, spammers):
    give_role(bruno, "moderator")
    client = signed_in(bruno)
    assert client.get("/admin/people/bulk?network=192.0.2.").status_code == 404
    client.token()
    fields = {"people": "1", "action": "suspend", "why": "No"}
    assert client.post("/admin/people/bulk?network=192.0.2.", fields).status_code == 404
    select(client.get("/desk/people/spam1"), "h1")
