"""Replies, and the thread of a post."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from app.posts.queries import LONGEST_CONVERSATION, MOST_BELOW
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, messages, one, parse, select, text_of

GONE = "This post is not here any more."


@pytest.fixture
def carmen(make_user):
    """A third user."""
    return make_user("carmen")


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


@pytest.fixture
def reply_to(make_post):
    """Give a function that replies to a post."""

    def reply(post, author, body="I have."):
        return make_post(author, body, in_reply_to=post)

    return reply


@pytest.fixture
def change(app):
    """Give a function that deletes or restores a post."""

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


# Replying


def test_the_composer_appends_the_reply_and_empties_itself(client, post, rows):
    page = client.get(f"/posts/{post.id}")
    nonce = one(page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=True, body="I have one.")
    assert answer.status_code == 200
    assert one(answer, "form#composer textarea").text().strip() == ""
    assert one(answer, "form#composer [name=nonce]").attributes["value"] != nonce
    added = one(answer, "hx-partial[hx-target='#posts'][hx-swap=beforeend]")
    assert text_of(added.css_first("article.post .post-body")) == "I have one."
    assert messages(answer) == ["Your reply is published. View"]
    reply = rows("post", "body = 'I have one.'")[0]
    assert reply["in_reply_to_id"] == post.id
    assert reply["in_reply_to_author_id"] == post.author_id
    assert cards(answer) == [reply["id"]]


def test_a_reply_swaps_the_count_of_the_parent(client, post, rows):
    client.get(f"/posts/{post.id}")
    answer = client.submit("#composer", htmx=True, body="I have one.")
    swapped = one(answer, f"hx-partial[hx-target='#reply_{post.id}'][hx-swap=outerHTML]")
    link = swapped.css_first(f"a#reply_{post.id}")
    assert text_of(link) == "1"
    assert link.attributes["aria-label"] == "Reply 1"
    assert replies_count(rows, post) == 1
    second = client.submit("#composer", to=answer, htmx=True, body="Two of them.")
    assert text_of(one(second, f"a#reply_{post.id}")) == "2"


def test_the_reply_replaces_the_form_below_a_card(client, post, rows):
    fragment = client.get(f"/posts/{post.id}/reply", htmx=True)
    form = one(fragment, f"form#composer_{post.id}[hx-swap=outerHTML]")
    assert form.css_first("[data-cancel]").attributes["href"] == f"/posts/{post.id}"
    absent(fragment, "article")
    answer = client.submit(f"#composer_{post.id}", to=fragment, htmx=True, body="I have one.")
    absent(answer, "form.composer")
    absent(answer, "hx-partial[hx-target='#posts']")
    assert cards(answer) == [newest(rows)]
    card = one(answer, "article.post[autofocus]")
    assert text_of(card.css_first(".post-why")) == "In reply to @bruno · Who has a ladder?"
    assert text_of(one(answer, f"hx-partial[hx-target='#reply_{post.id}'] a")) == "1"


def test_a_new_reply_has_an_undo_button(client, post, rows):
    client.get(f"/posts/{post.id}")
    answer = client.submit("#composer", htmx=True, body="I have one.")
    undo = one(answer, ".post-undo button").attributes["formaction"]
    assert undo == f"/posts/{newest(rows)}/take-back"
    client.post(undo, htmx=True)
    assert replies_count(rows, post) == 0


@pytest.mark.parametrize("form", ["#composer", "#composer_"])
def test_without_javascript_the_reply_is_shown_in_its_thread(client, post, rows, form):
    client.get(f"/posts/{post.id}" + ("/reply" if form.endswith("_") else ""))
    form += str(post.id) if form.endswith("_") else ""
    answer = client.submit(form, body="I have one.")
    assert answer.status_code == 303
    reply = newest(rows)
    assert answer.location == f"/posts/{post.id}?through={reply}#post_{reply}"
    page = client.follow(answer)
    assert cards(page) == [post.id, reply]
    assert messages(page) == ["Your reply is published. View Undo"]
    assert text_of(one(page, f"#reply_{post.id}")) == "1"


def test_without_javascript_the_redirect_shows_a_reply_on_a_later_page(
    app, client, post, carmen, reply_to, rows
):
    with app.app_context(), writing():
        for _ in range(PAGE + 5):
            reply_to(post, carmen)
    client.get(f"/posts/{post.id}")
    page = client.follow(client.submit("#composer", body="Last."))
    assert cards(page)[-1] == newest(rows)
    assert len(cards(page)) == 1 + PAGE + 6


def test_the_reply_page_shows_the_parent(client, post):
    page = client.get(f"/posts/{post.id}/reply")
    assert cards(page) == [post.id]
    one(page, "button", text="Reply")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (" \r\n ", "Write something first."),
        ("x" * 501, "That is 501 characters; 500 fit. Shorten it by 1."),
    ],
)
def test_a_refused_reply_stays_in_its_form(client, post, rows, htmx, inline, body, error):
    page = client.get(f"/posts/{post.id}" + ("/reply" if inline else ""))
    form = f"#composer_{post.id}" if inline else "#composer"
    answer = client.submit(form, to=page, htmx=htmx, body=body)
    assert answer.status_code == 422
    assert error in text_of(one(answer, f"{form}_error"))
    assert one(answer, f"{form} textarea").text().removeprefix("\n") == body.replace("\r\n", "\n")
    assert one(answer, form).attributes["action"] == f"/posts/{post.id}/reply"
    assert ("<html" in answer.text) is not htmx
    assert replies_count(rows, post) == 0
    # The corrected reply is swapped like a first one.
    again = client.submit(form, to=answer, htmx=True, body="I have one.")
    assert bool(parse(again).css("form#composer")) is not inline
    assert replies_count(rows, post) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_twice_makes_one_reply(client, post, rows, htmx):
    page = client.get(f"/posts/{post.id}")
    first, second = (
        client.submit("#composer", to=page, htmx=htmx, body="I have one.") for _ in range(2)
    )
    assert first.status_code == second.status_code
    assert first.headers.get("Location") == second.headers.get("Location")
    assert cards(first) == cards(second)
    assert replies_count(rows, post) == 1
    assert len(rows("post")) == 2


def test_the_same_form_sent_concurrently_makes_one_reply(client, post, together, rows):
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
def test_the_same_form_with_another_text_asks_and_makes_a_second_reply_when_sent_again(
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
def test_a_post_that_the_viewer_cannot_see_cannot_be_replied_to(
    client, ada, bruno, post, change, make_post, make_block, rows, htmx
):
    deleted = make_post(bruno)
    change(deleted)
    make_block(bruno, ada)
    for id in (post.id, deleted.id, 1, 2**63):
        assert client.get(f"/posts/{id}/reply", htmx=htmx).status_code == 404
        assert client.post(f"/posts/{id}/reply", {"body": "Hi"}, htmx=htmx).status_code == 404
    assert len(rows("post")) == 2


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("body", ["Two, and a rope", "x" * 501, ""])
def test_a_reply_to_a_deleted_post_comes_back_with_its_text(
    client, post, change, rows, htmx, inline, body
):
    page = client.get(f"/posts/{post.id}" + ("/reply" if inline else ""))
    form = f"#composer_{post.id}" if inline else "#composer"
    change(post)
    answer = client.submit(form, to=page, htmx=htmx, body=body)
    assert answer.status_code == 404
    # htmx swaps the form in its place; without htmx the page has the form of a new post.
    again = form if htmx else "#composer"
    assert one(answer, f"{again}[action='/posts'] textarea").text().strip() == body
    one(answer, f"{again}_error", text="The post you reply to is not here any more.")
    absent(answer, f"{again} [name=in_reply_to]")
    if htmx:
        absent(answer, f"{again}[hx-post]")
        one(page, f"{form}[hx-status\\:404='swap:outerHTML']")
    sent = client.submit(again, to=answer, body="On its own")
    assert (sent.status_code, sent.location) == (303, "/")
    assert rows("post", "body = 'On its own'")[0]["in_reply_to_id"] is None


def test_an_anonymous_viewer_logs_in_and_returns_to_the_reply_page(anonymous, post, ada):
    answer = anonymous.get(f"/posts/{post.id}/reply")
    absent(anonymous.get(f"/posts/{post.id}"), ".composer")
    anonymous.follow(answer)
    answer = anonymous.submit("main form", login="ada", password="rain on the tin roof")
    assert answer.location == f"/posts/{post.id}/reply"


@pytest.mark.parametrize("verb", ["reply", "edit"])
@pytest.mark.parametrize("to", ["where it goes", "/drafts"])
def test_a_text_sent_while_signed_out_is_in_its_form_after_logging_in(
    carmen, make_post, signed_in, verb, to
):
    post = make_post(carmen, "Who has a ladder?")
    client = signed_in(carmen)
    page = client.get(f"/posts/{post.id}/{verb}")
    client.twin().post("/logout")
    form = f"#composer_{post.id}" if verb == "reply" else f"#composer_edit_{post.id}"
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in select(page, f"{form} input[type=hidden]")
    }
    path = one(page, form).attributes["action"] if to == "where it goes" else to
    assert client.post(path, fields | {"body": "I & mine"}).status_code == 401
    page = client.follow(
        client.submit("main form", login="carmen", password="rain on the tin roof")
    )
    assert one(page, f"{form}_body").text().strip() == "I & mine"


@pytest.mark.parametrize("verb", ["reply", "edit"])
def test_a_text_for_a_post_that_is_gone_after_logging_in_becomes_a_post(
    carmen, make_post, signed_in, change, verb
):
    post = make_post(carmen, "Who has a ladder?")
    client = signed_in(carmen)
    client.get(f"/posts/{post.id}/{verb}")
    client.twin().post("/logout")
    change(post)
    form = f"#composer_{post.id}" if verb == "reply" else f"#composer_edit_{post.id}"
    assert client.submit(form, body="I & mine").status_code == 401
    answer = client.submit("main form", login="carmen", password="rain on the tin roof")
    page = client.follow(client.follow(answer))
    assert one(page, "#composer_body").text().strip() == "I & mine"
    assert client.submit("#composer").location == "/"


# Order


def test_replies_are_listed_oldest_first(post, ada, carmen, reply_to, anonymous, travel):
    replies = []
    for author in (carmen, ada, carmen):
        travel.shift(timedelta(seconds=1))
        replies.append(reply_to(post, author).id)
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, *replies]
    why = text_of(one(page, f"#post_{replies[0]} .post-why a"))
    assert why == "In reply to @bruno · Who has a ladder?"


@pytest.mark.parametrize("htmx", [False, True])
def test_each_reply_appears_once_over_all_pages(app, post, carmen, reply_to, anonymous, htmx):
    with app.app_context(), writing():
        replies = [reply_to(post, carmen).id for _ in range(2 * PAGE + 3)]
    page, seen, pages = anonymous.get(f"/posts/{post.id}"), [], 1
    seen += cards(page)
    while more(page):
        assert more(page) == f"/posts/{post.id}?after={seen[-1]}"
        page = anonymous.get(more(page), htmx=htmx)
        seen += [id for id in cards(page) if id != post.id]
        pages += 1
    assert seen == [post.id, *replies]
    assert pages == 3


def test_a_later_page_links_to_the_earlier_page(app, post, carmen, reply_to, anonymous):
    with app.app_context(), writing():
        replies = [reply_to(post, carmen).id for _ in range(PAGE + 3)]
    page = anonymous.get(more(anonymous.get(f"/posts/{post.id}")))
    back = one(page, "a.newer", text="Earlier replies").attributes["href"]
    assert cards(anonymous.get(back)) == [post.id, *replies[:PAGE]]


def test_a_reply_written_meanwhile_does_not_shift_the_next_page(
    app, post, carmen, reply_to, anonymous
):
    with app.app_context(), writing():
        replies = [reply_to(post, carmen).id for _ in range(PAGE + 1)]
    page = anonymous.get(f"/posts/{post.id}")
    late = reply_to(post, carmen).id
    rest = cards(anonymous.get(more(page), htmx=True))
    assert cards(page)[1:] + rest == [*replies, late]


def test_a_thread_without_replies_says_so(post, anonymous):
    one(anonymous.get(f"/posts/{post.id}"), ".empty", text="No replies yet.")


def test_the_first_replies_to_each_reply_are_below_it(app, post, ada, carmen, reply_to, anonymous):
    first, second = reply_to(post, ada), reply_to(post, carmen)
    with app.app_context(), writing():
        below = [reply_to(first, carmen).id for _ in range(MOST_BELOW + 1)]
        beside = [reply_to(second, ada).id for _ in range(MOST_BELOW)]
        deeper = reply_to(db.session.get(Post, below[0]), ada).id
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, first.id, *below[:MOST_BELOW], second.id, *beside]
    assert deeper not in cards(page)
    of_nested, of_first = attributes(page, "a.more-replies", "href")
    assert cards(anonymous.get(of_first))[:3] == [post.id, first.id, below[0]]
    assert cards(anonymous.get(of_nested))[-1] == deeper


def test_a_conversation_goes_on_as_far_as_each_post_has_one_reply(
    app, post, ada, bruno, carmen, reply_to, anonymous, change
):
    with app.app_context(), writing():
        line = [db.session.get(Post, post.id)]
        for author in (ada, bruno) * 6:
            line.append(reply_to(line[-1], author))
        ids = [each.id for each in line]
        shown = ids[: 3 + LONGEST_CONVERSATION]
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == shown
    assert attributes(page, "a.more-replies", "href") == [f"/posts/{shown[-1]}"]
    change(line[5])
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == shown
    assert text_of(one(page, f"#post_{ids[5]}")) == GONE
    reply_to(line[7], carmen)
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == ids[:8]
    assert attributes(page, "a.more-replies", "href") == [f"/posts/{ids[7]}"]
    reply_to(line[1], carmen)
    assert len(cards(anonymous.get(f"/posts/{post.id}"))) == 4


# Ancestors


def test_the_parent_is_shown_above_the_post(post, ada, bruno, reply_to, anonymous):
    parent = reply_to(post, ada)
    reply, aside = reply_to(parent, bruno), reply_to(parent, ada)
    page = anonymous.get(f"/posts/{reply.id}")
    assert cards(page) == [parent.id, reply.id]
    assert aside.id not in cards(page)
    assert attributes(page, ".posts-single article", "id") == [f"post_{reply.id}"]
    page = anonymous.get(one(page, "a.newer").attributes["href"])
    assert cards(page) == [post.id, parent.id, reply.id]
    absent(page, "a.newer")


def test_a_deleted_ancestor_leaves_a_placeholder(post, ada, carmen, reply_to, anonymous, change):
    middle = reply_to(post, ada, "Half a ladder.")
    last = reply_to(middle, carmen)
    change(middle)
    page = anonymous.get(f"/posts/{last.id}")
    assert cards(page) == [middle.id, last.id]
    assert text_of(one(page, f"article#post_{middle.id}.post-gone")) == GONE
    assert "Half a ladder" not in page.text


# Counts


def test_counts_follow_every_reply_its_deletion_and_its_restoring(
    post, ada, carmen, reply_to, change, rows
):
    first, second = reply_to(post, ada), reply_to(post, carmen)
    reply_to(first, carmen)
    assert (replies_count(rows, post), replies_count(rows, first)) == (2, 1)
    for verb, count in (("delete", 1), ("delete", 1), ("restore", 2), ("restore", 2)):
        change(second, verb)
        assert replies_count(rows, post) == count
    assert replies_count(rows, first) == 1


def test_concurrent_replies_all_count(app, post, make_user, reply_to, together, rows):
    def write(author):
        with app.app_context():
            reply_to(post, author)

    together(write, [make_user() for _ in range(8)])
    assert replies_count(rows, post) == 8


# Deleted posts


@pytest.mark.parametrize("htmx", [False, True])
def test_a_deleted_post_with_replies_leaves_a_placeholder(
    post, carmen, reply_to, change, anonymous, client, htmx
):
    reply = reply_to(post, carmen)
    change(post)
    for visitor in (anonymous, client):
        page = visitor.get(f"/posts/{post.id}", htmx=htmx)
        assert page.status_code == 200
        assert "Who has a ladder" not in page.text
        assert cards(page) == ([reply.id] if htmx else [post.id, reply.id])
        absent(page, ".composer")
    if not htmx:
        assert text_of(one(page, f"#post_{post.id}.post-gone")) == GONE
        one(page, "title", text="A post that is not here any more")


def test_the_sweep_empties_a_deleted_post_with_replies_and_keeps_its_row(
    app, ada, bruno, make_post, reply_to, change, anonymous, travel, rows
):
    post = make_post(bruno, "Call me, @ada, about the #ladder")
    reply = reply_to(post, ada)
    change(post)
    travel.shift(timedelta(seconds=61))
    with app.app_context():
        erase_deleted()
    row = rows("post", "id = :id", id=post.id)[0]
    assert (row["body"], row["body_html"]) == ("", "")
    assert rows("mention") == rows("post_tag") == rows("version") == []
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, reply.id]
    assert cards(anonymous.get(f"/posts/{reply.id}")) == [post.id, reply.id]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_deleted_post_without_replies_is_not_found_and_its_row_is_deleted(
    app, post, change, anonymous, travel, rows, htmx
):
    change(post)
    assert anonymous.get(f"/posts/{post.id}", htmx=htmx).status_code == 404
    travel.shift(timedelta(seconds=61))
    with app.app_context():
        erase_deleted()
    assert rows("post") == []


def test_the_placeholder_is_deleted_with_the_last_reply(
    app, post, ada, reply_to, change, anonymous, travel, rows
):
    reply = reply_to(post, ada)
    change(post)
    change(reply)
    assert anonymous.get(f"/posts/{post.id}").status_code == 404
    for _ in range(2):
        travel.shift(timedelta(seconds=61))
        with app.app_context():
            erase_deleted()
    assert rows("post") == []


def test_a_deleted_reply_with_replies_leaves_a_placeholder(
    post, ada, carmen, reply_to, change, anonymous
):
    reply, alone = reply_to(post, ada), reply_to(post, ada)
    below = reply_to(reply, carmen)
    change(reply)
    change(alone)
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, reply.id, below.id]
    one(page, f"#post_{reply.id}.post-gone")


# Blocks


@pytest.mark.parametrize("blocker", ["ada", "carmen"])
def test_blocked_users_do_not_see_each_other_in_a_thread(
    client, post, ada, carmen, reply_to, make_block, make_user, anonymous, blocker
):
    dora = make_user("dora")
    theirs, other = reply_to(post, carmen, "Hidden words"), reply_to(post, dora)
    below = [reply_to(other, carmen), reply_to(other, dora)]
    above = reply_to(theirs, dora)
    make_block(*((ada, carmen) if blocker == "ada" else (carmen, ada)))
    page = client.get(f"/posts/{post.id}")
    assert cards(page) == [post.id, theirs.id, above.id, other.id, below[1].id]
    assert "carmen" not in page.text
    page = client.get(f"/posts/{above.id}")
    assert text_of(one(page, f"#post_{theirs.id}.post-gone")) == GONE
    assert "Hidden words" not in page.text
    assert "carmen" not in page.text
    assert client.get(f"/posts/{below[0].id}").status_code == 404
    assert theirs.id in cards(anonymous.get(f"/posts/{post.id}"))


# In timelines


def test_home_shows_replies_among_followed_users_and_the_viewer(
    client, ada, bruno, carmen, make_user, make_post, make_follow, reply_to
):
    dora = make_user("dora")
    make_follow(ada, bruno)
    make_follow(ada, carmen)
    by = {author: make_post(author) for author in (ada, bruno, carmen, dora)}
    shown = [by[ada], by[bruno], by[carmen]]
    for author, parent in ((bruno, carmen), (bruno, ada), (bruno, bruno), (ada, carmen)):
        shown.append(reply_to(by[parent], author))
    reply_to(by[dora], bruno)
    reply_to(by[ada], dora)
    reply_to(by[dora], ada)
    assert cards(client.get("/")) == sorted((each.id for each in shown), reverse=True)


def test_replies_are_not_on_explore(post, ada, reply_to, anonymous):
    reply_to(post, ada)
    assert cards(anonymous.get("/explore")) == [post.id]
    assert cards(anonymous.get("/")) == [post.id]


def test_a_profile_lists_replies_separately(post, ada, bruno, make_post, reply_to, anonymous):
    own, reply = make_post(bruno, "Found one."), reply_to(post, bruno)
    reply_to(own, ada)
    assert cards(anonymous.get("/@bruno")) == [own.id, post.id]
    assert cards(anonymous.get("/@bruno/replies")) == [reply.id, own.id, post.id]
    select(anonymous.page, "a[href='/@bruno']")
