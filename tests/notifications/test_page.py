"""The page of notifications, which reads them, and its counter."""

import pytest

from app.data.database import db, writing
from app.data.write_lock import write_lock
from app.follows.models import block, mute, unblock, unmute
from app.notifications.models import KINDS, notify_users
from app.posts.models import Post
from tests.conftest import DATABASE, PASSWORD
from tests.html import absent, attributes, one, parse, select, text_of


def sentences(page):
    """The sentences of the page, from the top, without the times."""
    found = parse(page).css(".notification-text > p:first-child")
    return [text_of(node).removesuffix(text_of(node.css_first("time"))).strip() for node in found]


def unread(page):
    """The counter: its number, and its text for screen readers."""
    one(page, "#unread")
    return [text_of(node) for node in parse(page).css("#unread > span")]


@pytest.fixture
def post(ada, make_post):
    return make_post(ada, "Tea, then the allotment.")


@pytest.fixture
def client(ada, signed_in):
    return signed_in(ada)


# Sentences


def test_each_kind_has_its_sentence_and_links_to_its_post(
    ada, people, post, client, make_follow, like, repost, reply, mention
):
    ann, bob = people(2)
    mentioning = mention(ann, ada, body="Ask @ada about <tea>")
    written = reply(bob, post, "Which tea?")
    like(ann, post)
    repost(bob, post)
    make_follow(ann, ada)
    page = client.get("/notifications")
    assert sentences(page) == [
        "New: ann @ann follows you",
        "New: bob @bob reposted your post",
        "New: ann @ann liked your post",
        "New: bob @bob replied to you",
        "New: ann @ann mentioned you",
    ]
    assert attributes(page, ".notification-post a", "href") == [
        f"/posts/{id}" for id in (post.id, post.id, written.id, mentioning.id)
    ]
    texts = [text_of(node) for node in select(page, ".notification-post a")]
    assert texts == [post.body, post.body, "Which tea?", "Ask @ada about <tea>"]
    assert attributes(page, ".notification-name", "href")[:2] == ["/@ann", "/@bob"]
    select(page, ".notification-new", count=5)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "ann @ann {} your post"),
        (2, "bob @bob and ann @ann {} your post"),
        (3, "cid @cid, bob @bob and 1 other {} your post"),
        (5, "eve @eve, dee @dee and 3 others {} your post"),
    ],
)
def test_people_are_grouped_with_names(people, post, client, like, repost, count, said):
    for user in people(count):
        like(user, post)
        repost(user, post)
    page = client.get("/notifications")
    assert sentences(page) == ["New: " + said.format(did) for did in ("reposted", "liked")]
    pictures = select(page, "article:first-of-type .avatar", count=min(count, 3))
    assert len({node.attributes["src"] for node in pictures}) == len(pictures)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "ann @ann follows you"),
        (2, "bob @bob and ann @ann follow you"),
        (3, "cid @cid, bob @bob and 1 other follow you"),
        (5, "eve @eve, dee @dee and 3 others follow you"),
    ],
)
def test_followers_are_one_group(ada, people, client, make_follow, count, said):
    for user in people(count):
        make_follow(user, ada)
    assert sentences(client.get("/notifications")) == [f"New: {said}"]


def test_posts_are_not_grouped_with_each_other(people, ada, make_post, client, like):
    ann, bob = people(2)
    tea, cake = make_post(ada, "Tea"), make_post(ada, "Cake")
    like(ann, tea)
    like(bob, cake)
    like(ann, cake)
    page = client.get("/notifications")
    assert sentences(page) == [
        "New: ann @ann and bob @bob liked your post",
        "New: ann @ann liked your post",
    ]


def test_a_name_is_shown_as_it_was_typed(ada, make_user, post, client, like):
    like(make_user("mallory", display_name="<b>& Co</b>"), post)
    page = client.get("/notifications")
    assert sentences(page) == ["New: <b>& Co</b> @mallory liked your post"]
    absent(page, ".notification b")


def test_a_long_post_is_shortened(ada, people, make_post, client, like):
    (ann,) = people(1)
    like(ann, make_post(ada, "word " * 90))
    shown = text_of(one(client.get("/notifications"), ".notification-post a"))
    assert shown.endswith("…")
    assert 130 <= len(shown) <= 140


