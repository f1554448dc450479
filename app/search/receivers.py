"""The index is updated in the transaction that changes a post or a profile."""

from typing import Any

from ..accounts.models import User
from ..accounts.signals import account_deleted, profile_changed, state_changed
from ..jobs import enqueue
from ..posts.models import Post
from ..posts.signals import post_created, post_deleted, post_edited, post_restored
from . import index
from .jobs import index_author


@post_created.connect
def _index_new_post(post: Post, *, author: Any, **_details: Any) -> None:
    if author.state == "active":
        index.index_post(post, author.username)


@post_edited.connect
@post_restored.connect
def _index_post(post: Post, **_details: Any) -> None:
    if post.author.state == "active":
        index.index_post(post, post.author.username)


@post_deleted.connect
def _remove_post(post: Post, **_details: Any) -> None:
    index.remove_post(post)


@state_changed.connect
def _index_author(user: User, **_details: Any) -> None:
    enqueue(index_author, user.id)


@profile_changed.connect
def _index_person(user: User, **_details: Any) -> None:
    index.index_person(user)


@account_deleted.connect
def _remove_person(user: User, **_details: Any) -> None:
    index.remove_person(user)
