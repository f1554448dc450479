"""Compares every list and count with a simple model after random actions in any order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import permutations

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, select
from time_machine import Traveller

from app.accounts.models import User
from app.accounts.registering import register
from app.accounts.viewer import ANONYMOUS, Viewer, viewer_of
from app.data.database import Base, db, now
from app.data.keyset import Window
from app.data.reading import read
from app.follows.models import block, follow, mute, unblock, unfollow, unmute
from app.follows.queries import audience_of
from app.posts.card_reading import read_timeline
from app.posts.models import UNDO_WITHIN, Post
from app.posts.queries import replies, visible_to
from app.posts.reposting import repost, unrepost
from app.posts.writing import publish
from app.profiles import queries as profiles
from app.reactions.models import bookmark, like, unbookmark, unlike
from app.reactions.queries import bookmarks
from app.search.index import TABLES
from app.timelines import queries as timelines
from app.web.paging import PAGE, Listing

pytestmark = pytest.mark.thorough

NAMES = ("ada", "bruno", "carmen", "dora")
ANONYMOUS_NAME = None
TAG = "tea"

somebody = st.sampled_from(NAMES)
two_people = st.sampled_from(list(permutations(NAMES, 2)))


# The model


@dataclass(eq=False)
class Entry:
    """A post; or a repost, if ``shows`` is set."""

    id: int
    author: str
    has_tag: bool = False
    parent: "Entry | None" = None
    shows: "Entry | None" = None
    deleted_at: datetime | None = None

    @property
    def shown(self) -> "Entry":
        return self.shows or self


@dataclass
class World:
    """Posts and reposts, oldest first, and the relationships of people."""

    entries: list[Entry] = field(default_factory=list)
    follows: set[tuple[str, str]] = field(default_factory=set)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    mutes: set[tuple[str, str]] = field(default_factory=set)
    likes: set[tuple[str, Entry]] = field(default_factory=set)
    bookmarks: list[tuple[str, Entry]] = field(default_factory=list)

    def is_blocked(self, one: str | None, other: str) -> bool:
        return bool({(one, other), (other, one)} & self.blocks)

    def has_relationships(self, name: str) -> bool:
        is_muting = any(muter == name for muter, _muted in self.mutes)
        return is_muting or any(name in pair for pair in self.blocks)

    def sees(self, viewer: str | None, entry: Entry) -> bool:
        both = (entry.author, entry.shown.author)
        hidden = self.is_blocked(*both) or any(self.is_blocked(viewer, who) for who in both)
        return not entry.shown.deleted_at and not hidden

    def is_listed_for(self, viewer: str | None, entry: Entry) -> bool:
        both = (entry.author, entry.shown.author)
        return self.sees(viewer, entry) and not any((viewer, who) in self.mutes for who in both)

    def newest(self, belongs: Callable[[Entry], bool]) -> list[Entry]:
        return [entry for entry in reversed(self.entries) if belongs(entry)]

    def home(self, viewer: str) -> list[Entry]:
        circle = {viewer} | {followed for follower, followed in self.follows if follower == viewer}

        def belongs(entry: Entry) -> bool:
            is_own_repost = entry.shows is not None and entry.author == viewer
            is_among_them = entry.parent is None or entry.parent.author in circle
            return entry.author in circle and is_among_them and not is_own_repost

        return self.newest(lambda entry: belongs(entry) and self.is_listed_for(viewer, entry))

    def explore(self, viewer: str | None) -> list[Entry]:
        return self.newest(
            lambda entry: not entry.parent and not entry.shows and self.is_listed_for(viewer, entry)
        )

    def tagged(self, viewer: str | None) -> list[Entry]:
        return self.newest(lambda entry: entry.has_tag and self.is_listed_for(viewer, entry))

    def profile(self, author: str, viewer: str | None, *, with_replies: bool) -> list[Entry]:
        return self.newest(
            lambda entry: (
                entry.author == author
                and (with_replies or not entry.parent)
                and self.sees(viewer, entry)
            )
        )

    def bookmarked(self, viewer: str) -> list[Entry]:
        mine = [entry for who, entry in self.bookmarks if who == viewer]
        return [entry for entry in reversed(mine) if self.sees(viewer, entry)]

    def replies_to(self, post: Entry) -> list[Entry]:
        return [entry for entry in self.entries if entry.parent is post and not entry.deleted_at]

    def thread(self, post: Entry, viewer: str | None) -> list[int]:
        """The replies, with the hidden ones below which a post is visible."""
        return [entry.id for entry in self.below(post) if self.in_thread(viewer, entry)]

    def below(self, post: Entry) -> list[Entry]:
        return [entry for entry in self.entries if entry.parent is post]

    def in_thread(self, viewer: str | None, post: Entry) -> bool:
        return self.sees(viewer, post) or any(
            self.in_thread(viewer, low) for low in self.below(post)
        )

    def counts_of(self, who: str) -> tuple[int, int, int]:
        """The numbers of posts, followers and followed people of ``who``."""
        posts = [
            entry
            for entry in self.entries
            if entry.author == who and not entry.shows and not entry.deleted_at
        ]
        followers = [pair for pair in self.follows if pair[1] == who]
        following = [pair for pair in self.follows if pair[0] == who]
        return len(posts), len(followers), len(following)

    def counts_at(self, post: Entry) -> tuple[int, int, int]:
        """The numbers of replies, reposts and likes of a post."""
        reposts = [entry for entry in self.entries if entry.shows is post]
        likes = [who for who, entry in self.likes if entry is post]
        return len(self.replies_to(post)), len(reposts), len(likes)

    def repost_by(self, who: str, post: Entry) -> Entry | None:
        found = (entry for entry in self.entries if (entry.author, entry.shows) == (who, post))
        return next(found, None)


# The actions


def all_of(
    listing: Listing, key: str = "id", size: int = 25, *, upwards: bool = False, **values: int | str
) -> list[Row]:
    """Read a whole list, ``size`` rows at a time."""
    page = read(listing(Window(size, ascending=upwards)), **values).all()
    found = [*page]
    while page:
        window = Window(size, past=True, ascending=upwards)
        past = {f"past_{key}": getattr(page[-1], key)}
        page = read(listing(window), **values, **past).all()
        found += page
    return found


class Community(RuleBasedStateMachine):
    """Four people use the site; after each step the database is compared with the model."""

    posts = Bundle("posts")

    def __init__(self, app: Flask, clock: Traveller) -> None:
        super().__init__()
        self.app, self.clock = app, clock
        self.world = World()
        self.step = 0
        with app.app_context():
            with db.engine.begin() as connection:
                for table in (*TABLES, *reversed(Base.metadata.sorted_tables)):
                    connection.execute(table.delete())
            self.people: dict[str | None, User | None] = {name: register(name) for name in NAMES}
        self.people[ANONYMOUS_NAME] = None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Move the clock on by a second, and open an application context as a request does."""
        self.clock.shift(1)
        with self.app.app_context():
            yield

    def viewer(self, name: str | None) -> Viewer:
        """The viewer of a page; anonymous if ``name`` is None."""
        return viewer_of(self.people[name]) if name else ANONYMOUS

    def find(self, entry: Entry, viewer: str) -> Post | None:
        """The post, if ``viewer`` can see it and act on it; else None."""
        audience = audience_of(self.viewer(viewer))
        visible = select(Post).where(Post.id == entry.id, visible_to(audience))
        found = db.session.scalar(visible, {"viewer_id": self.people[viewer].id})
        assert (found is not None) == self.world.sees(viewer, entry)
        return found

    @initialize(
        target=posts, pairs=st.sets(two_people, min_size=3, max_size=8), step=st.integers(0, 39)
    )
    def begin(self, pairs, step):
        self.step = step
        for pair in sorted(pairs):
            self.follow(pair)
        return multiple(*(self.write(name, has_tag=False) for name in NAMES))

    @rule(target=posts, author=somebody, has_tag=st.booleans())
    def write(self, author, has_tag):
        with self.moment():
            post = publish(self.people[author], f"Time for #{TAG}" if has_tag else "Good morning")
        entry = Entry(post.id, author, has_tag=has_tag)
        self.world.entries.append(entry)
        return entry

    @rule(target=posts, author=somebody, post=posts, has_tag=st.booleans())
    def reply(self, author, post, has_tag):
        with self.moment():
            parent = self.find(post, author)
            if parent is None:
                return multiple()
            body = f"More #{TAG}?" if has_tag else "Indeed"
            reply = publish(self.people[author], body, in_reply_to=parent)
        entry = Entry(reply.id, author, has_tag=has_tag, parent=post)
        self.world.entries.append(entry)
        return entry

    @rule(viewer=somebody, post=posts)
    def like(self, viewer, post):
        with self.moment():
            if found := self.find(post, viewer):
                is_new = (viewer, post) not in self.world.likes
                assert like(self.people[viewer], found) == is_new
                self.world.likes.add((viewer, post))

    @rule(viewer=somebody, post=posts)
    def unlike(self, viewer, post):
        with self.moment():
            found = db.session.get_one(Post, post.id)
            was_there = (viewer, post) in self.world.likes
            assert unlike(self.people[viewer], found) == was_there
            self.world.likes.discard((viewer, post))

    @rule(viewer=somebody, post=posts)
    def repost(self, viewer, post):
        with self.moment():
            if found := self.find(post, viewer):
                before = self.world.repost_by(viewer, post)
                assert repost(self.people[viewer], found) == (before is None)
                mine = (Post.author_id == self.people[viewer].id, Post.repost_of_id == post.id)
                id = db.session.scalars(select(Post.id).where(*mine)).one()
                if before is None:
                    self.world.entries.append(Entry(id, viewer, shows=post))

    @rule(viewer=somebody, post=posts)
    def unrepost(self, viewer, post):
        with self.moment():
            found = db.session.get_one(Post, post.id)
            before = self.world.repost_by(viewer, post)
            assert unrepost(self.people[viewer], found) == (before is not None)
            if before is not None:
                self.world.entries.remove(before)

    @rule(viewer=somebody, post=posts)
    def bookmark(self, viewer, post):
        with self.moment():
            if found := self.find(post, viewer):
                bookmark(self.people[viewer], found)
                if (viewer, post) not in self.world.bookmarks:
                    self.world.bookmarks.append((viewer, post))

    @rule(viewer=somebody, post=posts)
    def unbookmark(self, viewer, post):
        with self.moment():
            found = db.session.get_one(Post, post.id)
            unbookmark(self.people[viewer], found)
            if (viewer, post) in self.world.bookmarks:
                self.world.bookmarks.remove((viewer, post))

    @rule(post=posts)
    def delete(self, post):
        with self.moment():
            db.session.get_one(Post, post.id).delete()
            post.deleted_at = post.deleted_at or now()

    @rule(post=posts)
    def restore(self, post):
        with self.moment():
            in_time = post.deleted_at is None or now() - post.deleted_at <= UNDO_WITHIN
            assert db.session.get_one(Post, post.id).restore() == in_time
            if in_time:
                post.deleted_at = None

    @rule(seconds=st.integers(10, 40))
    def wait(self, seconds):
        self.clock.shift(seconds)

    @rule(pair=two_people)
    def follow(self, pair):
        with self.moment():
            may = pair not in self.world.follows and not self.world.is_blocked(*pair)
            assert follow(*self.both(pair)) == may
        if may:
            self.world.follows.add(pair)

    @rule(pair=two_people)
    def unfollow(self, pair):
        with self.moment():
            assert unfollow(*self.both(pair)) == (pair in self.world.follows)
        self.world.follows.discard(pair)

    @rule(pair=two_people)
    def block(self, pair):
        with self.moment():
            block(*self.both(pair))
        self.world.blocks.add(pair)
        self.world.follows -= {pair, pair[::-1]}

    @rule(pair=two_people)
    def unblock(self, pair):
        with self.moment():
            unblock(*self.both(pair))
        self.world.blocks.discard(pair)

    @rule(pair=two_people)
    def mute(self, pair):
        with self.moment():
            mute(*self.both(pair))
        self.world.mutes.add(pair)

    @rule(pair=two_people)
    def unmute(self, pair):
        with self.moment():
            unmute(*self.both(pair))
        self.world.mutes.discard(pair)

    def both(self, pair: tuple[str, str]) -> tuple[User, User]:
        return self.people[pair[0]], self.people[pair[1]]

    # The comparison

    @invariant()
    def lists_and_counts_are_right(self):
        # Each step compares the lists of the next viewer, either timelines or a profile.
        viewers = (*NAMES, ANONYMOUS_NAME)
        username = viewers[self.step % len(viewers)]
        with self.app.app_context():
            self.compare_counts()
            self.compare_audiences()
            if self.step % 2:
                self.compare_timelines(username)
            else:
                self.compare_profile(NAMES[self.step // 2 % len(NAMES)], username)
                self.compare_threads(username)
        self.step += 1

    def compare_counts(self) -> None:
        people = db.session.execute(
            select(User.username, User.posts_count, User.followers_count, User.following_count)
        )
        assert {name: tuple(counts) for name, *counts in people} == {
            name: self.world.counts_of(name) for name in NAMES
        }
        posts = db.session.execute(
            select(Post.id, Post.replies_count, Post.reposts_count, Post.likes_count)
        )
        assert {id: tuple(counts) for id, *counts in posts} == {
            entry.id: self.world.counts_at(entry) for entry in self.world.entries
        }

    def compare_audiences(self) -> None:
        """Only viewers with blocks or mutes have a filtered audience."""
        for name in NAMES:
            filtered = self.viewer(name).columns["blocks_or_mutes"]
            assert bool(filtered) == self.world.has_relationships(name)

    def compare_timelines(self, username: str | None) -> None:
        world, viewer = self.world, self.viewer(username)
        audience, values = audience_of(viewer), {"viewer_id": viewer.id}
        self.compare(
            partial(timelines.explore, audience=audience), world.explore(username), **values
        )
        tagged = partial(timelines.tag, audience=audience)
        self.compare(tagged, world.tagged(username), tag=TAG, **values)
        if username:
            for home in (timelines.home_by_author, timelines.home_by_scan):
                listing = partial(home, audience=audience)
                self.compare(listing, world.home(username), **values)
            self.compare_cards(listing, world.home(username), viewer)
            kept = partial(bookmarks, audience=audience)
            self.compare(kept, world.bookmarked(username), "since", **values)

    def compare_profile(self, author: str, username: str | None) -> None:
        world, viewer = self.world, self.viewer(username)
        audience, values = audience_of(viewer), {"user_id": self.people[author].id}
        posts, everything = (
            partial(profiles.posts, audience=audience, with_replies=with_replies)
            for with_replies in (False, True)
        )
        should = world.profile(author, username, with_replies=False)
        self.compare(posts, should, viewer_id=viewer.id, **values)
        should = world.profile(author, username, with_replies=True)
        self.compare(everything, should, viewer_id=viewer.id, **values)
        self.compare_cards(everything, should, viewer, **values)

    def compare(
        self, listing: Listing, should: list[Entry], key: str = "id", **values: int | str
    ) -> Sequence[Row]:
        # Pages of all sizes, because short pages are read by another query than long pages.
        entries = all_of(listing, key, self.step % 5 + 1, **values)
        assert [entry.id for entry in entries] == [entry.id for entry in should]
        upwards = all_of(listing, key, self.step % 7 + 1, upwards=True, **values)
        assert upwards[::-1] == entries
        return entries

    def compare_cards(
        self, listing: Listing, should: list[Entry], viewer: Viewer, **values: int
    ) -> None:
        """Compare the cards of a page with a list: each post once, as its first entry shows it."""
        first: dict[int, str | None] = {}
        for entry in should[:PAGE]:
            first.setdefault(entry.shown.id, entry.author if entry.shows else None)
        with self.app.test_request_context("/"):
            _rows, cards = read_timeline(listing, "id", viewer, **values)
            shown = [(card.id, card.reposter and card.reposter[0]) for card in cards]
        assert shown == list(first.items())

    def compare_threads(self, username: str | None) -> None:
        viewer = self.viewer(username)
        listing = partial(replies, audience=audience_of(viewer))
        for post in {entry.parent for entry in self.world.entries if entry.parent}:
            real = all_of(listing, upwards=True, post_id=post.id, viewer_id=viewer.id)
            assert [row.id for row in real] == self.world.thread(post, username)


def test_lists_and_counts_equal_the_model(app, travel):
    run_state_machine_as_test(
        lambda: Community(app, travel),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