def test_everybody_sees_their_own_notifications(
    ada, bruno, people, post, make_post, signed_in, like
):
    (ann,) = people(1)
    like(ann, post)
    assert sentences(signed_in(bruno).get("/notifications")) == []


def test_an_empty_page_suggests_what_to_do(client):
    page = client.get("/notifications")
    one(page, "#notifications .empty", text="Explore")
    one(client.get("/notifications?kind=like"), "#notifications .empty", text="of this kind")


def test_an_anonymous_viewer_is_sent_to_log_in(anonymous):
    assert anonymous.get("/notifications").location.startswith("/login")
    absent(anonymous.get("/"), "#unread")


# Kinds


@pytest.mark.parametrize("kind", KINDS)
def test_a_tab_lists_its_kind(
    app, ada, people, post, client, make_follow, like, repost, reply, mention, kind
):
    ann, bob = people(2)
    mention(ann, ada)
    reply(bob, post)
    like(ann, post)
    repost(bob, post)
    make_follow(ann, ada)
    page = client.get(f"/notifications?kind={kind}")
    said = {
        "mention": "ann @ann mentioned you",
        "reply": "bob @bob replied to you",
        "like": "ann @ann liked your post",
        "repost": "bob @bob reposted your post",
        "follow": "ann @ann follows you",
    }
    assert sentences(page) == [f"New: {said[kind]}"]
    tab = one(page, "main .tabs [aria-current=page]")
    assert tab.attributes["href"] == f"/notifications?kind={kind}"


def test_without_a_kind_all_are_listed_and_an_unknown_kind_is_not_found(client):
    page = client.get("/notifications")
    assert text_of(one(page, "main .tabs [aria-current=page]")) == "All"
    assert len(attributes(page, "main .tabs a", "href")) == len(KINDS) + 1
    assert client.get("/notifications?kind=").status_code == 200
    assert client.get("/notifications?kind=poke").status_code == 404


# Pages


def test_each_group_appears_once_over_all_pages(app, ada, people, make_post, client):
    ann, bob = people(2)
    with app.app_context(), writing():
        posts = [make_post(ada, f"Loaf {n}") for n in range(60)]
        for post in posts:
            for user in (ann, bob):
                notify_users([ada.id], "like", user.id, post.id)
    for kind in ("", "?kind=like"):
        seen, path, pages = [], f"/notifications{kind}", 0
        while path:
            page = client.get(path)
            seen += attributes(page, ".notification-post a", "href")
            pages += 1
            path = next(iter(attributes(page, "a#more", "href")), None)
        assert seen == [f"/posts/{post.id}" for post in reversed(posts)]
        assert pages == 3


def test_the_next_page_begins_below_the_newest_notification_of_the_last_group(
    app, ada, people, make_post, client
):
    ann, bob = people(2)
    with app.app_context(), writing():
        posts = [make_post(ada, f"Loaf {n}") for n in range(30)]
        for post in posts:
            notify_users([ada.id], "like", ann.id, post.id)
        notify_users([ada.id], "like", bob.id, posts[0].id)
    first = client.get("/notifications")
    second = client.get(one(first, "a#more").attributes["href"])
    assert sentences(first)[0] == "New: bob @bob and ann @ann liked your post"
    listed = [*attributes(first, "article", "id"), *attributes(second, "article", "id")]
    assert len(listed) == len(set(listed)) == 30
    through = client.get(one(second, "a.newer").attributes["href"])
    assert attributes(through, "article", "id")[:25] == attributes(first, "article", "id")


# Reading


def from_notifications(client, path, **options):
    """Follow a link of the page of notifications."""
    return client.get(path, headers={"Referer": "http://localhost/notifications"}, **options)


def test_opening_the_page_reads_what_stays_marked_on_it(people, post, client, like):
    (ann,) = people(1)
    like(ann, post)
    page = client.get("/notifications")
    assert sentences(page) == ["New: ann @ann liked your post"]
    select(page, ".notification-new", count=1)
    assert unread(page) == []
    assert text_of(one(page, "title")).startswith("Notifications")
    absent(page, "main form, main button")
    assert unread(client.get("/")) == []
    page = client.get("/notifications")
    assert sentences(page) == ["ann @ann liked your post"]
    absent(page, ".notification-new")


