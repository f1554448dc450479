"""The index follows what posts and profiles say, in the transaction that changes it."""

from typing import Any

from ..accounts.models import User
from ..accounts.signals import profile_changed
from ..posts.models import Post
from ..posts.signals import post_created, post_deleted, post_edited, post_restored
from . import index


@post_created.connect
@post_edited.connect
@post_restored.connect
def _put_post(post: Post, **_details: Any) -> None:
    index.put_post(post)


@post_deleted.connect
def _take_post(post: Post, **_details: Any) -> None:
    index.take_post(post)


@profile_changed.connect
def _put_person(user: User, **_details: Any) -> None:
    index.put_person(user)
