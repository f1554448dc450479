"""The log: one row for everything, which nobody can change."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.data.database import db
from app.site import change_site
from tests.conftest import DATABASE
from tests.html import absent, one, select


def test_an_entry_says_who_what_to_whom_why_before_and_after(
    case, decide, moderator, mallory, rows
):
    decide(case, "suspend", why="Spam")
    entry = rows("moderation_log", "action = 'suspend'")[0]
    assert (entry["actor_id"], entry["person_id"], entry["case_id"]) == (
        moderator.id,
        mallory.id,
        case,
    )
    assert entry["reason"] == "Spam"
    before, after = (
        json.loads(value) if isinstance(value, str) else value
        for value in (entry["before"], entry["after"])
    )
    assert (before["state"], after["state"]) == ("active", "suspended")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE moderation_log SET reason = ''",
        "DELETE FROM moderation_log",
        "INSERT OR REPLACE INTO moderation_log SELECT * FROM moderation_log"
        if DATABASE == "sqlite"
        else "TRUNCATE moderation_log",
    ],
)
def test_nobody_can_change_the_log(app, case, decide, rows, change):
    decide(case, "warn", why="Be kind")
    before = rows("moderation_log")
    with (
        app.app_context(),
        pytest.raises(DBAPIError, match="stays as it is"),
        db.engine.begin() as connection,
    ):
        connection.execute(text(change))
    assert rows("moderation_log") == before


def test_a_change_of_role_is_logged(app, ada, rows):
    app.test_cli_runner().invoke(args=["user", "promote", "ada"])
    (entry,) = rows("moderation_log")
    assert (entry["action"], entry["actor_id"], entry["person_id"]) == ("role", None, ada.id)


def test_everybody_reads_what_was_done_and_nobody_is_named(case, decide, anonymous):
    decide(case, "suspend", why="Spam, again", days="7")
    page = anonymous.get("/moderation-log")
    one(page, "article", text="Account suspended")
    one(page, "blockquote", text="Spam, again")
    absent(page, "article", text="mallory")
    absent(page, "article", text="ada")


def test_a_setting_names_the_people_concerned(app, case, decide, anonymous):
    with app.app_context():
        change_site(names_in_log=True)
    decide(case, "warn", why="Be kind")
    select(anonymous.get("/moderation-log"), "article", text="@mallory")


def test_the_log_has_pages(app, mallory, desk, anonymous):
    desk.token()
    for n in range(27):
        fields = {"action": "warn", "why": f"Warning {n}."}
        desk.post("/desk/people/mallory/decide", fields)
    first = anonymous.get("/moderation-log")
    assert len(select(first, "article.desk-case")) == 25
    more = one(first, "#more").attributes["href"]
    assert len(select(anonymous.get(more), "article.desk-case")) == 2
