"""What people take along of what they wrote: posts, reposts, earlier versions, drafts."""

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..data.database import AnySelect
from .models import Draft, Post, Version

_OWN = (Post.author_id == OWNER_ID, Post.deleted_at.is_(None))


def _posts() -> AnySelect:
    columns = (Post.body.label("text"), Post.in_reply_to_id, Post.edited_at)
    counts = (Post.likes_count, Post.replies_count, Post.reposts_count)
    found = select(Post.id, Post.id.label("written_at"), *columns, *counts)
    return found.where(*_OWN, Post.repost_of_id.is_(None)).order_by(Post.id)


def _reposts() -> AnySelect:
    found = select(Post.repost_of_id.label("post_id"), Post.id.label("reposted_at"))
    return found.where(*_OWN, Post.repost_of_id.is_not(None)).order_by(Post.id)


def _versions() -> AnySelect:
    columns = (Version.post_id, Version.body.label("text"), Version.id.label("replaced_at"))
    found = select(*columns).join(Post, Post.id == Version.post_id)
    return found.where(*_OWN).order_by(Version.id)


def _drafts() -> AnySelect:
    columns = (Draft.body.label("text"), Draft.in_reply_to_id, Draft.edits_id, Draft.saved_at)
    return select(*columns).where(Draft.author_id == OWNER_ID).order_by(Draft.id)


add_to_export("posts", _posts, "written_at")
add_to_export("reposts", _reposts, "reposted_at")
add_to_export("earlier_versions", _versions, "replaced_at")
add_to_export("drafts", _drafts)
