"""Who is told of what, and who is not."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete

from app.data.database import db, now, writing
from app.data.ids import id_at
from app.follows.models import block, follow, mute, unfollow
from app.notifications import jobs, receivers
from app.notifications.models import Notification, notify_users
from app.posts.models import Post
from app.posts.writing import edit, undo_edit


def test_a_follow_is_told_and_withdrawn(app, ada, bruno, told):
    with app.app_context():
        follow(bruno, ada)
        assert told(ada) == [("follow", bruno.id, None)]
        follow(bruno, ada)
        assert len(told(ada)) == 1
        unfollow(bruno, ada)
    assert told(ada) == []
    assert told(bruno) == []


def test_a_like_is_told_and_withdrawn(ada, bruno, make_post, like, unlike, told):
    post, other = make_post(ada), make_post(ada)
    like(bruno, post)
    like(bruno, other)
    assert told(ada) == [("like", bruno.id, post.id), ("like", bruno.id, other.id)]
    unlike(bruno, post)
    assert told(ada) == [("like", bruno.id, other.id)]


def test_a_repost_is_told_and_withdrawn(ada, bruno, make_post, like, repost, unrepost, told):
    post = make_post(ada)
    like(bruno, post)
    repost(bruno, post)
    assert told(ada) == [("like", bruno.id, post.id), ("repost", bruno.id, post.id)]
    unrepost(bruno, post)
    assert told(ada) == [("like", bruno.id, post.id)]


def test_who_is_mentioned_is_told_once(ada, bruno, make_user, mention, edit_to_mention, told):
    carmen = make_user("carmen")
    post = mention(bruno, ada, carmen)
    assert told(ada) == told(carmen) == [("mention", bruno.id, post.id)]
    edit_to_mention(post, ada)
    assert len(told(ada)) == 1


def test_who_is_mentioned_later_is_told_then(ada, bruno, mention, edit_to_mention, told):
    post = mention(bruno)
    assert told(ada) == []
    edit_to_mention(post, ada)
    assert told(ada) == [("mention", bruno.id, post.id)]


def test_a_mention_that_is_edited_out_is_withdrawn(app, ada, bruno, make_user, make_post, told):
    carmen = make_user("carmen")
    post = make_post(bruno, "Soup with @ada and @carmen")
    other = make_post(bruno, "And bread, @ada")
    with app.app_context():
        post = db.session.get(Post, post.id)
        version = edit(post, "Soup with @carmen")
        assert told(ada) == [("mention", bruno.id, other.id)]
        undo_edit(post, version.id)
    assert sorted(told(ada)) == [("mention", bruno.id, id) for id in (post.id, other.id)]
    assert told(carmen) == [("mention", bruno.id, post.id)]


def test_a_reply_that_mentions_too_is_told_once(app, ada, bruno, make_user, make_post, told):
    carmen = make_user("carmen")
    post = make_post(bruno)
    # What a reply carries beyond other posts.
    answer = SimpleNamespace(id=post.id, author_id=bruno.id, in_reply_to_author_id=ada.id)
    with app.app_context(), writing():
        receivers.notify_of_post(answer, mentioned=[ada.id, carmen.id])
        receivers.notify_of_edit(answer, mentioned=[ada.id])
    assert told(ada) == [("reply", bruno.id, post.id)]
    assert told(carmen) == [("mention", bruno.id, post.id)]


def test_nobody_is_told_of_what_they_did_themselves(
    ada, make_post, like, repost, reply, mention, told
):
    post = make_post(ada)
    like(ada, post)
    repost(ada, post)
    reply(ada, post)
    mention(ada, ada)
    assert told(ada) == []


@pytest.mark.parametrize(
    ("verb", "by_the_hearer"),
    [(block, True), (block, False), (mute, True)],
    ids=["blocks", "is blocked", "mutes"],
)
def test_nobody_is_told_of_who_is_blocked_or_muted(
    app, ada, bruno, make_user, make_post, like, mention, told, verb, by_the_hearer
):
    carmen = make_user("carmen")
    post = make_post(ada)
    with app.app_context():
        verb(*(ada, bruno) if by_the_hearer else (bruno, ada))
    like(bruno, post)
    mention(bruno, ada, carmen)
    assert told(ada) == []
    assert len(told(carmen)) == 1


def test_who_was_muted_hears_of_the_other_still(app, ada, bruno, make_post, like, told):
    with app.app_context():
        mute(ada, bruno)
    like(ada, make_post(bruno))
    assert len(told(bruno)) == 1


def test_many_are_told_with_one_statement_and_ids_in_order_of_time(
    app, ada, people, make_post, statements, rows, travel
):
    named = people(9)
    post = make_post(ada)
    for number in (1, 2):
        travel.shift(1)
        with app.app_context(), statements() as sent:
            notify_users(
                [user.id for user in named], ("mention", "reply")[number - 1], ada.id, post.id
            )
        assert len(sent) == 1
    first, second = rows("notification", "kind = 'mention'"), rows("notification", "kind = 'reply'")
    assert len(first) == len(second) == 9
    assert max(row["id"] for row in first) < min(row["id"] for row in second)
    assert all(row["id"] >= id_at(now()) for row in second)


def test_several_in_one_millisecond_are_told_apart(app, ada, people, make_post, rows, travel):
    named = people(3)
    with app.app_context():
        for _ in range(3):
            notify_users([user.id for user in named], "mention", ada.id, make_post(ada).id)
    assert len({row["id"] for row in rows("notification")}) == 9


def test_nobody_to_tell_costs_nothing(app, ada, statements):
    with app.app_context(), statements() as sent:
        notify_users([], "mention", ada.id)
    assert sent == []


def test_what_is_taken_back_with_its_transaction_is_not_told(app, ada, bruno, told):
    def act():
        with writing():
            follow(bruno, ada)
            raise RuntimeError("no")

    with app.app_context(), pytest.raises(RuntimeError):
        act()
    assert told(ada) == []


def test_notifications_go_with_their_post_and_their_people(
    app, ada, bruno, make_user, make_post, like, told
):
    post = make_post(ada)
    carmen = make_user("carmen")
    for user in (bruno, carmen):
        like(user, post)
    with app.app_context(), writing() as session:
        session.delete(session.merge(carmen))
    assert told(ada) == [("like", bruno.id, post.id)]
    with app.app_context(), writing() as session:
        session.execute(delete(Post).where(Post.id == post.id))
    assert told(ada) == []


def test_what_was_read_is_forgotten_after_90_days(
    app, ada, people, make_post, like, rows, travel, monkeypatch
):
    monkeypatch.setattr(jobs, "BATCH", 2)
    post = make_post(ada)
    fans = people(7)
    for user in fans[:6]:
        like(user, post)
    with app.app_context(), writing() as session:
        for row in session.query(Notification).order_by(Notification.id).limit(5):
            row.is_read = True
    travel.shift(timedelta(days=89))
    like(fans[6], post)

    def sweep():
        with app.app_context():
            jobs.delete_old()
            db.session.remove()
        return [row["actor_id"] for row in rows("notification")]

    assert len(sweep()) == 7
    travel.shift(timedelta(days=2))
    assert sweep() == [fans[5].id, fans[6].id]
