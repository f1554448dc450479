"""The log: one row for everything, which nobody can change."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import User
from app.data.database import db, writing
from app.moderation.log import record
from app.moderation.log_changes import LABELS
from app.moderation.log_queries import PUBLIC
from app.moderation.words import ACTIONS
from app.site import Rule, Site, change_site
from tests.conftest import DATABASE
from tests.html import absent, one, parse, select
from tests.moderation.conftest import texts

from .conftest import act


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
    for n in range(27):
        act(desk, "/desk/people/mallory", "warn", why=f"Warning {n}.")
    first = anonymous.get("/moderation-log")
    assert len(select(first, "article.desk-case")) == 25
    more = one(first, "#more").attributes["href"]
    assert len(select(anonymous.get(more), "article.desk-case")) == 2


# All of it, for moderators


@pytest.fixture
def everything(app, mallory, moderator):
    """Log each action once: by the moderator, on mallory."""
    with app.app_context(), writing():
        for action in ACTIONS:
            record(moderator, action, person_id=mallory.id, reason=f"Because of {action}")


def test_moderators_read_everything_that_was_done(everything, desk):
    page = desk.get("/desk/log")
    more = desk.get(one(page, "#more").attributes["href"])
    found = texts(page, ".desk-quote") + texts(more, ".desk-quote")
    assert found == [f"Because of {action}" for action in reversed(ACTIONS)]
    select(page, ".desk-case", text="by @mo")


def test_everybody_reads_decisions_and_nothing_else(everything, anonymous):
    """What moderators do among themselves, with applications and with the site is for them."""
    page = anonymous.get("/moderation-log")
    assert texts(page, ".desk-quote") == [
        f"Because of {action}" for action in reversed(ACTIONS) if action in PUBLIC
    ]
    inner = ("take", "release", "note", "canned", "invite", "site", "send_again", "announce")
    assert not {*inner, "role", "let_in", "turn_away"} & set(PUBLIC)


def test_the_public_log_names_no_moderator_and_no_reporter(case, decide, app, anonymous):
    with app.app_context():
        change_site(names_in_log=True)
    decide(case, "warn", why="Be kind")
    page = one(anonymous.get("/moderation-log"), "#log").text()
    assert "@mallory" in page
    assert "ada" not in page
    assert "@mo" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("by=mo", ["remove", "warn"]),
        ("by=@MO&action=warn", ["warn"]),
        ("by=nobody", []),
        ("to=Mallory", ["create", "remove"]),
        ("to=@ada", ["warn"]),
        ("action=remove", ["remove"]),
        ("action=nonsense", []),
        ("by_command=y", ["create", "role"]),
        ("by=%00&to=", ["create", "remove", "warn", "role"]),
    ],
)
def test_the_log_has_filters(filters, found, app, ada, mallory, moderator, desk):
    with app.app_context(), writing():
        record(None, "create", person_id=mallory.id)
        record(moderator, "remove", person_id=mallory.id)
        record(moderator, "warn", person_id=ada.id)
    page = desk.get(f"/desk/log?{filters}")
    labels = [str(ACTIONS[action]) for action in found]
    assert sorted(texts(page, ".desk-case strong")) == sorted(labels)


def test_filters_go_on_to_the_next_page(app, mallory, moderator, desk):
    with app.app_context(), writing():
        for n in range(54):
            record(moderator, "warn" if n % 2 else "limit", person_id=mallory.id)
    more = one(desk.get("/desk/log?action=warn&to=mallory"), "#more").attributes["href"]
    assert set(texts(desk.get(more), ".desk-case strong")) == {"Person warned"}
    assert len(parse(desk.get(more)).css(".desk-case")) == 2


def test_an_entry_says_before_and_after_in_words(case, decide, desk):
    decide(case, "limit", why="Spam", days="7")
    (entry, _role) = select(desk.get("/desk/log"), ".desk-case")
    assert "State: Active Limited" in " ".join(entry.text().split())
    assert "Until: " in entry.text()


def test_rules_are_read_one_after_the_other(app, signed_in, with_role):
    with app.app_context():
        change_site(rules=[Rule("Be kind", "Always."), Rule("No spam")], longest_post=300)
    boss = signed_in(with_role("boss", "administrator"))
    (entry,) = select(boss.get("/desk/log?action=site"), "article")
    said = " ".join(entry.text().split())
    assert "Rules: Be kind: Always. · No spam" in said
    assert "Characters of a post: 500 300" in said


def test_settings_are_called_as_where_they_are_changed(app, signed_in, with_role):
    boss = with_role("boss", "administrator")
    with app.app_context():
        change_site(names_in_log=True, registration="invite", reads="members", blocked_names={"x"})
        db.session.get_one(User, boss.id).choose_language("es")
    (entry,) = select(signed_in(boss).get("/desk/log?action=site"), "article")
    said = " ".join(entry.text().split())
    assert "Nombrar a las personas en el registro público de los moderadores: no sí" in said
    assert "Quién puede unirse: Todo el mundo Quienes tienen una invitación" in said
    assert "Quién puede leer: Todo el mundo Solo miembros" in said
    assert "Nombres bloqueados: x" in said


def test_every_setting_of_the_site_has_a_label():
    assert set(vars(Site())) - {"set_by_environment"} <= set(LABELS)


def test_only_administrators_read_what_the_settings_were(app, desk, signed_in, with_role):
    with app.app_context():
        change_site(blocked_addresses={"spam@example.org"})
    assert "spam@example.org" not in desk.get("/desk/log").text
    boss = signed_in(with_role("boss", "administrator"))
    assert "spam@example.org" in boss.get("/desk/log").text


def test_moderators_do_not_read_that_they_were_reported(app, moderator, desk, with_role):
    other = with_role("omar")
    with app.app_context(), writing():
        for action in ("take", "note", "release", "dismiss", "warn"):
            record(other, action, person_id=moderator.id)
    assert texts(desk.get("/desk/log?by=omar"), ".desk-case strong") == ["Person warned"]


def test_the_log_is_for_moderators(ada, signed_in, anonymous):
    assert signed_in(ada).get("/desk/log").status_code == 404
    assert anonymous.get("/desk/log").status_code == 303
