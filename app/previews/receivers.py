"""The preview follows the first link of a post, whatever happens to the post."""

from typing import Any

from flask import current_app

from ..data.database import writing
from ..jobs import enqueue
from ..posts.models import Post
from ..posts.signals import post_created, post_edited, posts_erased
from .jobs import fetch_new
from .links import first_page
from .models import link, unlink, unlink_erased


@post_created.connect
def _link(post: Post, **_details: Any) -> None:
    if not current_app.config["LINK_PREVIEWS"] or (page := first_page(post.body)) is None:
        return
    with writing() as session:
        if link(session, post, page):
            enqueue(fetch_new)


@post_edited.connect
def _link_again(post: Post, body_before: str, **_details: Any) -> None:
    if first_page(post.body) == first_page(body_before):
        return
    with writing() as session:
        unlink(session, post)
    _link(post)


@posts_erased.connect
def _delete_links(ids: list[int], **_more: Any) -> None:
    unlink_erased(ids)
