"""Answers, and the thread that they make around a post."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from app.posts.queries import MOST_ABOVE, MOST_BELOW
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, messages, one, parse, select, text_of

GONE = "This post is not here any more."


@pytest.fixture
def carmen(make_user):
    """A third person."""
    return make_user("carmen")


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def client(ada, signed_in):
    """Ada's browser."""
    return signed_in(ada)


@pytest.fixture
def answer_to(make_post):
    """Give a function that answers a post."""

    def answer(post, author, body="I have."):
        return make_post(author, body, in_reply_to=post)

    return answer


@pytest.fixture
def take(app):
    """Give a function that deletes a post, and one that brings it back."""

    def act(post, verb="delete"):
        with app.app_context():
            getattr(db.session.get(Post, post.id), verb)()

    return act


def replies_count(rows, post):
    return rows("post", "id = :id", id=post.id)[0]["replies_count"]


def more(page):
    return next(iter(attributes(page, "a#more", "href")), None)


def newest(rows):
    return max(row["id"] for row in rows("post"))


# Answering


def test_the_composer_of_the_page_adds_the_answer_below_and_stays_fresh(client, post, rows):
    page = client.get(f"/posts/{post.id}")
    nonce = one(page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=True, body="I have one.")
    assert answer.status_code == 200
    assert one(answer, "form#composer textarea").text().strip() == ""
    assert one(answer, "form#composer [name=nonce]").attributes["value"] != nonce
    added = one(answer, "hx-partial[hx-target='#posts'][hx-swap=beforeend]")
    assert text_of(added.css_first("article.post .post-body")) == "I have one."
    assert messages(answer) == ["Your reply is published."]
    reply = rows("post", "body = 'I have one.'")[0]
    assert reply["in_reply_to_id"] == post.id
    assert reply["in_reply_to_author_id"] == post.author_id
    assert cards(answer) == [reply["id"]]


def test_the_count_below_the_answered_post_is_swapped(client, post, rows):
    client.get(f"/posts/{post.id}")
    answer = client.submit("#composer", htmx=True, body="I have one.")
    swapped = one(answer, f"hx-partial[hx-target='#reply_{post.id}'][hx-swap=outerHTML]")
    link = swapped.css_first(f"a#reply_{post.id}")
    assert text_of(link) == "1"
    assert link.attributes["aria-label"] == "Reply 1"
    assert replies_count(rows, post) == 1
    second = client.submit("#composer", to=answer, htmx=True, body="Two of them.")
    assert text_of(one(second, f"a#reply_{post.id}")) == "2"


def test_the_form_below_a_card_is_replaced_by_the_answer(client, post, rows):
    fragment = client.get(f"/posts/{post.id}/reply", htmx=True)
    form = one(fragment, f"form#composer_{post.id}[hx-swap=outerHTML]")
    assert form.css_first("[data-cancel]").attributes["href"] == f"/posts/{post.id}"
    absent(fragment, "article")
    answer = client.submit(f"#composer_{post.id}", to=fragment, htmx=True, body="I have one.")
    absent(answer, "form.composer")
    absent(answer, "hx-partial[hx-target='#posts']")
    assert cards(answer) == [newest(rows)]
    card = one(answer, "article.post[autofocus]")
    assert text_of(card.css_first(".post-why")) == "In reply to @bruno"
    assert text_of(one(answer, f"hx-partial[hx-target='#reply_{post.id}'] a")) == "1"


def test_an_answer_just_given_can_be_taken_back_where_it_stands(client, post, rows):
    client.get(f"/posts/{post.id}")
    answer = client.submit("#composer", htmx=True, body="I have one.")
    undo = one(answer, ".post-undo button").attributes["formaction"]
    assert undo == f"/posts/{newest(rows)}/delete"
    client.post(undo, htmx=True)
    assert replies_count(rows, post) == 0


@pytest.mark.parametrize("form", ["#composer", "#composer_"])
def test_without_javascript_the_answer_is_shown_in_its_thread(client, post, rows, form):
    client.get(f"/posts/{post.id}" + ("/reply" if form.endswith("_") else ""))
    form += str(post.id) if form.endswith("_") else ""
    answer = client.submit(form, body="I have one.")
    assert answer.status_code == 303
    reply = newest(rows)
    assert answer.location == f"/posts/{post.id}?through={reply}#post_{reply}"
    page = client.follow(answer)
    assert cards(page) == [post.id, reply]
    assert messages(page) == ["Your reply is published. Undo"]
    assert text_of(one(page, f"#reply_{post.id}")) == "1"


