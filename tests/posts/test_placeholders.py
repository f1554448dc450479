"""Placeholders: hidden posts hold a thread together, name nobody, and can be opened."""

import re
from collections import defaultdict
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.database import Base, db, writing
from app.follows.models import block, unblock
from app.posts.models import Post
from app.posts.queries import LONGEST_CONVERSATION, MOST_EARLIER, MOST_SEARCHED
from app.posts.reposting import repost
from app.posts.writing import publish
from app.search.index import TABLES
from tests.client import Client
from tests.html import absent, attributes, cards, one, text_of

GONE = "This post is not here any more."
THREAD = re.compile(r"/posts/(\d+)(\?\w+=\w+)*$")


@pytest.fixture
def carmen(make_user):
    """A third user."""
    return make_user("carmen")


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


@pytest.fixture
def chain(app):
    """Give a function that has users reply to one another in turn; returns the ids."""

    def write(length, *authors):
        posts = []
        with app.app_context(), writing():
            for n in range(length):
                parent = posts[-1] if posts else None
                author = authors[n % len(authors)]
                posts.append(publish(author, f"Turn {n + 1}", in_reply_to=parent))
            return [post.id for post in posts]

    return write


@pytest.fixture
def delete(app):
    """Give a function that deletes posts."""

    def act(*ids):
        with app.app_context():
            for id in ids:
                db.session.get_one(Post, id).delete()

    return act


def links(page):
    """The links of a page that lead to posts in their threads."""
    return {href for href in attributes(page, "main a[href]", "href") if THREAD.match(href)}


def walk(client, start):
    """Follow the links of threads from a post; return the ids of the cards, and the pages."""
    pages, reached, waiting = {}, set(), [f"/posts/{start}"]
    while waiting:
        url = waiting.pop()
        if url in pages:
            continue
        pages[url] = page = client.get(url)
        assert page.status_code == 200, url
        reached |= {int(id[5:]) for id in attributes(page, "article:has(.post-body)", "id")}
        waiting += links(page)
    return reached, pages


# Chains


@pytest.mark.parametrize("by_ada", [True, False], ids=["blocks", "is blocked"])
def test_blocked_people_leave_placeholders_in_both_directions(
    ada, bruno, carmen, client, chain, make_block, by_ada
):
    ids = chain(10, ada, bruno, carmen)
    make_block(*((ada, bruno) if by_ada else (bruno, ada)))
    hidden = set(ids[1::3])
    for start in (ids[0], ids[-1]):
        reached, pages = walk(client, start)
        assert reached == set(ids) - hidden
        assert {int(url[7:]) for url in pages if "?" not in url} == set(ids)
        assert not any("bruno" in page.text for page in pages.values())


def test_two_deleted_replies_in_a_row_hide_no_others(bruno, carmen, anonymous, chain, delete):
    ids = chain(8, bruno, carmen)
    delete(*ids[3:5])
    page = anonymous.get(f"/posts/{ids[2]}")
    assert cards(page) == ids[1:5]
    placeholder = one(page, f"#posts #post_{ids[3]}.post-gone", text=GONE)
    assert placeholder.css_first("a").attributes["href"] == f"/posts/{ids[3]}"
    assert cards(anonymous.get(f"/posts/{ids[3]}")) == ids[2:]
    assert walk(anonymous, ids[2])[0] == walk(anonymous, ids[7])[0] == {*ids[:3], *ids[5:]}


def test_a_nested_post_with_a_reply_or_a_placeholder_links_to_it(
    bruno, carmen, anonymous, chain, delete
):
    ids = chain(LONGEST_CONVERSATION + 6, bruno, carmen)
    last, *after = ids[2 + LONGEST_CONVERSATION :]
    page = anonymous.get(f"/posts/{ids[0]}")
    assert attributes(page, "a.more-replies", "href") == [f"/posts/{last}"]
    delete(after[0])
    page = anonymous.get(f"/posts/{ids[0]}")
    assert text_of(one(page, f"#reply_{last}")) == ""
    assert attributes(page, "a.more-replies", "href") == [f"/posts/{last}"]
    delete(*after[1:])
    absent(anonymous.get(f"/posts/{ids[0]}"), "a.more-replies")


