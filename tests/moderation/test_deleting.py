"""Deleting the account of somebody else."""

from datetime import timedelta

import pytest

from app.data.database import db
from app.moderation.jobs import EVIDENCE_KEPT, delete_notes_about_nobody, delete_old_cases
from app.moderation.models import LogEntry
from tests.html import absent, messages, one, select


@pytest.fixture
def boss(with_role, signed_in):
    """The client of an administrator."""
    with_role("boss", "administrator")
    return signed_in(with_role("root_boss", "administrator"))


def test_an_administrator_deletes_an_account(boss, mallory, spam, rows, anonymous, app):
    link = one(boss.get("/desk/people/mallory"), "main a[href='/desk/people/mallory/delete']")
    boss.get(link.attributes["href"])
    answer = boss.submit("main form", typed_username="bruno", why="Spam")
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="This is another name.")
    answer = boss.submit("main form", to=answer, typed_username="@Mallory", why="Spam")
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert "mallory" not in {row["username"] for row in rows("user")}
    assert rows("post") == []
    assert "The account of @mallory is being deleted." in messages(boss.get("/desk"))
    (entry,) = rows("moderation_log", "action = 'delete'")
    assert (entry["person_id"], entry["reason"]) == (mallory.id, "Spam")
    log = anonymous.get("/moderation-log")
    one(log, "article", text="Account deleted")
    assert "mallory" not in log.text
    (mail,) = rows("outbox_mail", "kind = 'account-deleted'")
    assert mail["recipient"] == "mallory@example.org"
    assert "The reason: Spam" in mail["body"]


def test_a_moderator_does_not(desk, mallory, rows):
    absent(desk.get("/desk/people/mallory"), "a[href$='/delete']")
    assert desk.get("/desk/people/mallory/delete").status_code == 404
    assert desk.post("/desk/people/mallory/delete").status_code == 404


def test_nobody_deletes_their_equals(boss, rows):
    absent(boss.get("/desk/people/boss"), "a[href$='/delete']")
    assert boss.get("/desk/people/boss/delete").status_code == 403
    assert boss.post("/desk/people/boss/delete", {"typed_username": "boss"}).status_code == 403


def test_the_command_deletes_an_account(app, mallory, spam, rows):
    run = app.test_cli_runner().invoke
    result = run(args=["user", "delete", "mallory"], input="n\n")
    assert result.exit_code == 1
    assert len(rows("user")) == 1
    result = run(args=["user", "delete", "@Mallory", "--reason", "Asked for it"], input="y\n")
    assert result.exit_code == 0, result.output
    assert "mallory is deleted." in result.output
    assert (rows("user"), rows("post")) == ([], [])
    result = run(args=["user", "create", "Mallory", "mallory@example.org"])
    assert (result.exit_code, rows("user")) == (1, [])
    assert "Error: Mallory belonged to somebody who has left." in result.output
    with app.app_context():
        entry = db.session.scalars(db.select(LogEntry)).one()
    assert (entry.action, entry.actor_id, entry.reason) == ("delete", None, "Asked for it")
    assert run(args=["counters", "check"]).exit_code == 0


def test_the_command_keeps_the_last_administrator(app, with_role, rows):
    with_role("ada", "administrator")
    result = app.test_cli_runner().invoke(args=["user", "delete", "ada", "--yes"])
    assert result.exit_code == 1
    assert "ada is the last administrator." in result.output
    assert len(rows("user")) == 1
    assert rows("moderation_log", "action = 'delete'") == []


def test_a_case_about_who_has_left_can_be_dismissed(
    app, case, mallory, desk, decide, rows, anonymous
):
    app.test_cli_runner().invoke(args=["user", "delete", "mallory", "--yes"])
    page = desk.get(f"/desk/{case}")
    one(page, "blockquote", text="Cheap quaggas")
    assert len(rows("moderation_case")) == 1
    select(page, "input[name=action]", count=1)
    for action in ("warn", "suspend", "limit", "remove", "mark"):
        assert decide(case, action, why="Spam").status_code == 422
    assert decide(case, "dismiss").status_code == 303


def test_an_appeal_of_who_has_left_can_be_dismissed(
    app, case, mallory, desk, decide, signed_in, rows
):
    decide(case, "warn", why="Be kind")
    client = signed_in(mallory)
    client.get(one(client.get("/decisions"), "article a", text="Appeal").attributes["href"])
    client.submit("main form", words="It was a joke")
    again = rows("moderation_case", "appeals_id IS NOT NULL")[0]["id"]
    app.test_cli_runner().invoke(args=["user", "delete", "mallory", "--yes"])
    one(desk.get(f"/desk/{again}"), "blockquote", text="It was a joke")
    assert decide(again, "uphold").status_code == 422
    # The moderator decided it: there is no other one.
    assert decide(again, "dismiss").status_code == 303


def test_notes_stay_as_long_as_a_case(app, case, mallory, desk, decide, rows, travel):
    desk.post("/desk/people/mallory/note", {"words": "Sells quaggas"})
    app.test_cli_runner().invoke(args=["user", "delete", "mallory", "--yes"])

    def work():
        with app.app_context():
            delete_old_cases()
            delete_notes_about_nobody()

    work()
    assert len(rows("note")) == 1
    decide(case, "dismiss")
    travel.shift(EVIDENCE_KEPT + timedelta(minutes=1))
    work()
    assert rows("note") == []


def test_the_history_names_no_moderator_who_has_left(
    app, case, mallory, moderator, decide, boss, rows
):
    decide(case, "warn", why="Be kind")
    select(boss.get("/desk/people/mallory"), "li", text="by @mo")
    app.test_cli_runner().invoke(args=["user", "delete", "mo", "--yes"])
    select(boss.get("/desk/people/mallory"), "li", text="by somebody who has left")
    assert rows("moderation_log", "action = 'warn'")[0]["actor_id"] == moderator.id


def test_a_report_outlives_who_reported(app, ada, case, desk, rows):
    run = app.test_cli_runner().invoke
    run(args=["user", "delete", "ada", "--yes"])
    (report,) = rows("report")
    assert (report["case_id"], report["reporter_id"]) == (case, None)
    select(desk.get(f"/desk/{case}"), "blockquote", text="Cheap quaggas")
    assert run(args=["counters", "check"]).exit_code == 0