def test_an_answer_far_down_is_on_the_page_that_one_is_led_to(
    app, client, post, carmen, answer_to, rows
):
    with app.app_context(), writing():
        for _ in range(PAGE + 5):
            answer_to(post, carmen)
    client.get(f"/posts/{post.id}")
    page = client.follow(client.submit("#composer", body="Last."))
    assert cards(page)[-1] == newest(rows)
    assert len(cards(page)) == 1 + PAGE + 6


def test_the_page_to_answer_on_shows_what_is_answered(client, post):
    page = client.get(f"/posts/{post.id}/reply")
    assert cards(page) == [post.id]
    one(page, "button", text="Reply")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (" \r\n ", "Write something first."),
        ("x" * 501, "That is 501 characters; 500 fit. Shorten it by 1."),
    ],
)
def test_an_answer_that_cannot_be_sent_stays_in_its_form(
    client, post, rows, htmx, inline, body, told
):
    page = client.get(f"/posts/{post.id}" + ("/reply" if inline else ""))
    form = f"#composer_{post.id}" if inline else "#composer"
    answer = client.submit(form, to=page, htmx=htmx, body=body)
    assert answer.status_code == 422
    assert told in text_of(one(answer, f"{form}_error"))
    assert one(answer, f"{form} textarea").text().removeprefix("\n") == body.replace("\r\n", "\n")
    assert one(answer, form).attributes["action"] == f"/posts/{post.id}/reply"
    assert ("<html" in answer.text) is not htmx
    assert replies_count(rows, post) == 0
    # It goes where it would have gone at once.
    again = client.submit(form, to=answer, htmx=True, body="I have one.")
    assert bool(parse(again).css("form#composer")) is not inline
    assert replies_count(rows, post) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_twice_gives_one_answer(client, post, rows, htmx):
    page = client.get(f"/posts/{post.id}")
    first, second = (
        client.submit("#composer", to=page, htmx=htmx, body="I have one.") for _ in range(2)
    )
    assert first.status_code == second.status_code
    assert first.headers.get("Location") == second.headers.get("Location")
    assert cards(first) == cards(second)
    assert replies_count(rows, post) == 1
    assert len(rows("post")) == 2


def test_the_same_form_from_twenty_threads_gives_one_answer(client, post, together, rows):
    page = client.get(f"/posts/{post.id}")
    windows = [client.twin() for _ in range(20)]
    answers = together(
        lambda window: window.submit("#composer", to=page, htmx=True, body="I have."), windows
    )
    assert {answer.status_code for answer in answers} == {200}
    assert {tuple(cards(answer)) for answer in answers} == {(newest(rows),)}
    assert replies_count(rows, post) == 1
    assert len(rows("post")) == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_with_another_text_asks_again_and_then_answers_twice(
    client, post, rows, htmx
):
    page = client.get(f"/posts/{post.id}")
    client.submit("#composer", to=page, htmx=htmx, body="I have one.")
    answer = client.submit("#composer", to=page, htmx=htmx, body="No, two.")
    assert answer.status_code == 422
    assert "You sent this form before." in text_of(one(answer, "#composer_error"))
    assert one(answer, "#composer textarea").text().strip() == "No, two."
    assert replies_count(rows, post) == 1
    assert client.submit("#composer", to=answer, htmx=htmx).status_code == (200 if htmx else 303)
    assert replies_count(rows, post) == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_what_one_cannot_see_one_cannot_answer(
    client, ada, bruno, post, take, make_post, make_block, rows, htmx
):
    deleted = make_post(bruno)
    take(deleted)
    make_block(bruno, ada)
    for id in (post.id, deleted.id, 1, 2**63):
        assert client.get(f"/posts/{id}/reply", htmx=htmx).status_code == 404
        assert client.post(f"/posts/{id}/reply", {"body": "Hi"}, htmx=htmx).status_code == 404
    assert len(rows("post")) == 2


