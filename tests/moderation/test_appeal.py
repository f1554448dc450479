"""Appeals: once, and to another moderator where there is one."""

from datetime import timedelta

import pytest

from app.data.database import db
from app.moderation.jobs import EVIDENCE_KEPT, delete_old_cases
from app.moderation.models import Case
from tests.conftest import PASSWORD
from tests.html import absent, messages, one, select

from .conftest import act

OF_APPEAL = "main form[action^='/appeal']"

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


def test_one_appeals_once_however_long_ago(
    app, case, decide, appeal, mallory, signed_in, rows, travel
):
    decide(case, "warn", why="Be kind")
    decide(appeal(), "uphold")
    travel.shift(EVIDENCE_KEPT + timedelta(minutes=1))
    with app.app_context():
        delete_old_cases()
    (kept,) = rows("moderation_case")
    assert kept["words"] == ""
    client = signed_in(mallory)
    answer = client.post(f"/decisions/{kept['appeals_id']}/appeal", {"words": "Again"})
    assert (answer.status_code, "You have appealed already." in answer.text) == (409, True)
    assert len(rows("moderation_case")) == 1


def test_one_appeals_once(case, decide, appeal, mallory, signed_in, rows):
    decide(case, "warn", why="Be kind")
    appeal()
    client = signed_in(mallory)
    absent(client.get("/decisions"), "article a", text="Appeal")
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    url = f"/decisions/{entry}/appeal"
    assert client.post(url, {"words": "It was a joke"}).location == "/decisions"
    assert "You have appealed already." in messages(client.get("/decisions"))
    assert len(rows("moderation_case")) == 2
    # Nothing that was typed is lost.
    answer = client.post(url, {"words": "Again"})
    assert (answer.status_code, "You have appealed already." in answer.text) == (409, True)
    one(answer, "textarea", text="Again")
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


def test_who_decided_does_not_take_the_appeal_from_the_others(
    case, decide, desk, appeal, with_role, rows
):
    decide(case, "warn", why="Be kind")
    with_role("omar")
    again = appeal()
    absent(desk.get(f"/desk/{again}"), "button", text="Take this case")
    assert desk.post(f"/desk/{again}/take").status_code == 403
    assert rows("moderation_case", "appeals_id IS NOT NULL")[0]["taken_by_id"] is None


def test_undoing_the_decision_grants_the_appeal(case, decide, desk, appeal, mallory, rows):
    decide(case, "remove", why="Spam")
    appeal()
    desk.post(one(desk.get("/desk/people/mallory"), "button", text="Undo").attributes["formaction"])
    assert rows("moderation_case", "closed_at IS NULL") == []
    absent(desk.get("/desk"), "article.desk-case")


@pytest.mark.parametrize("action", ["limit", "suspend"])
def test_restoring_the_account_grants_the_appeal(
    case, decide, desk, make_client, mallory, rows, action, signed_in
):
    decide(case, action, why="Spam")
    entry = rows("moderation_log", f"action = '{action}'")[0]["id"]
    if action == "suspend":
        client = make_client()
        client.submit(OF_APPEAL, to=client.log_in("mallory", PASSWORD), words="Sorry")
    else:
        signed_in(mallory).post(f"/decisions/{entry}/appeal", {"words": "Sorry"})
    assert len(rows("moderation_case", "closed_at IS NULL")) == 1
    act(desk, "/desk/people/mallory", "restore")
    assert rows("moderation_case", "closed_at IS NULL") == []
    absent(desk.get("/desk/people/mallory"), "button", text="Undo")
    select(signed_in(mallory).get("/decisions"), "article", text="It was taken back.")


def test_an_appeal_is_granted_when_what_was_decided_is_over(
    case, decide, make_client, rows, travel
):
    decide(case, "suspend", why="Spam", days="1")
    client = make_client()
    client.submit(OF_APPEAL, to=client.log_in("mallory", PASSWORD), words="It was a joke")
    travel.shift(2 * 24 * 3600)
    assert client.log_in("mallory", PASSWORD).status_code == 303
    again = rows("moderation_case", "appeals_id IS NOT NULL")[0]["id"]
    assert decide(again, "undo").location == "/desk"
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"
    select(client.get("/decisions"), "article", text="It was taken back.")


def test_an_administrator_decides_the_appeal_of_a_moderator_alone(
    app, desk, moderator, with_role, signed_in, rows
):
    """Other moderators could not: they are no superiors of theirs."""
    boss = signed_in(with_role("boss", "administrator"))
    omar = with_role("omar")
    act(boss, "/desk/people/omar", "warn", why="Be kind")
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    signed_in(omar).post(f"/decisions/{entry}/appeal", {"words": "I was"})
    again = rows("moderation_case", "appeals_id IS NOT NULL")[0]["id"]
    absent(desk.get(f"/desk/{again}"), "input[name=action]")
    desk.token()
    assert desk.post(f"/desk/{again}/decide", {"action": "undo", "why": ""}).status_code == 403
    fields = {"action": "undo", "why": ""}
    assert boss.post(f"/desk/{again}/decide", fields).location == "/desk"


def test_the_form_is_gone_once_it_was_sent(case, decide, appeal, mallory, signed_in, rows):
    decide(case, "warn", why="Be kind")
    appeal()
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    client = signed_in(mallory)
    assert client.get(f"/decisions/{entry}/appeal").location == "/decisions"


def test_what_was_taken_back_needs_no_appeal(case, decide, desk, mallory, signed_in, rows):
    decide(case, "warn", why="Be kind")
    entry = rows("moderation_log", "action = 'warn'")[0]["id"]
    client = signed_in(mallory)
    client.get(f"/decisions/{entry}/appeal")
    desk.post(f"/desk/log/{entry}/undo")
    client.post(f"/decisions/{entry}/appeal", {"words": "I was kind"})
    assert rows("moderation_case", "appeals_id IS NOT NULL") == []
