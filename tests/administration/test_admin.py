"""What administrators see at a glance, the list of accounts, and the mails that failed."""

from datetime import timedelta

import pytest

from app.accounts.invitations import invite, join_with
from app.accounts.models import User
from app.accounts.registering import register
from app.administration.dashboard import charts
from app.data.database import db, now, writing
from app.mail.models import OutboxMail
from tests.html import absent, messages, one, parse, select, text_of


@pytest.fixture
def administrator(ada, give_role, signed_in):
    """Give the client of an administrator."""
    give_role(ada, "administrator")
    return signed_in(ada)


def usernames(page):
    return [text_of(each).strip() for each in parse(page).css("main #people .handle")]


def test_the_menu_of_an_administrator_leads_there(administrator, bruno, give_role, signed_in):
    one(administrator.get("/"), ".me a[href='/admin']", text="Administration")
    give_role(bruno, "moderator")
    absent(signed_in(bruno).get("/"), ".me a[href='/admin']")


def test_only_administrators_find_the_pages(bruno, give_role, signed_in, anonymous):
    give_role(bruno, "moderator")
    client = signed_in(bruno)
    for url in ("/admin", "/admin/people", "/admin/mails"):
        assert client.get(url).status_code == 404
        assert anonymous.get(url).status_code == 303
    assert client.post("/admin/mails/1/send").status_code == 404


def test_the_overview_counts_people_posts_and_what_waits(
    administrator, app, bruno, make_post, make_user
):
    make_post(bruno)
    with app.app_context(), writing() as session:
        session.get_one(User, make_user().id).set_state("waiting")
        session.add(OutboxMail(recipient="a@example.org", attempts=2, due_at=now()))
    page = administrator.get("/admin")
    charts = select(page, ".chart", count=2)
    assert "3 in 30 days, 3 today, at most 3 a day" in text_of(charts[0])
    assert "1 in 30 days, 1 today" in text_of(charts[1])
    assert [len(chart.css("rect")) for chart in charts] == [30, 30]
    numbers = {
        text_of(each.css_first("dt")): text_of(each.css_first("dd"))
        for each in select(page, ".numbers > div")
    }
    wanted = {"Accounts": "2", "Want to join": "1", "Open cases": "0", "Mails that failed": "1"}
    assert wanted.items() <= numbers.items()
    assert numbers["Version"]


def test_a_chart_says_when_it_begins_and_which_day_was_the_busiest(
    administrator, app, bruno, make_post, travel
):
    for n in range(3):
        make_post(bruno, f"Post {n}")
    busiest = now()
    travel.shift(timedelta(days=4))
    make_post(bruno)
    with app.app_context():
        _people, posts = charts()
        assert posts.busiest_day.date() == busiest.date()
        assert posts.first_day.date() == (now() - timedelta(days=29)).date()
        assert posts.values[-5:] == (3, 0, 0, 0, 1)
    sentence = text_of(select(administrator.get("/admin"), ".chart figcaption")[1])
    # The days are those of UTC, for everybody.
    day = f"{busiest:%B} {busiest.day}, {busiest.year}"
    assert f"4 in 30 days, 1 today, at most 3 a day ({day})" in sentence


def test_a_chart_has_a_bar_for_each_day(administrator, app, travel):
    travel.shift(timedelta(days=2))
    bars = select(administrator.get("/admin"), ".chart:first-of-type rect")
    heights = [float(bar.attributes["height"]) for bar in bars[:30]]
    assert max(heights) == heights[27] == 46
    assert heights[29] == 2


@pytest.fixture
def village(app, administrator, bruno, give_role, make_user):
    """Have people of each kind: ada administers, bruno moderates and invited carmen."""
    give_role(bruno, "moderator")
    with app.app_context():
        dora = make_user("dora", display_name="100%_Dora")
        dora.set_state("suspended")
        invitation = invite(bruno)
        register(
            "carmen",
            email="carmen@bread.example",
            must_confirm=True,
            enter=lambda user: join_with(invitation, user),
        )
        user = db.session.get_one(User, bruno.id)
        user.sign_in(address="192.0.2.77", agent="", remembered=False)
    return administrator


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["@carmen", "@dora", "@bruno", "@ada"]),
        ("q=BRU", ["@bruno"]),
        ("q=bread.example", ["@carmen"]),
        ("q=100%25_d", ["@dora"]),
        ("q=%25", ["@dora"]),
        ("q=_", ["@dora"]),
        ("role=moderator", ["@bruno"]),
        ("role=nonsense", []),
        ("state=suspended", ["@dora"]),
        ("network=192.0.2.", ["@bruno"]),
        ("network=192.0.2.7%25", []),
        ("invited_by=@Bruno", ["@carmen"]),
        ("unconfirmed=y", ["@carmen"]),
        ("unconfirmed=y&role=moderator", []),
        ("q=%00&role=moderator", ["@bruno"]),
        ("q=" + "x" * 5000, []),
    ],
)
def test_the_accounts_are_searched_and_filtered(village, query, found):
    page = village.get(f"/admin/people?{query}")
    assert usernames(page) == found
    assert bool(parse(page).css("#people .empty")) == (not found)


def test_of_an_account_without_an_address_nothing_is_said(administrator, make_user):
    make_user("edith", email=None)
    said, _joined = select(administrator.get("/admin/people?q=edith"), ".listed .secondary")
    assert text_of(said) == "Member · Active"


def test_the_filters_stay_in_the_form(village):
    page = village.get("/admin/people?q=Bru&role=moderator&unconfirmed=y")
    assert one(page, "[name=q]:not([type=search])").attributes["value"] == "Bru"
    assert one(page, "option[selected]").attributes["value"] == "moderator"
    assert "checked" in one(page, "[name=unconfirmed]").attributes


def test_a_mail_that_failed_is_sent_again(administrator, app, rows):
    with app.app_context(), writing() as session:
        values = {"subject": "Hello", "body": "You", "attempts": 3}
        later = now() + timedelta(hours=3)
        session.add(OutboxMail(recipient="a@example.org", due_at=later, **values))
        session.add(OutboxMail(recipient="b@example.org", sent_at=now(), due_at=None, **values))
    page = administrator.get("/admin/mails")
    assert "3 attempts" in text_of(one(page, ".listed"))
    send = one(page, ".listed button").attributes["formaction"]
    page = administrator.follow(administrator.post(send))
    assert messages(page) == ["The mail is on its way again."]
    assert rows("outbox_mail")[0]["attempts"] == 4
    sent = rows("outbox_mail")[1]["id"]
    assert administrator.post(f"/admin/mails/{sent}/send").status_code == 404


def test_without_failures_the_page_says_so(administrator, app, monkeypatch):
    page = administrator.get("/admin/mails")
    absent(page, ".listed")
    one(page, ".empty", text="No mail leaves this place: MAIL_SERVER is not set.")
    monkeypatch.setitem(app.config, "MAIL_SERVER", "localhost")
    one(administrator.get("/admin/mails"), ".empty", text="Every mail arrived.")