def test_an_answer_to_a_post_that_is_gone_comes_back_with_its_text(client, post, take, rows):
    client.get(f"/posts/{post.id}/reply")
    take(post)
    answer = client.submit(f"#composer_{post.id}", body="Two, and a rope")
    assert answer.status_code == 404
    assert one(answer, "#composer_body").text().strip() == "Two, and a rope"
    one(answer, "#composer_error", text="What you answer is not here any more.")
    assert client.submit("#composer", to=answer).status_code == 303
    assert rows("post", "body = 'Two, and a rope'")[0]["in_reply_to_id"] is None


def test_a_stranger_logs_in_to_answer_and_finds_the_page(stranger, post, ada):
    answer = stranger.get(f"/posts/{post.id}/reply")
    absent(stranger.get(f"/posts/{post.id}"), ".composer")
    stranger.follow(answer)
    answer = stranger.submit("main form", login="ada", password="rain on the tin roof")
    assert answer.location == f"/posts/{post.id}/reply"


@pytest.mark.parametrize("verb", ["reply", "edit"])
@pytest.mark.parametrize("to", ["where it goes", "/drafts"])
def test_what_was_typed_while_signed_out_is_there_in_the_form_it_was_typed_in(
    carmen, make_post, signed_in, verb, to
):
    post = make_post(carmen, "Who has a ladder?")
    client = signed_in(carmen)
    page = client.get(f"/posts/{post.id}/{verb}")
    client.twin().post("/logout")
    form = f"#composer_{post.id}"
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in select(page, f"{form} input")
    }
    path = one(page, form).attributes["action"] if to == "where it goes" else to
    client.follow(client.post(path, fields | {"body": "I & mine"}))
    page = client.follow(
        client.submit("main form", login="carmen", password="rain on the tin roof")
    )
    assert one(page, f"{form}_body").text().strip() == "I & mine"


# The order


def test_answers_stand_oldest_first_below_the_post(post, ada, carmen, answer_to, stranger, travel):
    answers = []
    for author in (carmen, ada, carmen):
        travel.shift(timedelta(seconds=1))
        answers.append(answer_to(post, author).id)
    page = stranger.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, *answers]
    assert text_of(one(page, f"#post_{answers[0]} .post-why a")) == "In reply to @bruno"


@pytest.mark.parametrize("htmx", [False, True])
def test_every_answer_comes_once_page_by_page(app, post, carmen, answer_to, stranger, htmx):
    with app.app_context(), writing():
        answers = [answer_to(post, carmen).id for _ in range(2 * PAGE + 3)]
    page, seen, pages = stranger.get(f"/posts/{post.id}"), [], 1
    seen += cards(page)
    while more(page):
        assert more(page) == f"/posts/{post.id}?after={seen[-1]}"
        page = stranger.get(more(page), htmx=htmx)
        seen += [id for id in cards(page) if id != post.id]
        pages += 1
    assert seen == [post.id, *answers]
    assert pages == 3


def test_a_later_page_has_a_way_back(app, post, carmen, answer_to, stranger):
    with app.app_context(), writing():
        answers = [answer_to(post, carmen).id for _ in range(PAGE + 3)]
    page = stranger.get(more(stranger.get(f"/posts/{post.id}")))
    back = one(page, "a.newer", text="Earlier replies").attributes["href"]
    assert cards(stranger.get(back)) == [post.id, *answers[:PAGE]]


def test_an_answer_given_meanwhile_shifts_nothing(app, post, carmen, answer_to, stranger):
    with app.app_context(), writing():
        answers = [answer_to(post, carmen).id for _ in range(PAGE + 1)]
    page = stranger.get(f"/posts/{post.id}")
    late = answer_to(post, carmen).id
    rest = cards(stranger.get(more(page), htmx=True))
    assert cards(page)[1:] + rest == [*answers, late]


def test_without_answers_the_page_says_so(post, stranger):
    one(stranger.get(f"/posts/{post.id}"), ".empty", text="No replies yet.")


