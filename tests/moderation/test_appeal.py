"""Appeals: once, and to another moderator where there is one."""

import pytest

from app.data.database import db
from app.moderation.models import Case
from tests.conftest import PASSWORD
from tests.html import absent, messages, one, select

# The form to appeal of the page at log-in.
APPEAL = "main form[action^='/appeal']"


@pytest.fixture
def appeal(app, mallory, signed_in):
    """Give a function that appeals against the first decision; it returns the id of the case."""

    def appeal():
        client = signed_in(mallory)
        link = one(client.get("/decisions"), "article a", text="Appeal").attributes["href"]
        client.get(link)
        assert client.submit("main form", words="It was a joke").location == "/decisions"
        with app.app_context():
            return db.session.scalars(db.select(Case.id).where(Case.appeals_id.is_not(None))).one()

    return appeal


def test_an_appeal_comes_back_to_another_moderator(
    case, decide, desk, appeal, with_role, signed_in
):
    decide(case, "warn", why="Be kind")
    other = signed_in(with_role("omar"))
    again = appeal()
    select(desk.get(f"/desk/{again}"), "p", text="another moderator looks at the appeal")
    absent(desk.get(f"/desk/{again}"), "input[name=action]")
    assert decide(again, "uphold").status_code == 403
    one(other.get(f"/desk/{again}"), "blockquote", text="It was a joke")
    assert decide(again, "undo", client=other).status_code == 303


def test_the_only_moderator_looks_at_it_themselves(case, decide, appeal, mallory, signed_in):
    decide(case, "warn", why="Be kind")
    assert decide(appeal(), "uphold", why="It was none").status_code == 303
    told = signed_in(mallory).get("/decisions")
    select(told, "article", text="their decision stays")


def test_one_appeals_once(case, decide, appeal, mallory, signed_in, rows):
    decide(case, "warn", why="Be kind")
    appeal()
    client = signed_in(mallory)
    absent(client.get("/decisions"), "article a", text="Appeal")
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    client.post(f"/decisions/{entry}/appeal", {"words": "Again"})
    assert "You have appealed already." in messages(client.get("/decisions"))
    assert len(rows("moderation_case")) == 2


def test_an_appeal_that_is_granted_undoes_the_decision(
    case, decide, make_client, mallory, rows, signed_in
):
    decide(case, "suspend", why="Spam")
    client = make_client()
    page = client.log_in("mallory", PASSWORD)
    answer = client.submit(APPEAL, to=page, words="It was a joke")
    assert answer.status_code == 303
    again = rows("moderation_case", "appeals_id IS NOT NULL")[0]["id"]
    assert decide(again, "undo").status_code == 303
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"
    told = signed_in(mallory).get("/decisions")
    select(told, "article", text="It was taken back.")


def test_the_form_of_a_suspended_person_is_theirs_alone(case, decide, make_client, anonymous, rows):
    decide(case, "suspend", why="Spam")
    client = make_client()
    page = client.log_in("mallory", PASSWORD)
    action = one(page, APPEAL).attributes["action"]
    anonymous.token()
    assert anonymous.post(f"{action}x", {"words": "Let me in"}).status_code == 404
    client.submit(APPEAL, to=page, words="Sorry")
    client.post(action, {"words": "Sorry again"})
    assert len(rows("moderation_case", "appeals_id IS NOT NULL")) == 1
    absent(client.log_in("mallory", PASSWORD), APPEAL)


def test_nobody_appeals_for_others(case, decide, ada, signed_in, rows):
    decide(case, "warn", why="Be kind")
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    assert signed_in(ada).get(f"/decisions/{entry}/appeal").status_code == 404
