"""Reporting a post or a person."""

import pytest

from app.accounts.models import User
from app.data.database import db
from app.follows.models import block
from app.posts.models import Post
from app.posts.writing import edit
from app.site import Rule
from tests.html import absent, messages, one, select

from .conftest import texts


def test_the_menus_of_others_lead_to_the_form(ada, mallory, spam, signed_in, make_post):
    client = signed_in(ada)
    menu = client.get(f"/posts/{spam.id}/menu")
    one(menu, f"a[href='/posts/{spam.id}/report']", text="Report")
    one(client.get("/@mallory"), "a[href='/@mallory/report']", text="Report")
    own = make_post(ada, "Mine")
    absent(client.get(f"/posts/{own.id}/menu"), "a", text="Report")
    absent(client.get("/@ada"), ".profile a", text="Report")


@pytest.mark.parametrize("is_blocker", [True, False])
def test_a_person_can_be_reported_whoever_has_blocked_whom(
    app, ada, mallory, signed_in, rows, is_blocker
):
    client = signed_in(ada)
    with app.app_context():
        block(*((ada, mallory) if is_blocker else (mallory, ada)))
    if is_blocker:
        for page in ("/@mallory", "/settings/blocks"):
            one(client.get(page), "main a[href='/@mallory/report']", text="Report")
    answer = client.post("/@mallory/report", {"reason": "harassment"})
    assert (answer.status_code, answer.location) == (303, "/decisions")
    assert len(rows("report")) == 1


@pytest.mark.parametrize("url", ["/posts/{post}", "/@mallory"])
def test_a_report_becomes_a_case(ada, spam, signed_in, rows, url):
    url = url.format(post=spam.id)
    client = signed_in(ada)
    select(client.get(f"{url}/report"), "main form input[name=reason]", count=4)
    answer = client.post(f"{url}/report", {"reason": "harassment", "words": "Again and again"})
    assert answer.location == url
    assert "The moderators look at it" in messages(client.get(url))[0]
    (case,), (report,) = rows("moderation_case"), rows("report")
    assert (case["reason"], case["reports_count"]) == ("harassment", 1)
    assert (report["reporter_id"], report["words"]) == (ada.id, "Again and again")
    assert "Cheap quaggas" in str(report["evidence"])


def test_the_same_report_twice_is_one_and_many_are_one_case(ada, bruno, spam, report, rows):
    for user in (ada, ada, bruno):
        assert report(user, f"/posts/{spam.id}").status_code == 303
    assert [case["reports_count"] for case in rows("moderation_case")] == [2]
    assert len(rows("report")) == 2


def test_many_who_report_at_once_are_one_case(make_user, spam, report, rows, together):
    people = [make_user() for _ in range(6)]
    together(lambda user: report(user, f"/posts/{spam.id}"), people)
    assert [case["reports_count"] for case in rows("moderation_case")] == [6]


def test_what_was_reported_is_kept_when_it_is_edited_and_deleted(app, case, spam, desk):
    with app.app_context():
        post = db.session.get_one(Post, spam.id)
        edit(post, "Nothing to see")
        post.delete()
    one(desk.get(f"/desk/{case}"), "blockquote", text="Cheap quaggas")


def test_a_reporter_blocks_at_once_if_they_choose_to(ada, mallory, spam, report, rows):
    assert report(ada, f"/posts/{spam.id}", block="y").location == "/"
    assert [row["blocked_id"] for row in rows("block")] == [mallory.id]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "nonsense"}, "reason"),
        ({"words": "x" * 2001}, "words"),
        ({"words": "a\0b"}, "words"),
        ({"words": "\u200b\u115f"}, "words"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(ada, spam, report, rows, fields, field):
    answer = report(ada, "/@mallory", **{"words": "Because"} | fields)
    assert answer.status_code == 422
    one(answer, f"#{field}_error")
    assert "Because" in answer.text or field == "words"
    assert rows("moderation_case") == []


def test_nobody_reports_themselves_or_what_they_cannot_see(
    mallory, spam, report, make_user, make_block, rows
):
    assert report(mallory, f"/posts/{spam.id}").status_code == 400
    assert report(mallory, "/@mallory").status_code == 400
    blocked = make_user("blocked")
    make_block(mallory, blocked)
    assert report(blocked, f"/posts/{spam.id}").status_code == 404
    assert rows("moderation_case") == []


def test_the_reporter_is_never_shown_to_the_reported(
    app, ada, mallory, case, decide, signed_in, with_role
):
    decide(case, "warn", why="Be kind")
    assert b"ada" not in signed_in(mallory).get("/decisions").data
    assert b"ada" not in signed_in(mallory).get("/moderation-log").data
    with app.app_context():
        db.session.get_one(User, mallory.id).set_role("moderator")
    client = signed_in(mallory)
    assert client.get(f"/desk/{case}").status_code == 404
    absent(client.get("/desk"), ".desk-case")


def test_rules_of_the_site_are_choices_and_keep_their_titles(
    ada, bruno, spam, report, set_site, signed_in, desk, rows
):
    set_site(rules=(Rule("Be kind"), Rule("No ads")))
    one(signed_in(ada).get(f"/posts/{spam.id}/report"), "label", text="No ads")
    report(ada, f"/posts/{spam.id}", reason="rule: No ads")
    set_site(rules=(Rule("No advertisements"), Rule("Be kind")))
    assert report(bruno, f"/posts/{spam.id}", reason="rule: No ads").status_code == 422
    assert report(bruno, f"/posts/{spam.id}", reason="rule: Be kind").status_code == 303
    case = rows("moderation_case")[0]["id"]
    for page in (desk.get("/desk"), desk.get(f"/desk/{case}")):
        assert texts(page, ".desk-facts .tag")[:2] == ["No ads", "Be kind"]
    select(signed_in(ada).get("/decisions"), ".tag", text="No ads")


def test_moderators_are_notified_and_see_the_number(desk, case, ada, signed_in):
    page = desk.get("/notifications")
    select(page, ".notification-text", text="Something new is at the desk")
    select(desk.get("/explore"), ".nav-desk .desk-badge", text="1")
    absent(signed_in(ada).get("/explore"), ".nav-desk, .desk-badge")


def test_moderators_get_mails_if_they_choose_to(desk, ada, bruno, spam, report, rows):
    desk.get("/desk")
    desk.press("button[formaction='/desk/mail/on']")
    report(ada, f"/posts/{spam.id}")
    assert [mail["recipient"] for mail in rows("outbox_mail")] == ["mo@example.org"]
    desk.get("/desk")
    desk.press("button[formaction='/desk/mail/off']")
    report(bruno, "/@mallory")
    assert len(rows("outbox_mail")) == 1