def test_what_comes_later_is_new(people, post, client, like):
    ann, bob, cid = people(3)
    like(ann, post)
    like(bob, post)
    client.get("/notifications")
    like(cid, post)
    assert unread(client.get("/")) == ["1", "1 new notification"]
    page = client.get("/notifications")
    assert sentences(page) == [
        "New: cid @cid liked your post",
        "bob @bob and ann @ann liked your post",
    ]
    page = client.get("/notifications")
    assert sentences(page) == ["cid @cid, bob @bob and 1 other liked your post"]


def test_marks_stay_until_the_viewer_leaves_the_page(people, post, client, like, repost):
    ann, bob = people(2)
    like(ann, post)
    client.get("/notifications")
    repost(bob, post)
    page = from_notifications(client, "/notifications?kind=like")
    assert sentences(page) == ["New: ann @ann liked your post"]
    assert unread(page)[0] == "1"
    page = from_notifications(client, "/notifications")
    assert sentences(page) == ["New: bob @bob reposted your post", "New: ann @ann liked your post"]
    page = client.get("/notifications?kind=repost", headers={"Referer": "http://localhost/"})
    assert sentences(page) == ["bob @bob reposted your post"]


def test_marks_stay_for_who_opens_a_notification_and_comes_back(people, post, client, like):
    (ann,) = people(1)
    like(ann, post)
    client.get("/notifications")
    for opened in (f"/posts/{post.id}", "/@ann"):
        from_notifications(client, opened)
        # Going back, a browser sends the page from which it first came.
        page = client.get("/notifications", headers={"Referer": "http://localhost/"})
        select(page, ".notification-new", count=1)
    from_notifications(client, f"/posts/{post.id}")
    client.get("/explore")
    absent(client.get("/notifications"), ".notification-new")


def test_a_post_that_is_opened_from_elsewhere_keeps_no_marks(people, post, client, like):
    (ann,) = people(1)
    like(ann, post)
    client.get("/notifications")
    client.get(f"/posts/{post.id}", headers={"Referer": "http://localhost/@ada"})
    absent(client.get("/notifications"), ".notification-new")


@pytest.mark.parametrize("htmx", [True, False])
def test_further_pages_have_the_marks_of_the_first(app, ada, people, make_post, client, htmx):
    ann, bob = people(2)
    with app.app_context(), writing():
        posts = [make_post(ada, f"Loaf {n}") for n in range(60)]
        for post in posts[:20]:
            notify_users([ada.id], "like", ann.id, post.id)
    client.get("/notifications")
    with app.app_context(), writing():
        for post in posts[20:]:
            notify_users([ada.id], "like", bob.id, post.id)
    page, marks = client.get("/notifications"), []
    while True:
        marks += ["New:" in each for each in sentences(page)]
        older = next(iter(attributes(page, "a#more", "href")), None)
        if older is None:
            break
        page = from_notifications(client, older, htmx=htmx)
    assert marks == [True] * 40 + [False] * 20
    assert sum("New:" in each for each in sentences(client.get("/notifications"))) == 0


@pytest.mark.parametrize(
    ("url", "htmx"),
    [
        ("/notifications?kind=like", False),
        ("/notifications?before={}", False),
        ("/notifications", True),
        ("/notifications?counted=0", True),
        ("/", False),
    ],
)
def test_only_the_whole_page_of_all_reads(people, post, client, like, rows, ada, url, htmx):
    for user in people(3):
        like(user, post)
    newest = rows("notification")[-1]["id"]
    assert client.get(url.format(newest + 1), htmx=htmx).status_code == 200
    assert rows("user", "id = :id", id=ada.id)[0]["notifications_read_at"] == 0
    assert unread(client.get("/"))[0] == "1"


def test_nobody_reads_the_notifications_of_another_user(bruno, people, post, signed_in, like, ada):
    (ann,) = people(1)
    like(ann, post)
    signed_in(bruno).get("/notifications")
    assert unread(signed_in(ada).get("/"))[0] == "1"


