"""What becomes of the pin of a post that is restored, or erased for good."""

from typing import Any

from ..posts.models import Post
from ..posts.signals import post_restored, posts_erased
from .models import unpin_erased, unpin_if_others_are


@post_restored.connect
def keep_pin(post: Post, **_more: Any) -> None:
    """Keep the pin of a restored post, unless others took its place meanwhile."""
    unpin_if_others_are(post)


@posts_erased.connect
def delete_pins(ids: list[int], **_more: Any) -> None:
    """Delete the pins of posts whose rows stay for their threads."""
    unpin_erased(ids)
