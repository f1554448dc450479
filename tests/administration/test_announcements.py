"""Announcements: shown on top of each page in their time, until each person dismisses them."""

from datetime import timedelta

import pytest

from app.administration.models import Announcement, announce, forget_dismissals
from app.data.database import db, now
from tests.html import absent, attributes, one, select, text_of


@pytest.fixture
def announced(app):
    """Give a function that announces something and returns its id."""

    def make(text="We move on *Friday*.", **times):
        with app.app_context():
            return announce(text, **times).id

    return make


@pytest.fixture
def administrator(ada, give_role, signed_in):
    """Give the client of an administrator."""
    give_role(ada, "administrator")
    return signed_in(ada)


def shown(page):
    return [text_of(each) for each in select(page, ".announcement-text")]


def test_everybody_sees_it_on_each_page_and_members_dismiss_it(bruno, signed_in, announced, rows):
    id = announced()
    client = signed_in(bruno)
    for url in ("/", "/explore", "/settings/profile"):
        page = client.get(url)
        assert shown(page) == ["We move on Friday."]
        one(page, ".announcement em")
    client.get("/explore")
    answer = client.post(f"/announcements/{id}/dismiss")
    assert (answer.status_code, answer.location) == (303, "/explore")
    absent(client.get("/"), ".announcement")
    assert rows("announcement_read") == [{"user_id": bruno.id, "announcement_id": id}]


def test_each_is_dismissed_by_itself(bruno, ada, signed_in, announced, travel):
    _first, second, _third = announced("One"), announced("Two"), announced("Three")
    client = signed_in(bruno)
    assert shown(client.get("/")) == ["Three", "Two", "One"]
    answer = client.post(f"/announcements/{second}/dismiss", htmx=True)
    assert shown(answer) == ["Three", "One"]
    client.post(f"/announcements/{second}/dismiss")
    assert shown(client.get("/")) == ["Three", "One"]
    assert shown(signed_in(ada).get("/")) == ["Three", "Two", "One"]


def test_one_that_comes_later_is_shown_whatever_was_dismissed_before(
    bruno, signed_in, announced, travel
):
    announced("Soon", starts_at=now() + timedelta(hours=1))
    client = signed_in(bruno)
    client.post(f"/announcements/{announced('Now')}/dismiss")
    absent(client.get("/"), ".announcement")
    travel.shift(timedelta(hours=2))
    assert shown(client.get("/")) == ["Soon"]


def test_who_is_not_signed_in_hides_each_in_the_own_browser(
    anonymous, make_client, announced, rows
):
    first, _second = announced("One"), announced("Two")
    page = anonymous.get("/explore")
    assert shown(page) == ["Two", "One"]
    hide = attributes(page, ".announcement a.btn", "href")[1]
    assert hide == f"/announcements/{first}/hide"
    another = {"Sec-Fetch-Site": "cross-site"}
    anonymous.get(hide, headers=another | {"Referer": "http://localhost/explore"})
    assert shown(anonymous.get("/explore")) == ["Two", "One"]
    answer = anonymous.get(hide, headers={"Referer": "http://localhost/explore"})
    assert (answer.status_code, answer.location) == (303, "/explore")
    assert shown(anonymous.get("/explore")) == ["Two"]
    assert shown(make_client().get("/explore")) == ["Two", "One"]
    assert rows("announcement_read") == []


def test_the_browser_keeps_no_more_than_what_is_announced(anonymous, announced, app):
    first, second = announced("One"), announced("Two")
    anonymous.http.set_cookie("dismissed", "x" * 4000)
    assert shown(anonymous.get("/")) == ["Two", "One"]
    for id in (first, 7, second):
        anonymous.get(f"/announcements/{id}/hide")
    assert anonymous.http.get_cookie("dismissed").value == f"{second}.{first}"
    absent(anonymous.get("/"), ".announcement")
    with app.app_context():
        db.session.get_one(Announcement, first).end(None)
    anonymous.get(f"/announcements/{second}/hide")
    assert anonymous.http.get_cookie("dismissed").value == str(second)


