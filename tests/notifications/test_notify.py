"""Who is notifications_of of what, and who is not."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete

from app.data.database import db, now, writing
from app.data.ids import id_at
from app.follows.models import block, follow, mute, unfollow
from app.notifications import jobs, receivers
from app.notifications.models import Notification, notify_users, read_through
from app.posts.models import Post
from app.posts.writing import edit, undo_edit


def test_a_follow_notifies_until_it_is_undone(app, ada, bruno, notifications_of):
    with app.app_context():
        follow(bruno, ada)
        assert notifications_of(ada) == [("follow", bruno.id, None)]
        follow(bruno, ada)
        assert len(notifications_of(ada)) == 1
        unfollow(bruno, ada)
    assert notifications_of(ada) == []
    assert notifications_of(bruno) == []


def test_a_like_notifies_until_it_is_undone(ada, bruno, make_post, like, unlike, notifications_of):
    post, other = make_post(ada), make_post(ada)
    like(bruno, post)
    like(bruno, other)
    assert notifications_of(ada) == [("like", bruno.id, post.id), ("like", bruno.id, other.id)]
    unlike(bruno, post)
    assert notifications_of(ada) == [("like", bruno.id, other.id)]


def test_a_repost_notifies_until_it_is_undone(
    ada, bruno, make_post, like, repost, unrepost, notifications_of
):
    post = make_post(ada)
    like(bruno, post)
    repost(bruno, post)
    assert notifications_of(ada) == [("like", bruno.id, post.id), ("repost", bruno.id, post.id)]
    unrepost(bruno, post)
    assert notifications_of(ada) == [("like", bruno.id, post.id)]


def test_a_mention_notifies_once(ada, bruno, make_user, mention, edit_to_mention, notifications_of):
    carmen = make_user("carmen")
    post = mention(bruno, ada, carmen)
    assert notifications_of(ada) == notifications_of(carmen) == [("mention", bruno.id, post.id)]
    edit_to_mention(post, ada)
    assert len(notifications_of(ada)) == 1


def test_a_mention_added_by_an_edit_notifies(
    ada, bruno, mention, edit_to_mention, notifications_of
):
    post = mention(bruno)
    assert notifications_of(ada) == []
    edit_to_mention(post, ada)
    assert notifications_of(ada) == [("mention", bruno.id, post.id)]


def test_a_mention_removed_by_an_edit_loses_its_notification(
    app, ada, bruno, make_user, make_post, notifications_of
):
    carmen = make_user("carmen")
    post = make_post(bruno, "Soup with @ada and @carmen")
    other = make_post(bruno, "And bread, @ada")
    with app.app_context():
        post = db.session.get(Post, post.id)
        version = edit(post, "Soup with @carmen")
        assert notifications_of(ada) == [("mention", bruno.id, other.id)]
        undo_edit(post, version.id)
    assert sorted(notifications_of(ada)) == [
        ("mention", bruno.id, id) for id in (post.id, other.id)
    ]
    assert notifications_of(carmen) == [("mention", bruno.id, post.id)]


def test_a_reply_with_a_mention_notifies_once(
    app, ada, bruno, make_user, make_post, notifications_of
):
    carmen = make_user("carmen")
    post = make_post(bruno)
    # The columns of a reply that the receiver reads.
    reply = SimpleNamespace(id=post.id, author_id=bruno.id, in_reply_to_author_id=ada.id)
    with app.app_context(), writing():
        receivers.notify_of_post(reply, mentioned=[ada.id, carmen.id])
        receivers.notify_of_edit(reply, mentioned=[ada.id])
    assert notifications_of(ada) == [("reply", bruno.id, post.id)]
    assert notifications_of(carmen) == [("mention", bruno.id, post.id)]


def test_nobody_is_notified_of_their_own_actions(
    ada, make_post, like, repost, reply, mention, notifications_of
):
    post = make_post(ada)
    like(ada, post)
    repost(ada, post)
    reply(ada, post)
    mention(ada, ada)
    assert notifications_of(ada) == []


@pytest.mark.parametrize(
    ("verb", "by_the_recipient"),
    [(block, True), (block, False), (mute, True)],
    ids=["blocks", "is blocked", "mutes"],
)
def test_a_block_or_a_mute_prevents_notifications(
    app, ada, bruno, make_user, make_post, like, mention, notifications_of, verb, by_the_recipient
):
    carmen = make_user("carmen")
    post = make_post(ada)
    with app.app_context():
        verb(*(ada, bruno) if by_the_recipient else (bruno, ada))
    like(bruno, post)
    mention(bruno, ada, carmen)
    assert notifications_of(ada) == []
    assert len(notifications_of(carmen)) == 1


def test_a_muted_user_is_still_notified(app, ada, bruno, make_post, like, notifications_of):
    with app.app_context():
        mute(ada, bruno)
    like(ada, make_post(bruno))
    assert len(notifications_of(bruno)) == 1


def test_many_notifications_take_one_statement_and_have_ids_in_order_of_time(
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


def test_notifications_of_one_millisecond_have_different_ids(
    app, ada, people, make_post, rows, travel
):
    named = people(3)
    with app.app_context():
        for _ in range(3):
            notify_users([user.id for user in named], "mention", ada.id, make_post(ada).id)
    assert len({row["id"] for row in rows("notification")}) == 9


def test_no_recipient_costs_no_statement(app, ada, statements):
    with app.app_context(), statements() as sent:
        notify_users([], "mention", ada.id)
    assert sent == []


def test_a_transaction_that_is_rolled_back_notifies_nobody(app, ada, bruno, notifications_of):
    def act():
        with writing():
            follow(bruno, ada)
            raise RuntimeError("no")

    with app.app_context(), pytest.raises(RuntimeError):
        act()
    assert notifications_of(ada) == []


def test_notifications_are_deleted_with_their_post_and_their_users(
    app, ada, bruno, make_user, make_post, like, notifications_of
):
    post = make_post(ada)
    carmen = make_user("carmen")
    for user in (bruno, carmen):
        like(user, post)
    with app.app_context(), writing() as session:
        session.delete(session.merge(carmen))
    assert notifications_of(ada) == [("like", bruno.id, post.id)]
    with app.app_context(), writing() as session:
        session.execute(delete(Post).where(Post.id == post.id))
    assert notifications_of(ada) == []


def test_read_notifications_are_deleted_after_90_days(
    app, ada, people, make_post, like, rows, travel, monkeypatch
):
    monkeypatch.setattr(jobs, "BATCH", 2)
    post = make_post(ada)
    fans = people(7)
    for user in fans[:6]:
        like(user, post)
    with app.app_context(), writing() as session:
        (*_read, last) = session.query(Notification).order_by(Notification.id).limit(5)
        read_through(ada, last.id)
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
