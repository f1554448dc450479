"""The pictures of a post go with it."""

from sqlalchemy import update

from ..data.database import changed_rows, db
from ..posts.signals import posts_erased
from .models import Picture


@posts_erased.connect
def _leave_to_the_sweep(ids: list[int]) -> None:
    of_posts = update(Picture).where(Picture.post_id.in_(ids))
    changed_rows(db.session(), of_posts.values(post_id=None, nonce=None))
