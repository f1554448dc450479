"""What can be undone, and appealed against, is what holds."""

from datetime import timedelta

import pytest

from app.accounts.jobs import end_states
from app.data.database import db
from app.posts.models import Post
from tests.conftest import PASSWORD
from tests.html import absent, messages, one, parse, select

from .conftest import act

PERSON = "/desk/people/mallory"


@pytest.fixture
def state(rows):
    """Give a function that returns the state of the account, and whether it has an end."""

    def state():
        (user,) = rows("user", "username = 'mallory'")
        return user["state"], user["state_until"] is not None

    return state


def undoable(desk):
    """Return the actions with an Undo, the latest first."""
    buttons = parse(desk.get(PERSON)).css("button[aria-label^='Undo']")
    return [button.attributes["aria-label"].removeprefix("Undo: ") for button in buttons]


def undo(desk, action):
    button = one(desk.get(PERSON), f"button[aria-label='Undo: {action}']")
    return desk.post(button.attributes["formaction"])


def test_a_suspension_replaces_a_limit_and_gives_it_back(desk, mallory, signed_in, state, rows):
    act(desk, PERSON, "limit", why="Ads", days="30")
    act(desk, PERSON, "suspend", why="More ads")
    assert undoable(desk) == ["Account suspended"]
    limit = rows("moderation_log", "action = 'limit'")[0]["id"]
    assert desk.post(f"/desk/log/{limit}/undo").status_code == 409
    assert state() == ("suspended", False)
    undo(desk, "Account suspended")
    assert state() == ("limited", True)
    assert undoable(desk) == ["Account limited"]
    client = signed_in(mallory)
    links = [a.attributes["href"] for a in select(client.get("/decisions"), "article a.btn")]
    assert links == [f"/decisions/{limit}/appeal"]
    undo(desk, "Account limited")
    assert state() == ("active", False)
    assert undoable(desk) == []


def test_a_later_limit_replaces_an_earlier_one(desk, mallory, state):
    act(desk, PERSON, "limit", why="Ads")
    act(desk, PERSON, "limit", why="More ads", days="30")
    assert undoable(desk) == ["Account limited"]
    undo(desk, "Account limited")
    assert state() == ("limited", False)
    assert undoable(desk) == ["Account limited"]


def test_what_ended_by_itself_cannot_be_undone_or_appealed_against(
    app, desk, mallory, state, travel, signed_in, rows
):
    act(desk, PERSON, "suspend", why="Ads", days="1")
    travel.shift(timedelta(days=1, minutes=1))
    with app.app_context():
        end_states()
    assert state() == ("active", False)
    assert undoable(desk) == []
    client = signed_in(mallory)
    absent(client.get("/decisions"), "article a.btn")
    entry = rows("moderation_log", "action = 'suspend'")[0]["id"]
    assert client.get(f"/decisions/{entry}/appeal").location == "/decisions"
    assert "This does not hold any more" in messages(client.get("/decisions"))[0]
    answer = client.post(f"/decisions/{entry}/appeal", {"words": "It was a joke"})
    assert (answer.status_code, "This does not hold any more" in answer.text) == (409, True)
    assert rows("moderation_case") == []


def test_the_page_at_log_in_names_the_suspension_that_holds(desk, mallory, make_client, state):
    act(desk, PERSON, "suspend", why="For good")
    act(desk, PERSON, "suspend", why="For a day", days="1")
    undo(desk, "Account suspended")
    assert state() == ("suspended", False)
    one(make_client().log_in("mallory", PASSWORD), "main p[dir]", text="For good")


@pytest.mark.parametrize(("action", "label"), [("remove", "Post removed"), ("mark", "Warning")])
def test_a_post_that_is_gone_for_good_is_not_put_back(
    app, desk, spam, mallory, signed_in, action, label
):
    act(desk, f"/desk/posts/{spam.id}", action, why="Ads")
    assert label in undoable(desk)[0]
    with app.app_context():
        db.session.delete(db.session.get_one(Post, spam.id))
        db.session.commit()
    assert undoable(desk) == []
    absent(signed_in(mallory).get("/decisions"), "article a.btn")


def test_an_account_that_was_restored_is_active_whatever_it_was_before(desk, mallory, state):
    act(desk, PERSON, "limit", why="Ads")
    act(desk, PERSON, "suspend", why="More ads")
    act(desk, PERSON, "restore")
    assert state() == ("active", False)
    assert undoable(desk) == []
