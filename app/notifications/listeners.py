"""Who is told of what the domains before this one announce."""

from collections.abc import Collection
from typing import Any

from ..accounts.models import User
from ..follows.signals import followed, unfollowed
from ..posts.models import Post
from ..posts.signals import post_created, post_edited, reposted, unreposted
from ..reactions.signals import liked, unliked
from .models import tell, withdraw


@followed.connect
def tell_of_follow(viewer: User, *, author: User, **_more: Any) -> None:
    """Tell who is followed."""
    tell([author.id], "follow", viewer.id)


@unfollowed.connect
def withdraw_follow(viewer: User, *, author: User, **_more: Any) -> None:
    """Take it back."""
    withdraw(author.id, "follow", viewer.id)


@post_created.connect
def tell_of_post(post: Post, *, mentioned: Collection[int], **_more: Any) -> None:
    """Tell who is replied to, and who is mentioned."""
    if post.in_reply_to_author_id is not None:
        tell([post.in_reply_to_author_id], "reply", post.author_id, post.id)
    _tell_of_mentions(post, mentioned)


@post_edited.connect
def tell_of_edit(
    post: Post, *, mentioned: Collection[int], no_longer: Collection[int] = (), **_more: Any
) -> None:
    """Tell who is mentioned now, and take it back from whoever no longer is."""
    for user_id in no_longer:
        withdraw(user_id, "mention", post.author_id, post.id)
    _tell_of_mentions(post, mentioned)


@reposted.connect
def tell_of_repost(viewer: User, *, post: Post, **_more: Any) -> None:
    """Tell the author of what is reposted."""
    tell([post.author_id], "repost", viewer.id, post.id)


@unreposted.connect
def withdraw_repost(viewer: User, *, post: Post, **_more: Any) -> None:
    """Take it back."""
    withdraw(post.author_id, "repost", viewer.id, post.id)


@liked.connect
def tell_of_like(viewer: User, *, post: Post, **_more: Any) -> None:
    """Tell the author of what is liked."""
    tell([post.author_id], "like", viewer.id, post.id)


@unliked.connect
def withdraw_like(viewer: User, *, post: Post, **_more: Any) -> None:
    """Take it back."""
    withdraw(post.author_id, "like", viewer.id, post.id)


def _tell_of_mentions(post: Post, mentioned: Collection[int]) -> None:
    """Tell who is mentioned; whoever the post replies to knows it already."""
    tell(set(mentioned) - {post.in_reply_to_author_id}, "mention", post.author_id, post.id)