def test_marks_go_once_nobody_sees_the_announcement(app, bruno, signed_in, announced, rows, travel):
    lasts, ends = announced("Lasts"), announced("Ends", ends_at=now() + timedelta(hours=1))
    client = signed_in(bruno)
    for id in (lasts, ends):
        client.post(f"/announcements/{id}/dismiss")
    travel.shift(timedelta(hours=2))
    with app.app_context():
        forget_dismissals()
    assert [row["announcement_id"] for row in rows("announcement_read")] == [lasts]


def test_it_is_shown_in_its_time(bruno, signed_in, announced, travel):
    client = signed_in(bruno)
    announced(starts_at=now() + timedelta(hours=1), ends_at=now() + timedelta(hours=2))
    absent(client.get("/"), ".announcement")
    travel.shift(timedelta(minutes=61))
    assert shown(client.get("/"))
    travel.shift(timedelta(hours=1))
    absent(client.get("/"), ".announcement")


def test_where_only_members_read_anonymous_viewers_see_no_announcement(
    anonymous, announced, set_site
):
    announced()
    set_site(reads="members")
    absent(anonymous.get("/"), ".announcement")


@pytest.mark.parametrize("id", ["9" * 19, "9223372036854775807"])
def test_an_id_that_no_announcement_has_is_not_found(bruno, signed_in, id):
    assert signed_in(bruno).post(f"/announcements/{id}/dismiss").status_code == 404


def test_an_administrator_makes_and_ends_one(administrator, anonymous, rows):
    administrator.http.set_cookie("zone", "Europe/Madrid")
    administrator.get("/settings/site/announcements")
    typed = {"text": "Hello\r\nall", "starts_at": "2020-01-01T12:00", "ends_at": ""}
    assert administrator.submit("main form.form", **typed).status_code == 303
    row = rows("announcement")[0]
    assert row["text"] == "Hello\nall"
    assert str(row["starts_at"]).startswith("2020-01-01 11:00")
    assert shown(anonymous.get("/")) == ["Hello all"]
    page = administrator.get("/settings/site/announcements")
    end = one(page, "main .panel button").attributes["formaction"]
    administrator.post(end)
    absent(anonymous.get("/"), ".announcement")
    absent(administrator.get("/settings/site/announcements"), "main .panel button")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"ends_at": "2020-01-01T12:00"}, "ends_at"),
        ({"starts_at": "2030-01-02T12:00", "ends_at": "2030-01-01T12:00"}, "ends_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "99999-01-01T12:00"}, "ends_at"),
        ({"ends_at": "9999-12-31T23:59"}, "ends_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"text": "\u200b\u2800"}, "text"),
    ],
)
def test_an_error_stands_at_its_field(administrator, rows, typed, field):
    for zone in ("UTC", "Pacific/Kiritimati", "America/Adak"):
        administrator.http.set_cookie("zone", zone)
        administrator.get("/settings/site/announcements")
        answer = administrator.submit("main form.form", **{"text": "Hello"} | typed)
        assert answer.status_code == 422
    assert one(answer, ".is-invalid[name]").attributes["name"] == field
    assert rows("announcement") == []


def test_one_that_is_ended_before_it_begins_says_so(administrator, announced):
    id = announced(starts_at=now() + timedelta(days=1), ends_at=now() + timedelta(days=2))
    page = administrator.follow(administrator.post(f"/settings/site/announcements/{id}/end"))
    said = text_of(one(page, "main .panel"))
    assert "It was ended before it began." in said
    assert "Until" not in said


def test_only_administrators_announce(bruno, give_role, signed_in, announced):
    give_role(bruno, "moderator")
    client = signed_in(bruno)
    assert client.get("/settings/site/announcements").status_code == 404
    assert client.post(f"/settings/site/announcements/{announced()}/end").status_code == 404


def test_the_command_announces(app, anonymous, rows):
    run = app.test_cli_runner().invoke
    result = run(args=["site", "announce", "Hello", "--days", "3"])
    assert result.exit_code == 0, result.output
    assert "Announced from" in result.output
    assert shown(anonymous.get("/")) == ["Hello"]
    for wrong in (["x" * 501], [" "], ["Hi", "--until", "2020-01-01"], ["Hi", "--days", "0"]):
        assert run(args=["site", "announce", *wrong]).exit_code == 2
    assert len(rows("announcement")) == 1
