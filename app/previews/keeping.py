"""Stores the preview of a page, for all posts that link to it."""

from dataclasses import replace

from ..data.database import HasId, writing
from .content import Preview, to_text
from .fetcher.addresses import target_of
from .models import LinkPreview, key_of, link
from .pictures import Made, keep_picture, remove_picture


def keep(key: str, preview: Preview, picture: Made | None = None) -> None:
    """Have the posts that link to a page show ``preview``, with its ``picture``."""
    with writing() as session:
        found = session.get(LinkPreview, key, populate_existing=True)
        if found is None:
            return
        if found.picture_id:
            remove_picture(session, found.picture_id)
        kept = picture if picture and keep_picture(session, picture) else None
        found.picture_id = kept.id if kept else None
        found.content = to_text(replace(preview, picture=kept.shown if kept else None))
        found.due_at = None


def show(post: HasId, preview: Preview, picture: Made | None = None) -> None:
    """Have ``post`` show a preview that is known, without reading its page."""
    target = target_of(preview.url)
    with writing() as session:
        link(session, post, target)
        keep(key_of(target), preview, picture)
