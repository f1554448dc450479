"""What a profile lists, as queries that nobody has run yet."""

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.prepared import prepared
from ..posts.models import Post
from ..posts.queries import entries_for, is_reply


@prepared
def by(author: User, viewer: User | None, *, with_replies: bool) -> AnySelect:
    """What ``author`` posted and reposted, and answered where ``with_replies``, as entries."""
    entries = entries_for(viewer).where(Post.author_id == author.id)
    return entries if with_replies else entries.where(~is_reply())
