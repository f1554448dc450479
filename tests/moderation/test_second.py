"""Who comes second reads who was first and what became of it, and loses nothing."""

import pytest

from app.data.database import db
from app.posts.models import Post
from app.posts.writing import edit
from tests.html import absent, messages, one, parse, select

from .conftest import act

PERSON = "/desk/people/mallory"
BY_MO = "This is decided already: {}, by @mo."


@pytest.fixture
def other(with_role, signed_in):
    """Give the client of a second moderator."""
    return signed_in(with_role("omar"))


@pytest.fixture
def log(rows):
    """Give a function that returns the actions in the log."""
    return lambda: [row["action"] for row in rows("moderation_log") if row["action"] != "role"]


def form_of(url):
    return f"main form[action='{url}'], main form[action='{url}/decide']"


def come_second(first, second, url, actions):
    """Have both open the page of a person or a post, and one after the other act."""
    page = second.get(url)
    act(first, url, actions[0], why="No")
    return second.submit(form_of(url), to=page, action=actions[1], why="Never again")


@pytest.mark.parametrize("second", ["warn", "suspend", "remove_all"])
def test_two_do_not_act_twice_on_a_person(desk, other, mallory, log, second):
    answer = come_second(desk, other, PERSON, ("suspend", second))
    assert answer.status_code == 409
    assert messages(answer) == [BY_MO.format("Account suspended")]
    assert one(answer, "textarea[name=why]").text().strip() == "Never again"
    assert log() == ["suspend"]
    assert other.submit(form_of(PERSON), to=answer, action="warn").status_code == 303
    assert log() == ["suspend", "warn"]


@pytest.mark.parametrize(("first", "label"), [("remove", "Post removed"), ("mark", "Warning put")])
@pytest.mark.parametrize("second", ["remove", "mark"])
def test_two_do_not_act_twice_on_a_post(desk, other, spam, log, first, label, second):
    answer = come_second(desk, other, f"/desk/posts/{spam.id}", (first, second))
    assert answer.status_code == 409
    assert label in messages(answer)[0]
    assert "by @mo" in messages(answer)[0]
    select(answer, "textarea", text="Never again")
    done = one(answer, ".desk-list li", text=label)
    assert "by @mo" in done.text()
    assert bool(parse(answer).css("input[name=action]")) == (first == "mark")
    select(answer, "p", text="not here any more", count=int(first == "remove"))
    assert log() == [first]
    undo = done.css_first("button").attributes["formaction"]
    assert other.follow(other.post(undo)).status_code == 200
    assert log() == [first, "undo"]


def test_what_came_second_becomes_a_note_which_is_shown(desk, other, spam):
    url = f"/desk/posts/{spam.id}"
    answer = come_second(desk, other, url, ("remove", "mark"))
    kept = other.submit(f"form[action='{PERSON}/note']", to=answer)
    page = other.follow(kept)
    assert page.status_code == 200
    one(page, ".desk-report", text="Never again")


@pytest.mark.parametrize("url", [PERSON, "/desk/posts/{post}"])
def test_a_form_is_used_once_also_at_the_same_moment(desk, other, spam, log, together, url):
    url = url.format(post=spam.id)
    action = "warn" if url == PERSON else "mark"
    page = desk.get(url)
    clients = [desk, desk.twin(), other]
    other.get(url)
    pages = [page, page, other.page]
    answers = together(
        lambda n: clients[n].submit(form_of(url), to=pages[n], action=action, why="No"), range(3)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert log() == [action]


def test_a_form_that_shows_nothing_of_the_person_does_nothing(desk, mallory, log):
    desk.token()
    answer = desk.post(f"{PERSON}/decide", {"action": "warn", "why": "No"})
    assert answer.status_code == 409
    assert "Look again" in messages(answer)[0]
    assert log() == []


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_post_that_its_author_changed_meanwhile(app, desk, spam, log, change):
    url = f"/desk/posts/{spam.id}"
    page = desk.get(url)
    with app.app_context():
        post = db.session.get_one(Post, spam.id)
        if change == "edit":
            edit(post, "Nothing to see")
        else:
            post.delete()
    answer = desk.submit(form_of(url), to=page, action="remove", why="Never again")
    assert answer.status_code == 409
    assert f"The author has {change}" in messages(answer)[0]
    select(answer, "textarea", text="Never again")
    assert "Cheap quaggas" not in answer.text
    assert log() == []


@pytest.mark.parametrize("url", [PERSON, "/desk/posts/{post}"])
def test_an_open_case_is_decided_with_the_form_of_its_subject(
    desk, other, ada, spam, report, rows, log, url
):
    url = url.format(post=spam.id)
    page = desk.get(url)
    report(ada, "/@mallory" if url == PERSON else f"/posts/{spam.id}")
    action = "warn" if url == PERSON else "remove"
    answer = desk.submit(form_of(url), to=page, action=action, why="No")
    assert "Somebody has reported this meanwhile" in messages(answer)[0]
    select(answer, "p", text="what you decide here closes it")
    [case] = rows("moderation_case")
    other.post(f"/desk/{case['id']}/take")
    answer = desk.submit(form_of(url), to=answer, action=action, why="Never again")
    assert (answer.status_code, messages(answer)) == (409, ["@omar has taken this case."])
    absent(answer, "input[name=action]")
    one(answer, "textarea[name=words]", text="Never again")
    absent(desk.get(url), "input[name=action]")
    assert act(other, url, action, why="No").status_code == 303
    assert rows("moderation_case", "closed_at IS NULL") == []
    assert log() == ["take", action]
    assert rows("moderation_log", f"action = '{action}'")[0]["case_id"] == case["id"]


def test_undoing_second(case, decide, desk, other):
    decide(case, "warn", why="No")
    button = one(desk.get(f"/desk/{case}"), "button", text="Undo").attributes["formaction"]
    assert desk.post(button).status_code == 303
    answer = other.post(button)
    assert answer.status_code == 409
    assert BY_MO.format("Decision undone") in answer.text


def test_of_a_case_about_a_post_that_is_gone_nothing_is_done_to_the_post(app, case, desk, spam):
    with app.app_context():
        db.session.get_one(Post, spam.id).delete()
    absent(desk.get(f"/desk/{case}"), "input[value=remove], input[value=mark]")
