"""Undoing what was just published: the post is deleted, and its text goes on as a draft."""

import secrets

from ..data.database import HasId, read_again, writing
from .composer import extra_of, take_back_extra
from .drafts import draft_of_form, following_nonce, save_draft
from .models import Draft, Post


def take_back(author: HasId, post: Post) -> Draft | None:
    """Delete the ``post`` of ``author``; return the draft with its text.

    None where it was taken back before.

    Raises :class:`app.posts.refusals.TooManyDraftsError`; then the post stays.
    """
    # That of the post is used up.
    nonce = following_nonce(post.nonce) if post.nonce else secrets.token_hex(16)
    with writing() as session:
        if read_again(session, post) is None or post.deleted_at:
            return None
        parent, extra = post.in_reply_to_id, extra_of(post)
        save_draft(author, nonce, post.body, in_reply_to_id=parent, extra=extra)
        take_back_extra(post, nonce)
        post.delete()
        return draft_of_form(author.id, nonce)