def test_a_placeholder_names_nobody(ada, bruno, carmen, client, chain, make_post, make_block):
    ids = chain(3, carmen, bruno, ada)
    quiet = make_post(bruno, "Alone")
    make_block(ada, bruno)
    page = client.get(f"/posts/{ids[1]}")
    assert page.status_code == 200
    assert text_of(one(page, f".posts-single #post_{ids[1]}.post-gone")) == GONE
    assert text_of(one(page, "title")) == "A post that is not here any more · Microblog"
    assert "bruno" not in page.text
    assert "Turn 2" not in page.text
    absent(page, "main form")
    absent(page, ".posts-single a, .posts-single button, .post-lists")
    assert client.get(f"/posts/{quiet.id}").status_code == 404


def test_the_author_of_a_deleted_post_is_not_named(bruno, carmen, anonymous, chain, delete):
    ids = chain(2, bruno, carmen)
    delete(ids[0])
    for url in (f"/posts/{ids[0]}", f"/posts/{ids[1]}", "/@carmen/replies"):
        page = anonymous.get(url)
        assert "bruno" not in page.text
        link = one(page, f"#post_{ids[1]} .post-why a")
        assert (text_of(link), link.attributes["href"]) == ("In reply", f"/posts/{ids[0]}")


@pytest.mark.parametrize("by_bruno", [True, False], ids=["is blocked", "blocks"])
def test_a_reply_to_somebody_blocked_leads_to_the_placeholder(
    ada, bruno, client, chain, make_block, by_bruno
):
    ids = chain(2, bruno, ada)
    make_block(*((bruno, ada) if by_bruno else (ada, bruno)))
    page = client.get("/@ada/replies")
    (link,) = attributes(page, f"#post_{ids[1]} .post-why a", "href")
    assert cards(client.get(link)) == ids


@pytest.mark.parametrize(
    "hides", [lambda n: n % 2, lambda n: 5 < n < 495], ids=["every second", "the middle"]
)
def test_the_first_of_500_posts_is_reached_from_the_last(bruno, carmen, anonymous, chain, hides):
    ids = chain(500, bruno, carmen)
    with anonymous.app.app_context(), writing() as session:
        hidden = [id for n, id in enumerate(ids[:-1]) if hides(n)]
        for id in hidden:
            session.get_one(Post, id).delete()
    url, pages = f"/posts/{ids[-1]}", 0
    while url:
        page = anonymous.get(url)
        assert page.status_code == 200
        pages += 1
        url = next(iter(attributes(page, "main a.newer", "href")), None)
    assert cards(page)[0] == ids[0]
    assert pages <= 2 + 500 / MOST_EARLIER


@pytest.mark.parametrize("length", [3, 3 * MOST_SEARCHED])
def test_the_cost_of_a_page_does_not_grow_with_the_thread(
    ada, bruno, carmen, client, chain, make_block, statements, length
):
    ids = chain(length, ada, bruno)
    make_block(ada, bruno)
    client.get(f"/posts/{ids[0]}")
    for id in (ids[0], ids[1], ids[-2]):
        with statements() as sent:
            assert client.get(f"/posts/{id}").status_code == 200
        assert len(sent) <= 7


def test_below_many_hidden_posts_the_thread_may_go_on(app, bruno, carmen, anonymous, chain, delete):
    ids = chain(MOST_SEARCHED + 2, bruno, carmen)
    delete(*ids)
    status = {id: anonymous.get(f"/posts/{id}").status_code for id in ids}
    assert [n for n, id in enumerate(ids) if status[id] == 200] == [0, 1]


# Pages above


def test_one_ancestor_stands_above_and_the_others_behind_a_link(
    bruno, carmen, anonymous, chain, delete
):
    ids = chain(2 * MOST_EARLIER + 4, bruno, carmen)
    last = ids[-1]
    page = anonymous.get(f"/posts/{last}")
    assert cards(page) == ids[-2:]
    earlier = one(page, "a.newer", text="Earlier in this thread").attributes["href"]
    # The link leads to where one was: the parent.
    assert earlier == f"/posts/{last}?earlier=y#post_{ids[-2]}"
    page = anonymous.get(earlier)
    assert cards(page) == ids[-MOST_EARLIER - 1 :]
    next_url = one(page, "a.newer").attributes["href"]
    above = ids[-MOST_EARLIER - 2]
    assert next_url == f"/posts/{above}?earlier=y#post_{above}"
    delete(ids[2], ids[3])
    page = anonymous.get(one(anonymous.get(next_url), "a.newer").attributes["href"])
    assert cards(page)[:3] == ids[:3]
    absent(page, "a.newer")
    for few in ids[:2]:
        absent(anonymous.get(f"/posts/{few}"), "a.newer")


