"""What the worker works out: tags, featured people, suggestions."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.discover import jobs
from app.discover.recommendations import MOST_SUGGESTED, NEW_FOR
from app.posts.models import Post


@pytest.fixture
def trends(rows):
    """Give a function that reads the tags and their days, the first first."""
    return lambda: [(row["tag"], row["days"]) for row in rows("trend")]


@pytest.fixture
def suggested(rows):
    """Give a function that reads whom a user is suggested, the first first, and by how many."""

    def read(user):
        found = sorted(rows("suggestion", "user_id = :id", id=user.id), key=lambda r: r["place"])
        return [(row["person_id"], row["via_id"], row["via_count"]) for row in found]

    return read


def test_a_tag_counts_people_by_day_and_the_one_of_most_today_is_first(
    ada, bruno, make_post, travel, refresh, trends
):
    make_post(ada, "#tea #old")
    travel.shift(timedelta(days=3, hours=1))
    for _ in range(3):
        make_post(ada, "#tea")
    travel.shift(timedelta(days=3, hours=1))
    make_post(bruno, "#Bread")
    make_post(ada, "#bread #tea")
    refresh()
    assert trends() == [
        ("bread", "0 0 0 0 0 0 2"),
        ("tea", "1 0 0 1 0 0 1"),
        ("old", "1 0 0 0 0 0 0"),
    ]
    travel.shift(timedelta(days=1, hours=1))
    refresh()
    assert trends()[0] == ("bread", "0 0 0 0 0 2 0")
    assert "old" not in dict(trends())


def test_deleted_posts_count_for_no_tag(app, ada, make_post, refresh, trends):
    gone = make_post(ada, "#tea")
    with app.app_context():
        db.session.get_one(Post, gone.id).delete()
    refresh()
    assert trends() == []


def test_who_wrote_lately_and_has_followers_is_featured_first(
    app, make_user, make_post, make_follow, travel, refresh, rows
):
    quiet, lively, known, silent = (make_user(name) for name in ("q", "l", "k", "s"))
    for person in (quiet, lively, known):
        make_post(person, "Hello")
    make_follow(silent, quiet)
    make_follow(quiet, known)
    travel.shift(NEW_FOR + timedelta(hours=1))
    for person in (lively, known):
        make_post(person, "#tea")
    refresh()
    featured = rows("featured")
    assert [row["person_id"] for row in featured] == [known.id, lively.id, quiet.id]
    assert [row["tag"] for row in featured] == ["tea", "tea", None]
    assert not any(row["is_new"] for row in featured)


def test_people_who_are_new_are_mixed_in(make_user, make_post, travel, refresh, rows):
    old = [make_user() for _ in range(4)]
    for person in old:
        make_post(person)
    travel.shift(NEW_FOR + timedelta(hours=1))
    fresh, _silent = make_user(), make_user()
    make_post(fresh)
    refresh()
    assert [bool(row["is_new"]) for row in rows("featured")] == [False, False, False, True, False]
    assert rows("featured")[3]["person_id"] == fresh.id


def test_those_whom_followed_people_follow_are_suggested_the_most_followed_first(
    ada, make_user, make_follow, refresh, suggested
):
    near, close, once, twice = (make_user() for _ in range(4))
    for person in (near, close):
        make_follow(ada, person)
        make_follow(person, twice)
    make_follow(near, once)
    make_follow(near, close)
    make_follow(near, ada)
    refresh(ada)
    assert suggested(ada) == [(twice.id, near.id, 2), (once.id, near.id, 1)]


def test_suggestions_leave_out_blocks_in_both_directions_and_mutes(
    ada, make_user, make_follow, make_block, make_mute, refresh, suggested
):
    near, blocked, blocker, muted, fine = (make_user() for _ in range(5))
    make_follow(ada, near)
    for person in (blocked, blocker, muted, fine):
        make_follow(near, person)
    make_block(ada, blocked)
    make_block(blocker, ada)
    make_mute(ada, muted)
    refresh(ada)
    assert [person for person, *_via in suggested(ada)] == [fine.id]


def test_suggestions_change_with_what_one_follows_and_are_few(
    app, ada, make_user, make_follow, refresh, suggested
):
    near, *others = (make_user() for _ in range(MOST_SUGGESTED + 3))
    make_follow(ada, near)
    for person in others:
        make_follow(near, person)
    refresh(ada)
    first = [person for person, *_via in suggested(ada)]
    assert len(first) == MOST_SUGGESTED
    make_follow(ada, others[-1])
    refresh(ada)
    assert others[-1].id not in [person for person, *_via in suggested(ada)]


def test_who_has_just_been_here_gets_suggestions(
    app, ada, bruno, make_user, make_follow, signed_in, travel, suggested
):
    person = make_user()
    make_follow(ada, bruno)
    make_follow(bruno, person)
    signed_in(ada)
    travel.shift(timedelta(minutes=3))
    with app.app_context():
        jobs.suggest()
        assert suggested(ada) == []
        signed_in(ada)
        jobs.suggest()
    assert suggested(ada) == [(person.id, bruno.id, 1)]


def test_the_digest_is_made_again_when_it_is_old(app, ada, make_user, travel, rows):
    with app.app_context():
        jobs.refresh_discover_when_due()
        first = rows("digest")
        make_user()
        jobs.refresh_discover_when_due()
        assert rows("digest") == first
        travel.shift(jobs.REFRESHED_EVERY)
        jobs.refresh_discover_when_due()
    assert first[0]["content"] == '{"members": 1, "tags": [], "posts": 0}'
    assert rows("digest")[0]["content"] == '{"members": 2, "tags": [], "posts": 0}'


def test_without_anybody_nothing_is_made(app, rows):
    with app.app_context():
        jobs.refresh_discover_when_due()
        jobs.suggest()
    assert rows("digest") == []


def test_what_is_worked_out_goes_with_the_people_it_is_about(
    app, ada, bruno, make_user, make_follow, make_post, refresh, rows
):
    person = make_user()
    make_follow(ada, bruno)
    make_follow(bruno, person)
    make_post(person)
    refresh(ada)
    assert rows("suggestion")
    with app.app_context(), writing() as session:
        session.delete(session.merge(person))
        assert session.query(Post).count() == 0
    assert rows("suggestion") == rows("featured") == []