def test_the_first_answers_to_each_answer_stand_below_it(
    app, post, ada, carmen, answer_to, stranger
):
    first, second = answer_to(post, ada), answer_to(post, carmen)
    with app.app_context(), writing():
        below = [answer_to(first, carmen).id for _ in range(MOST_BELOW + 1)]
        beside = [answer_to(second, ada).id for _ in range(MOST_BELOW)]
        deeper = answer_to(db.session.get(Post, below[0]), ada).id
    page = stranger.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, first.id, *below[:MOST_BELOW], second.id, *beside]
    assert deeper not in cards(page)
    link = one(page, "a.more-replies", text="More replies").attributes["href"]
    assert cards(stranger.get(link))[:3] == [post.id, first.id, below[0]]


# What stands above


def test_the_line_above_is_shown_from_the_top(post, ada, bruno, answer_to, stranger):
    line = [post]
    for author in (ada, bruno, ada):
        line.append(answer_to(line[-1], author))
    aside = answer_to(post, bruno)
    page = stranger.get(f"/posts/{line[-1].id}")
    assert cards(page) == [each.id for each in line]
    assert aside.id not in cards(page)
    assert attributes(page, ".posts-single article", "id") == [f"post_{line[-1].id}"]
    absent(page, "a.newer")


@pytest.mark.parametrize("levels", [MOST_ABOVE, MOST_ABOVE + 1, MOST_ABOVE + 15])
def test_a_long_line_is_cut_with_a_way_on(app, post, ada, answer_to, stranger, levels):
    line = [post]
    with app.app_context(), writing():
        for _ in range(levels):
            line.append(answer_to(line[-1], ada))
        ids = [each.id for each in line]
    page = stranger.get(f"/posts/{ids[-1]}")
    assert cards(page) == ids[-MOST_ABOVE - 1 :]
    if levels == MOST_ABOVE:
        absent(page, "a.newer")
    else:
        earlier = one(page, "a.newer", text="Earlier in this thread")
        assert earlier.attributes["href"] == f"/posts/{ids[-MOST_ABOVE - 2]}"
        above = cards(stranger.get(earlier.attributes["href"]))
        assert above[above.index(ids[-MOST_ABOVE - 2]) + 1] == ids[-MOST_ABOVE - 1]


def test_a_deleted_post_above_leaves_its_place(post, ada, carmen, answer_to, stranger, take):
    middle = answer_to(post, ada, "Half a ladder.")
    last = answer_to(middle, carmen)
    take(middle)
    page = stranger.get(f"/posts/{last.id}")
    assert cards(page) == [post.id, middle.id, last.id]
    assert text_of(one(page, f"article#post_{middle.id}.post-gone")) == GONE
    assert "Half a ladder" not in page.text


# Counts


def test_counts_follow_every_answer_its_deletion_and_its_return(
    post, ada, carmen, answer_to, take, rows
):
    first, second = answer_to(post, ada), answer_to(post, carmen)
    answer_to(first, carmen)
    assert (replies_count(rows, post), replies_count(rows, first)) == (2, 1)
    for verb, count in (("delete", 1), ("delete", 1), ("restore", 2), ("restore", 2)):
        take(second, verb)
        assert replies_count(rows, post) == count
    assert replies_count(rows, first) == 1


def test_answers_given_at_once_all_count(app, post, make_user, answer_to, together, rows):
    def answer(author):
        with app.app_context():
            answer_to(post, author)

    together(answer, [make_user() for _ in range(8)])
    assert replies_count(rows, post) == 8


# What is gone


@pytest.mark.parametrize("htmx", [False, True])
def test_a_deleted_post_with_answers_stays_as_a_place(
    post, carmen, answer_to, take, stranger, client, htmx
):
    reply = answer_to(post, carmen)
    take(post)
    for visitor in (stranger, client):
        page = visitor.get(f"/posts/{post.id}", htmx=htmx)
        assert page.status_code == 200
        assert "Who has a ladder" not in page.text
        assert cards(page) == ([reply.id] if htmx else [post.id, reply.id])
        absent(page, ".composer")
    if not htmx:
        assert text_of(one(page, f"#post_{post.id}.post-gone")) == GONE
        assert "A deleted post" in parse(page).css_first("title").text()