# What any sequence of actions leaves


NAMES = ("ada", "bruno", "carmen")
place, last = st.integers(0, 11), st.just(11)
somebody, two_people = st.sampled_from(NAMES), st.sampled_from([*permutations(NAMES, 2)])
actions = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["reply", "repost"]), somebody, place),
        st.tuples(st.just("reply"), somebody, last),
        st.tuples(st.sampled_from(["delete", "restore"]), place),
        st.tuples(st.sampled_from(["block", "unblock"]), two_people),
    ),
    min_size=6,
    max_size=16,
)


class World:
    """What each viewer should see, as a model of the thread below one post."""

    def __init__(self, people):
        self.people, self.posts, self.deleted, self.blocks = people, [], set(), set()
        self.parent, self.below, self.author = {}, defaultdict(list), {}

    def sees(self, viewer, id):
        pairs = {(viewer, self.author[id]), (self.author[id], viewer)}
        return id not in self.deleted and not pairs & self.blocks

    def in_thread(self, viewer, id):
        return self.sees(viewer, id) or any(self.in_thread(viewer, low) for low in self.below[id])

    def write(self, name, parent=None):
        reply = publish(
            self.people[name], f"By {name}", in_reply_to=parent and db.session.get_one(Post, parent)
        )
        self.posts.append(reply.id)
        self.author[reply.id], self.parent[reply.id] = name, parent
        self.below[parent].append(reply.id)

    def act(self, verb, *what):
        if verb in ("reply", "repost"):
            name, post = what[0], self.posts[min(what[1], len(self.posts) - 1)]
            if self.sees(name, post) and verb == "reply":
                self.write(name, post)
            elif self.sees(name, post):
                repost(self.people[name], db.session.get_one(Post, post))
        elif verb in ("delete", "restore"):
            id = self.posts[min(what[0], len(self.posts) - 1)]
            getattr(db.session.get_one(Post, id), verb)()
            (self.deleted.add if verb == "delete" else self.deleted.discard)(id)
        else:
            (block if verb == "block" else unblock)(*(self.people[name] for name in what[0]))
            (self.blocks.add if verb == "block" else self.blocks.discard)(what[0])


@pytest.fixture
def act_out(app, make_user, signed_in):
    """Give a function that empties the database and has people act; returns world and clients."""

    def act(actions):
        with app.app_context():
            with db.engine.begin() as connection:
                for table in (*TABLES, *reversed(Base.metadata.sorted_tables)):
                    connection.execute(table.delete())
            world = World({name: make_user(name) for name in NAMES})
            with writing():
                world.write("carmen")
                for action in actions:
                    world.act(*action)
        return world, {"ada": signed_in(world.people["ada"]), None: Client(app)}

    return act


@settings(max_examples=15, derandomize=True)
@pytest.mark.thorough
@given(actions=actions)
def test_what_a_viewer_may_see_of_a_thread_is_linked_in_both_directions(act_out, actions):
    world, viewers = act_out(actions)
    for name, viewer in viewers.items():
        in_thread = {id for id in world.posts if world.in_thread(name, id)}
        seen = {id for id in in_thread if world.sees(name, id)}
        for id in world.posts:
            page = viewer.get(f"/posts/{id}")
            assert page.status_code == (200 if id in in_thread else 404)
        hidden = {name for name in NAMES if not any(world.author[id] == name for id in seen)}
        for start in {*list(seen)[:1], *list(seen)[-1:]}:
            reached, pages = walk(viewer, start)
            assert reached == seen
            for who in hidden - {name}:
                assert not any(who in page.text for page in pages.values())


@settings(max_examples=15, derandomize=True)
@pytest.mark.thorough
@given(actions=actions)
def test_no_link_of_a_card_in_a_list_leads_nowhere(act_out, actions):
    _world, viewers = act_out(actions)
    for name, viewer in viewers.items():
        found = set()
        profiles = (f"/@{who}{end}" for who in NAMES for end in ("", "/replies"))
        for path in ("/", "/explore", *profiles):
            found |= set(attributes(viewer.get(path), "article a[href]", "href"))
        for href in sorted(found):
            assert viewer.get(href).status_code in ((200,) if name else (200, 303)), href
