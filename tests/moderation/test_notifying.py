"""What people learn of a decision: who is concerned, who reported, and other moderators."""

import pytest

from app.accounts.models import User
from app.data.database import db
from app.mail.models import OutboxMail
from app.moderation.actions import Decision, warn
from app.moderation.log import Moderator
from app.site import Rule, change_site
from tests.html import absent, one, select

from .conftest import act, texts


@pytest.fixture
def mails(app):
    """Give a function that returns the texts of the mails, the first first."""

    def mails():
        with app.app_context():
            found = db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id))
            return [mail.body for mail in found]

    return mails


def test_each_decision_is_mailed_however_many_there_are_in_an_hour(app, mallory, mails):
    with app.app_context():
        person = db.session.get_one(User, mallory.id)
        for n in range(6):
            warn(Moderator(), person, Decision(reason=f"Quagga {n}"))
    assert ["Quagga 5" in mail for mail in mails()] == [False] * 5 + [True]


def test_who_reads_that_a_decision_is_undone_reads_which(
    desk, mallory, spam, signed_in, anonymous, mails
):
    act(desk, "/desk/people/mallory", "warn", why="Loud")
    act(desk, f"/desk/posts/{spam.id}", "mark", why="Loud")
    person = desk.get("/desk/people/mallory")
    desk.token()
    desk.post(one(person, "[aria-label^='Undo: Warning put']").attributes["formaction"])
    for page in (desk.get("/desk/people/mallory"), desk.get("/desk/log")):
        assert texts(page, "strong")[0].startswith("Decision undone: Warning put on a post")
    assert texts(anonymous.get("/moderation-log"), "strong")[0] == (
        "Decision undone: Warning put on a post"
    )
    told = signed_in(mallory).get("/decisions")
    assert "Warning put on a post" in texts(told, "article")[0]
    assert "Warning put on a post" in mails()[-1]


def test_removing_every_post_decides_what_was_reported_of_them(
    app, case, desk, ada, mallory, report, signed_in
):
    report(ada, "/@mallory")
    with app.app_context():
        change_site(rules=(Rule("No ads"),))
    act(desk, "/desk/people/mallory", "remove_all", rule="No ads")
    absent(desk.get("/desk"), "article")
    one(desk.get(f"/desk/{case}"), "p", text="This is decided already: All posts removed, by @mo.")
    client = signed_in(ada)
    assert len(select(client.get("/decisions"), "li", text="The moderators acted on it.")) == 2
    select(client.get("/notifications"), "article", text="looked at what you reported")


def test_a_case_says_that_its_author_has_deleted_the_post(case, desk, mallory, spam, signed_in):
    absent(desk.get(f"/desk/{case}"), "p", text="not here any more")
    client = signed_in(mallory)
    client.token()
    client.post(f"/posts/{spam.id}/delete")
    select(desk.get(f"/desk/{case}"), "p", text="This post is not here any more.")


@pytest.mark.parametrize("state", ["limit", "suspend"])
def test_from_a_profile_behind_a_notice_moderators_get_to_the_desk(
    desk, ada, mallory, signed_in, anonymous, state
):
    link = "main a[href='/desk/people/mallory']"
    act(desk, "/desk/people/mallory", state, why="Spam")
    one(desk.get("/@mallory"), link)
    for client in (signed_in(ada), anonymous):
        absent(client.get("/@mallory"), link)


@pytest.mark.parametrize("path", ["/desk/reasons", "/desk/posts/{spam}"])
def test_pages_of_the_desk_lead_back_to_it(desk, spam, path):
    one(desk.get(path.format(spam=spam.id)), "main a[href='/desk']")