def test_the_marks_of_one_account_are_not_those_of_the_next(
    bruno, people, post, client, like, make_follow
):
    (ann,) = people(1)
    like(ann, post)
    client.get("/notifications")
    client.post("/logout")
    client.log_in("bruno", PASSWORD)
    make_follow(ann, bruno)
    client.get("/notifications")
    page = from_notifications(client, "/notifications?kind=follow")
    assert sentences(page) == ["New: ann @ann follows you"]


@pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL has many writers.")
def test_the_page_waits_for_no_writer_and_reads_the_next_time(app, people, post, client, like):
    (ann,) = people(1)
    like(ann, post)
    with app.app_context(), write_lock(db.engine):
        page = client.get("/notifications")
    assert sentences(page) == ["New: ann @ann liked your post"]
    assert unread(page)[0] == "1"
    client.get("/notifications")
    assert unread(client.get("/")) == []


def test_a_page_without_news_writes_nothing(people, post, client, like, statements):
    (ann,) = people(1)
    like(ann, post)
    client.get("/notifications")
    with statements() as sent:
        client.get("/notifications")
    assert not [each for each in sent if each.startswith("UPDATE")]


# In place


def test_what_was_written_to_the_viewer_can_be_replied_to_and_liked(
    ada, people, post, client, reply, mention, like
):
    ann, bob = people(2)
    mentioning = mention(ann, ada)
    written = reply(bob, post)
    like(ann, post)
    like(ann, written)
    page = client.get("/notifications")
    assert attributes(page, ".notification-acts .reply", "href") == [
        f"/posts/{id}/reply" for id in (written.id, mentioning.id)
    ]
    assert attributes(page, ".notification-acts .like", "id") == [
        f"like_{id}" for id in (written.id, mentioning.id)
    ]
    answer = client.post(f"/posts/{written.id}/like")
    assert answer.location == f"/notifications#post_{written.id}"
    page = from_notifications(client, "/notifications")
    one(page, f"#post_{written.id} .like[aria-pressed=true]")
    one(page, f"#post_{mentioning.id} .like[aria-pressed=false]")


def test_each_kind_has_a_class_for_its_icon(ada, people, post, client, make_follow, like):
    (ann,) = people(1)
    like(ann, post)
    make_follow(ann, ada)
    page = client.get("/notifications")
    assert [each.split()[:2] for each in attributes(page, "article", "class")] == [
        ["notification", "follow"],
        ["notification", "like"],
    ]
    select(page, "article > .notification-kind[aria-hidden=true]", count=2)


# Hidden notifications


@pytest.mark.parametrize("by_the_hearer", [True, False])
def test_notifications_from_a_user_blocked_later_are_hidden_and_not_counted(
    app, ada, people, post, client, like, by_the_hearer
):
    ann, bob = people(2)
    like(ann, post)
    like(bob, post)
    pair = (ada, bob) if by_the_hearer else (bob, ada)
    with app.app_context():
        block(*pair)
    assert unread(client.get("/"))[0] == "1"
    page = client.get("/notifications?kind=like")
    assert sentences(page) == ["New: ann @ann liked your post"]
    with app.app_context():
        unblock(*pair)
    assert sentences(client.get("/notifications")) == ["New: bob @bob and ann @ann liked your post"]


def test_notifications_from_a_user_muted_later_are_hidden_and_not_counted(
    app, ada, people, make_follow, client
):
    ann, bob = people(2)
    for user in (ann, bob):
        make_follow(user, ada)
    with app.app_context():
        mute(ada, bob)
    page = client.get("/notifications?kind=follow")
    assert sentences(page) == ["New: ann @ann follows you"]
    assert unread(page)[0] == "1"
    with app.app_context():
        unmute(ada, bob)
    page = client.get("/notifications?kind=follow")
    assert sentences(page) == ["New: bob @bob and ann @ann follow you"]
    assert unread(page)[0] == "1"


def test_notifications_of_a_deleted_post_are_hidden_until_it_is_restored(
    app, people, post, client, like, repost
):
    ann, bob = people(2)
    like(ann, post)
    repost(bob, post)
    with app.app_context():
        db.session.get(Post, post.id).delete()
    page = client.get("/notifications")
    assert sentences(page) == []
    assert unread(page) == []
    with app.app_context():
        db.session.get(Post, post.id).restore()
    assert unread(client.get("/"))[0] == "2"
    assert len(sentences(client.get("/notifications"))) == 2


