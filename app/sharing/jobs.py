"""Jobs that draw the pictures of posts."""

import time
from datetime import timedelta
from typing import Any

from flask_babel import format_date

from ..data.database import now
from ..data.ids import moment_of
from ..data.reading import read_latest
from ..follows.queries import Audience
from ..jobs import every_minute, job
from ..media.profile_pictures import avatar_file
from ..posts.warnings import html_shown
from ..site import site
from . import pictures, queries

# When the worker is so far behind, other jobs matter more: the picture waits until it is wanted.
BEHIND = timedelta(minutes=1)
# At most so many seconds at a time, so that mail is delivered meanwhile.
SECONDS = 20


@job
def draw_picture(id: int) -> None:
    """Draw the picture of a post that was just written, unless the worker is behind."""
    post = _read(id)
    if post and now() - (post.edited_at or moment_of(id)) < BEHIND:
        _draw(post)


@every_minute
def draw_wanted_pictures() -> None:
    """Draw the pictures that were asked for; delete the oldest."""
    until = time.monotonic() + SECONDS
    for id in pictures.take_wanted():
        if post := _read(id):
            _draw(post)
        if time.monotonic() > until:
            break
    pictures.sweep()


def _read(id: int) -> Any:
    return read_latest(queries.shared_post(Audience.ANONYMOUS), post_id=id).first()


def _draw(post: Any) -> None:
    # Here, for the memory of the processes that serve pages.
    from . import drawing  # noqa: PLC0415

    version = pictures.version_of(post.username, post.name, html_shown(post), post.avatar_key)
    if pictures.find(post.id, version) is not None:
        return
    subject = drawing.Subject(
        username=post.username,
        name=post.name,
        text=post.body,
        date=format_date(moment_of(post.id), "d MMM y"),
        site=site().name,
        avatar=avatar_file(post.avatar_key) if post.avatar_key else None,
    )
    pictures.keep(post.id, version, drawing.draw(subject) or b"")
