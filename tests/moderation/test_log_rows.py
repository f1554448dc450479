"""Whatever moderators and administrators do is a row of the log: who, to whom, before and after."""

import json
import re

import pytest

from app.accounts.applications import apply_to_join
from app.accounts.registering import register
from app.data.database import writing
from app.mail.models import OutboxMail
from app.moderation.words import ACTIONS
from app.site import change_site
from tests.html import absent

from .conftest import act


@pytest.fixture
def logged(rows):
    """Give a function that returns the latest row of the log, with who, to whom, before, after."""

    def latest():
        row = rows("moderation_log")[-1]
        before, after = (
            json.loads(row[name]) if isinstance(row[name], str) else row[name]
            for name in ("before", "after")
        )
        assert row["action"] in ACTIONS
        return row["action"], row["actor_id"], row["person_id"], before, after

    return latest


ACTIVE = {"state": "active", "until": None}
DECISIONS = [
    ("remove", {"post": "shown"}, {"post": "removed"}),
    ("mark", {"warning": ""}, {"warning": "Be kind"}),
    ("warn", ACTIVE, ACTIVE),
    ("limit", ACTIVE, {"state": "limited", "until": None}),
    ("suspend", ACTIVE, {"state": "suspended", "until": None}),
    ("dismiss", {"case": "open"}, {"case": "closed"}),
]


@pytest.mark.parametrize(("action", "before", "after"), DECISIONS, ids=str)
def test_a_decision(action, before, after, case, decide, moderator, mallory, logged):
    assert decide(case, action, why="Be kind").location == "/desk"
    assert logged() == (action, moderator.id, mallory.id, before, after)


@pytest.mark.parametrize("action", ["remove", "mark", "warn", "limit", "suspend"])
def test_undoing_swaps_before_and_after(action, case, decide, desk, rows, logged):
    decide(case, action, why="Be kind")
    *_who, before, after = logged()
    entry = rows("moderation_log")[-1]["id"]
    assert desk.post(f"/desk/log/{entry}/undo").status_code == 303
    assert logged()[0] == "undo"
    assert logged()[3:] == (after, before)


def test_all_posts_of_a_person(desk, spam, mallory, moderator, logged):
    act(desk, "/desk/people/mallory", "remove_all", why="Spam")
    expected = ("remove_all", moderator.id, mallory.id, {"posts": 1}, {"posts": 0})
    assert logged() == expected


@pytest.mark.parametrize(("action", "after"), [("let_through", "shown"), ("refuse", "refused")])
def test_a_post_that_waits(
    action, after, set_site, mallory, make_post, rows, decide, moderator, logged
):
    set_site(links_wait_days=7)
    make_post(mallory, "Quaggas at https://quagga.example/")
    (case,) = rows("moderation_case")
    decide(case["id"], action, why="Spam")
    changed = ({"post": "waiting"}, {"post": after})
    assert logged() == (action, moderator.id, mallory.id, *changed)


def test_a_refused_post_that_everybody_sees_after_all(
    set_site, mallory, make_post, rows, decide, desk, logged
):
    set_site(links_wait_days=7)
    make_post(mallory, "Quaggas at https://quagga.example/")
    (case,) = rows("moderation_case")
    decide(case["id"], "refuse", why="Spam")
    desk.post(f"/desk/log/{rows('moderation_log')[-1]['id']}/undo")
    assert logged()[3:] == ({"post": "refused"}, {"post": "shown"})


def test_taking_a_case_and_leaving_it(case, desk, moderator, mallory, logged, rows):
    taken, free = {"taken_by": moderator.id}, {"taken_by": None}
    desk.token()
    for _again in range(2):
        desk.post(f"/desk/{case}/take")
        assert logged() == ("take", moderator.id, mallory.id, free, taken)
    for _again in range(2):
        desk.post(f"/desk/{case}/release")
        assert logged() == ("release", moderator.id, mallory.id, taken, free)
    assert [row["action"] for row in rows("moderation_log", "case_id > 0")] == ["take", "release"]


def test_a_note_without_its_words(desk, mallory, moderator, rows, logged):
    desk.token()
    desk.post("/desk/people/mallory/note", {"words": "Has a second account"})
    (note,) = rows("note")
    assert logged() == ("note", moderator.id, mallory.id, {}, {"note": note["id"]})


def test_ready_made_reasons(desk, moderator, rows, logged):
    desk.token()
    desk.post("/desk/reasons", {"words": "We are no market."})
    words = {"words": "We are no market."}
    assert logged() == ("canned", moderator.id, None, {}, words)
    (reason,) = rows("canned_reason")
    desk.post(f"/desk/reasons/{reason['id']}/delete")
    assert logged() == ("delete_canned", moderator.id, None, words, {})


def test_invitations(desk, moderator, rows, logged):
    desk.token()
    desk.post("/settings/invitations", {"uses": "2", "days": "3"})
    (made,) = rows("invitation")
    action, actor, person, before, after = logged()
    assert (action, actor, person, before) == ("invite", moderator.id, None, {})
    assert (after["invitation"], after["uses"]) == (str(made["id"]), 2)
    for _again in range(2):
        desk.post(f"/settings/invitations/{made['id']}/revoke")
        assert logged()[:2] == ("revoke", moderator.id)
        assert logged()[3] == after
        assert logged()[4]["until"] < after["until"]
    assert [row["action"] for row in rows("moderation_log")][-2:] == ["invite", "revoke"]
    assert made["code"] not in str(rows("moderation_log"))