# The counter


def test_the_counter_is_on_every_page_with_a_text_for_screen_readers(
    people, post, client, like, repost
):
    page = client.get("/")
    assert unread(page) == []
    assert text_of(one(page, "title")).startswith("Home · ")
    ann, bob = people(2)
    like(ann, post)
    for path in ("/", "/explore", "/@ada", "/settings/profile", "/nothing/here"):
        page = client.get(path)
        assert unread(page) == ["1", "1 new notification"]
        assert text_of(one(page, "title")).startswith("(1) ")
    repost(bob, post)
    assert unread(client.get("/")) == ["2", "2 new notifications"]
    one(client.get("/"), "[aria-live=polite] > #unread")


def test_the_counter_and_the_list_count_the_same(
    app, ada, people, post, client, make_post, make_follow, like, repost, mention
):
    named, other = people(6), make_post(ada)
    for user in named[:4]:
        like(user, post)
        make_follow(user, ada)
    for user in named[2:]:
        like(user, other)
        repost(user, other)
    for _ in range(2):
        mention(named[5], ada)

    def compare(count):
        assert unread(client.get("/"))[0] == str(count)
        page = client.get("/notifications", htmx=True)
        select(page, ".notification-new", count=count)

    compare(6)
    with app.app_context():
        block(named[5], ada)
    compare(4)
    with app.app_context():
        mute(ada, named[4])
        db.session.get(Post, post.id).delete()
    compare(3)
    client.get("/notifications")
    like(named[0], other)
    client.get("/notifications?kind=like")
    compare(1)


def test_the_counter_polls_and_gets_204_while_nothing_changed(people, post, client, like, repost):
    ann, bob = people(2)
    like(ann, post)
    asked = one(client.get("/"), "#unread").attributes["hx-get"]
    assert asked == "/notifications?counted=1"
    answer = client.get(asked, htmx=True)
    assert (answer.status_code, answer.text) == (204, "")
    repost(bob, post)
    answer = client.get(asked, htmx=True)
    assert unread(answer) == ["2", "2 new notifications"]
    assert one(answer, "#unread").attributes["hx-get"] == "/notifications?counted=2"
    assert answer.text in client.get("/").text
    absent(answer, "article, form, main")


def test_the_counter_vanishes_once_all_are_read_elsewhere(people, post, client, like):
    (ann,) = people(1)
    like(ann, post)
    asked = one(client.get("/"), "#unread").attributes["hx-get"]
    client.twin().get("/notifications")
    answer = client.get(asked, htmx=True)
    assert answer.status_code == 200
    assert unread(answer) == []


def test_counts_stop_at_99(app, ada, people, make_post, client):
    (ann,) = people(1)
    with app.app_context(), writing():
        for _ in range(105):
            notify_users([ada.id], "mention", ann.id, make_post(ann).id)
    page = client.get("/")
    assert unread(page) == ["99+", "99+ new notifications"]
    assert text_of(one(page, "title")).startswith("(99+) Home · ")
    asked = one(page, "#unread").attributes["hx-get"]
    assert client.get(asked, htmx=True).status_code == 204


# Statements


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/notifications?kind=like", 5),
        # One moves what was read.
        ("/notifications", 6),
        ("/notifications?through=1", 7),
    ],
)
def test_the_page_takes_a_fixed_number_of_statements(
    app, ada, people, make_post, client, statements, path, most
):
    named = people(6)
    costs = []
    for count in (1, 40):
        with app.app_context(), writing():
            for n in range(count):
                post = make_post(ada)
                for user in named[: n % 6 + 1]:
                    notify_users([ada.id], "like", user.id, post.id)
            notify_users([ada.id], "follow", named[0].id)
        with statements() as sent:
            assert client.get(path).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= most


def test_the_counter_is_read_in_the_viewers_statement(client, statements):
    with statements() as sent:
        client.get("/notifications?counted=0", htmx=True)
    assert len(sent) == 1


def test_a_copied_display_name_stands_beside_its_username(make_user, client, post, repost):
    repost(make_user("eve", display_name="ada"), post)
    assert sentences(client.get("/notifications")) == ["New: ada @eve reposted your post"]
