"""Who is notified of what earlier domains announce."""

from collections.abc import Collection
from typing import Any

from blinker import Signal

from ..data.database import HasId
from ..follows.signals import followed, unfollowed
from ..posts.models import Post
from ..posts.signals import post_created, post_edited, reposted, unreposted
from ..reactions.signals import liked, unliked
from .models import notify_users, withdraw


@followed.connect
def notify_of_follow(viewer: HasId, *, author: HasId, **_more: Any) -> None:
    """Notify who is followed."""
    notify_users([author.id], "follow", viewer.id)


@unfollowed.connect
def withdraw_follow(viewer: HasId, *, author: HasId, **_more: Any) -> None:
    """Withdraw that notification."""
    withdraw(author.id, "follow", viewer.id)


@post_created.connect
def notify_of_post(post: Post, *, mentioned: Collection[int], **_more: Any) -> None:
    """Notify who is replied to, and who is mentioned."""
    if post.in_reply_to_author_id is not None:
        notify_users([post.in_reply_to_author_id], "reply", post.author_id, post.id)
    _notify_mentioned(post, mentioned)


@post_edited.connect
def notify_of_edit(
    post: Post,
    *,
    mentioned: Collection[int],
    no_longer_mentioned: Collection[int] = (),
    **_more: Any,
) -> None:
    """Notify who is newly mentioned, and withdraw it from who no longer is."""
    for user_id in no_longer_mentioned:
        withdraw(user_id, "mention", post.author_id, post.id)
    _notify_mentioned(post, mentioned)


def _notify_mentioned(post: Post, mentioned: Collection[int]) -> None:
    """Notify who is mentioned; the author of the parent is notified of the reply already."""
    notify_users(set(mentioned) - {post.in_reply_to_author_id}, "mention", post.author_id, post.id)


def _notify_author(kind: str, done: Signal, undone: Signal) -> None:
    """Notify the author of a post of what is done with it, and withdraw that when it is undone."""

    def notify(viewer: HasId, *, post: Any, **_more: Any) -> None:
        notify_users([post.author_id], kind, viewer.id, post.id)

    def take_back(viewer: HasId, *, post: Any, **_more: Any) -> None:
        withdraw(post.author_id, kind, viewer.id, post.id)

    done.connect(notify, weak=False)
    undone.connect(take_back, weak=False)


_notify_author("repost", reposted, unreposted)
_notify_author("like", liked, unliked)