def test_it_is_emptied_later_but_not_removed(
    app, ada, bruno, make_post, answer_to, take, stranger, travel, rows
):
    post = make_post(bruno, "Call me, @ada, about the #ladder")
    reply = answer_to(post, ada)
    take(post)
    travel.shift(timedelta(seconds=61))
    with app.app_context():
        erase_deleted()
    row = rows("post", "id = :id", id=post.id)[0]
    assert (row["body"], row["body_html"]) == ("", "")
    assert rows("mention") == rows("post_tag") == rows("version") == []
    page = stranger.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, reply.id]
    assert cards(stranger.get(f"/posts/{reply.id}")) == [post.id, reply.id]


@pytest.mark.parametrize("htmx", [False, True])
def test_one_without_answers_is_not_found_and_is_removed(
    app, post, take, stranger, travel, rows, htmx
):
    take(post)
    assert stranger.get(f"/posts/{post.id}", htmx=htmx).status_code == 404
    travel.shift(timedelta(seconds=61))
    with app.app_context():
        erase_deleted()
    assert rows("post") == []


def test_when_the_last_answer_goes_the_place_goes_too(
    app, post, ada, answer_to, take, stranger, travel, rows
):
    reply = answer_to(post, ada)
    take(post)
    take(reply)
    assert stranger.get(f"/posts/{post.id}").status_code == 404
    for _ in range(2):
        travel.shift(timedelta(seconds=61))
        with app.app_context():
            erase_deleted()
    assert rows("post") == []


def test_a_deleted_answer_with_answers_keeps_its_place_below(
    post, ada, carmen, answer_to, take, stranger
):
    reply, alone = answer_to(post, ada), answer_to(post, ada)
    below = answer_to(reply, carmen)
    take(reply)
    take(alone)
    page = stranger.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, reply.id, below.id]
    one(page, f"#post_{reply.id}.post-gone")


# Whom one does not see


@pytest.mark.parametrize("blocker", ["ada", "carmen"])
def test_people_kept_apart_do_not_meet_in_a_thread(
    client, post, ada, carmen, answer_to, make_block, make_user, stranger, blocker
):
    dora = make_user("dora")
    theirs, other = answer_to(post, carmen, "Hidden words"), answer_to(post, dora)
    below = [answer_to(other, carmen), answer_to(other, dora)]
    above = answer_to(theirs, dora)
    make_block(*((ada, carmen) if blocker == "ada" else (carmen, ada)))
    page = client.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, other.id, below[1].id]
    assert "carmen" not in page.text
    page = client.get(f"/posts/{above.id}")
    assert text_of(one(page, f"#post_{theirs.id}.post-gone")) == GONE
    assert "Hidden words" not in page.text
    assert "carmen" not in page.text
    assert client.get(f"/posts/{theirs.id}").status_code == 404
    assert theirs.id in cards(stranger.get(f"/posts/{post.id}"))


# In timelines


def test_home_shows_answers_between_people_one_follows_and_oneself(
    client, ada, bruno, carmen, make_user, make_post, make_follow, answer_to
):
    dora = make_user("dora")
    make_follow(ada, bruno)
    make_follow(ada, carmen)
    by = {author: make_post(author) for author in (ada, bruno, carmen, dora)}
    shown = [by[ada], by[bruno], by[carmen]]
    for author, answered in ((bruno, carmen), (bruno, ada), (bruno, bruno), (ada, carmen)):
        shown.append(answer_to(by[answered], author))
    answer_to(by[dora], bruno)
    answer_to(by[ada], dora)
    answer_to(by[dora], ada)
    assert cards(client.get("/")) == sorted((each.id for each in shown), reverse=True)


def test_answers_are_not_on_explore(post, ada, answer_to, stranger):
    answer_to(post, ada)
    assert cards(stranger.get("/explore")) == [post.id]
    assert cards(stranger.get("/")) == [post.id]


def test_a_profile_keeps_answers_in_a_list_of_their_own(
    post, ada, bruno, make_post, answer_to, stranger
):
    own, reply = make_post(bruno, "Found one."), answer_to(post, bruno)
    answer_to(own, ada)
    assert cards(stranger.get("/@bruno")) == [own.id, post.id]
    assert cards(stranger.get("/@bruno/replies")) == [reply.id, own.id, post.id]
    select(stranger.page, "a[href='/@bruno']")