@pytest.mark.parametrize(("decision", "state"), [("let_in", "active"), ("turn_away", "deleted")])
def test_who_asked_to_join(decision, state, app, desk, moderator, make_user, logged):
    with app.app_context():
        nora = make_user("nora")
        apply_to_join(nora, answer="Bread", network="192.0.2.0")
    desk.token()
    desk.post("/desk/people", {"people": str(nora.id), "decision": decision})
    changed = ({"state": "waiting"}, {"state": state})
    assert logged() == (decision, moderator.id, nora.id, *changed)


@pytest.fixture
def administrator(with_role):
    """Give an administrator."""
    return with_role("boss", "administrator")


@pytest.fixture
def office(signed_in, administrator):
    """Give the client of the administrator, with a token."""
    client = signed_in(administrator)
    client.token()
    return client


def test_announcements(office, administrator, rows, logged):
    office.post("/settings/site/announcements", {"text": "We move."})
    action, actor, _nobody, before, after = logged()
    assert (action, actor, before) == ("announce", administrator.id, {})
    assert (after["text"], after["until"]) == ("We move.", None)
    (made,) = rows("announcement")
    office.post(f"/settings/site/announcements/{made['id']}/end")
    assert logged()[:2] == ("end_announcement", administrator.id)
    assert logged()[3] == after
    assert logged()[4]["until"]


def test_mails_sent_again(app, office, administrator, mallory, rows, logged):
    with app.app_context(), writing() as session:
        session.add(OutboxMail(recipient="mallory@example.org", subject="Hi", attempts=2))
    (mail,) = rows("outbox_mail", "subject = 'Hi'")
    office.post(f"/admin/mails/{mail['id']}/send")
    sent = {"mail": str(mail["id"]), "kind": None, "attempts": 2}
    assert logged() == ("send_again", administrator.id, mallory.id, {}, sent)
    assert "example.org" not in str(rows("moderation_log"))


def test_of_a_list_what_was_taken_out_and_what_was_added(app, office, administrator, logged):
    with app.app_context():
        change_site(blocked_words={"pills", "casino"}, reserved_names={"baker"})
    office.get("/settings/site/lists")
    fields = {"blocked_words": "casino\nquagga", "reserved_names": "baker\nmiller"}
    office.post("/settings/site/lists", fields)
    changed = (
        {"blocked_words": ["pills"], "reserved_names": []},
        {"blocked_words": ["quagga"], "reserved_names": ["miller"]},
    )
    assert logged() == ("site", administrator.id, None, *changed)


def test_a_role(office, administrator, mallory, logged):
    office.post("/desk/people/mallory/role", {"role": "moderator"})
    changed = ({"role": "member"}, {"role": "moderator"})
    assert logged() == ("role", administrator.id, mallory.id, *changed)


def test_deleting_an_account(office, administrator, mallory, logged):
    fields = {"typed_username": "mallory", "why": "Spam"}
    office.post("/desk/people/mallory/delete", fields)
    changed = ({"state": "active"}, {"state": "deleted"})
    assert logged() == ("delete", administrator.id, mallory.id, *changed)


# Commands that change something, in this order, and the actions that they log.
COMMANDS = {
    "user create nora nora@example.org": "create",
    "user confirm carl": "confirm",
    "user set-password nora": "set_password",
    "user promote nora": "role",
    "user demote nora": "role",
    "user suspend nora": "suspend",
    "user restore nora": "restore",
    "user approve wanda": "let_in",
    "user refuse wolf": "turn_away",
    "user delete nora --yes": "delete",
    "invite create": "invite",
    "invite revoke {code}": "revoke",
    "site registration closed": "site",
    "site announce Hello": "announce",
    "mail send {mail}": "send_again",
}
# Commands that change nothing of the community.
READING = {"user list", "user show", "user export", "invite list", "mail failed"}


def test_every_command_that_changes_something_is_logged(app, rows):
    with app.app_context():
        register("boss", may_administer=True)
        for name in ("wanda", "wolf"):
            apply_to_join(register(name), answer="", network="")
        register("carl", email="carl@example.org", must_confirm=True)
        with writing() as session:
            session.add(OutboxMail(recipient="a@example.org", subject="Hi", attempts=2))
    (mail,) = (row["id"] for row in rows("outbox_mail", "subject = 'Hi'"))
    for command, action in COMMANDS.items():
        before = len(rows("moderation_log"))
        code = rows("invitation")[-1]["code"] if "{code}" in command else ""
        arguments = command.format(code=code, mail=mail).split()
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, result.output
        (entry,) = rows("moderation_log")[before:]
        assert (entry["action"], entry["actor_id"]) == (action, None), command
        assert entry["after"] or action == "set_password"


def test_every_command_is_tried(app):
    groups = ("user", "invite", "site", "mail")
    found = {f"{group} {name}" for group in groups for name in app.cli.commands[group].commands}
    assert found == {" ".join(command.split()[:2]) for command in COMMANDS} | READING


def test_every_action_has_a_name():
    assert all(re.search(r"[A-Z]", str(label)) for label in ACTIONS.values())


def test_nobody_else_learns_who_has_taken_a_case(case, desk, signed_in, ada, mallory, anonymous):
    desk.token()
    desk.post(f"/desk/{case}/take")
    desk.post("/desk/people/mallory/note", {"words": "Has a second account"})
    absent(anonymous.get("/moderation-log"), "article.desk-case")
    absent(signed_in(mallory).get("/decisions"), "article")
    for history in (desk.get("/desk/people/mallory"), desk.get(f"/desk/{case}")):
        assert "Case taken" not in history.text
    desk.post(f"/desk/{case}/decide", {"action": "dismiss", "why": ""})
    mine = signed_in(ada).get("/decisions")
    assert "there was nothing to be done" in mine.text
