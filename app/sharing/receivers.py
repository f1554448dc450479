"""The picture of a post follows what happens to the post."""

from functools import partial
from typing import Any

from flask import current_app

from ..data.database import after_commit
from ..jobs import enqueue
from ..posts.models import Post
from ..posts.signals import post_created, post_deleted, post_edited, post_restored
from . import pictures
from .jobs import draw_picture


@post_created.connect
@post_edited.connect
@post_restored.connect
def _draw(post: Post, **_details: Any) -> None:
    if current_app.config["DRAW_PICTURES"]:
        enqueue(draw_picture, post.id)


@post_deleted.connect
def _remove(post: Post, **_details: Any) -> None:
    after_commit(partial(pictures.remove, post.id))
