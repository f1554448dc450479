"""What a timeline lists, as queries that nobody has run yet. All are entries of posts."""

from sqlalchemy import func, or_, select, union_all

from ..accounts.models import User
from ..db import AnySelect
from ..follows.queries import followed_by
from ..posts.models import Post
from ..posts.queries import entries_for, heard_by, is_reply, tagged
from ..prepared import parameter, prepared


@prepared
def home(viewer: User) -> AnySelect:
    """What those whom ``viewer`` follows post and repost, and the viewer's own posts.

    An answer is there when it is between people whom the viewer follows.
    """
    # One list of authors, not an OR: so that one walk along the index finds them all.
    authors = union_all(followed_by(viewer), select(User.id).where(User.id == viewer.id))
    return entries_for(viewer).where(
        Post.author_id.in_(authors),
        or_(~is_reply(), Post.in_reply_to_author_id.in_(authors)),
        # Whoever reposts has just read the post, and need not find it again.
        or_(Post.repost_of_id.is_(None), Post.author_id != viewer.id),
        heard_by(viewer),
    )


@prepared
def explore(viewer: User | None) -> AnySelect:
    """What everybody posts, without answers and reposts."""
    return entries_for(viewer).where(~is_reply(), Post.repost_of_id.is_(None), heard_by(viewer))


@prepared
def tag(folded: str, viewer: User | None) -> AnySelect:
    """What everybody posts with a tag."""
    return tagged(folded, viewer).where(heard_by(viewer))


def count_newer_by_others(timeline: AnySelect, most: int) -> AnySelect:
    """How much others than ``reader`` added to ``timeline`` above the entry ``since``: parameters.

    Counts to ``most`` and no further.
    """
    newer = timeline.where(Post.id > parameter("since"), Post.author_id != parameter("reader"))
    limited = newer.with_only_columns(Post.id).limit(most).subquery()
    return select(func.count()).select_from(limited)
