"""Jobs of pictures: processing them, and deleting those that nobody has any more."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, update

from ..data.database import UNSYNCHRONIZED, changed_rows, db, now, writing
from ..data.ids import id_at
from ..jobs import enqueue, every_minute, job
from ..posts.models import ERASED_AFTER, Draft
from .models import READY, Picture
from .processing import delete_files, delete_original, process_picture
from .scheduling import next_waiting, take_turn
from .store_protocol import StoreUnavailableError

log = logging.getLogger(__name__)

# A picture in a composer is kept as long as its draft; one without a draft, for this time.
KEPT_WITHOUT_DRAFT = timedelta(days=1)
# Pictures of one round, so that mail is delivered meanwhile.
AT_ONCE = 100
# Pictures are made in one of the worker's threads, and at most so many seconds at a time: then the
# worker may be stopped.
SECONDS = 10
_is_decoding = threading.Lock()

Condition = Callable[[], ColumnElement[bool]]
_needing: list[Condition] = []


def keep_pictures_while(condition: Condition) -> Condition:
    """Have pictures that nobody has any more stay while ``condition`` holds: a decorator.

    Neither their owner nor anybody who may see the post finds them then.
    """
    _needing.append(condition)
    return condition


@job
def process() -> None:
    """Make the pictures that wait ready to be shown, unless another thread does."""
    until = time.monotonic() + SECONDS
    # Looked for again after each: the job of one that came meanwhile has ended at the lock.
    while due := next_waiting():
        if not _is_decoding.acquire(blocking=False):
            return
        try:
            take_turn(due)
            if not process_picture(due.id):
                return
        finally:
            _is_decoding.release()
        if time.monotonic() > until:
            with writing(is_visible=False):
                enqueue(process)
            return


@every_minute
def process_waiting() -> None:
    """Take up the pictures that the queue lost, or that could not be prepared then."""
    process()


@every_minute
def sweep() -> None:
    """Delete the pictures that nobody has any more, and the originals of those that are ready."""
    with writing(is_visible=False) as session:
        # From here on, no composer finds them.
        forgotten = update(Picture).where(_of_no_draft()).values(nonce=None)
        session.execute(forgotten, execution_options=UNSYNCHRONIZED)
    is_needed = or_(false(), *(condition() for condition in _needing))
    try:
        for is_gone in _reasons():
            _keep_for_others(and_(is_gone, is_needed))
            found = select(Picture).where(is_gone, ~is_needed).limit(AT_ONCE)
            for picture in db.session.scalars(found).all():
                if _detach(picture, is_gone):
                    delete_files(picture.key)
                    with writing(is_visible=False) as session:
                        session.execute(delete(Picture).where(Picture.id == picture.id))
        if not current_app.config["KEEP_ORIGINALS"]:
            done = and_(Picture.state == READY, Picture.has_original.is_(True))
            found = select(Picture).where(done).limit(AT_ONCE)
            for picture in db.session.scalars(found).all():
                delete_original(picture)
    except StoreUnavailableError:
        log.warning("The store of pictures is unavailable: files to be deleted stay for now.")


def _detach(picture: Picture, is_gone: ColumnElement[bool]) -> bool:
    """Leave a picture without owner and post, so that no form finds it while its files go.

    Returns False where a form was faster, and the picture is in a post by now.
    """
    gone = update(Picture).where(Picture.id == picture.id, is_gone)
    with writing(is_visible=False) as session:
        return bool(changed_rows(session, gone.values(owner_id=None, post_id=None)))


def _keep_for_others(is_kept: ColumnElement[bool]) -> None:
    """Leave pictures that somebody still needs without owner and post."""
    owned = update(Picture).where(is_kept, Picture.owner_id.is_not(None))
    with writing(is_visible=False) as session:
        changed_rows(session, owned.values(owner_id=None, post_id=None))


def _of_no_draft() -> ColumnElement[bool]:
    """Whether a picture is in a composer that nobody goes on with."""
    has_draft = exists().where(Draft.author_id == Picture.owner_id, Draft.nonce == Picture.nonce)
    is_old = Picture.id < id_at(now() - KEPT_WITHOUT_DRAFT)
    return and_(Picture.post_id.is_(None), Picture.nonce.is_not(None), is_old, ~has_draft)


def _reasons() -> tuple[ColumnElement[bool], ...]:
    """Return why nobody has a picture any more, so that nothing that can be undone needs it.

    Each condition has its index.
    """
    removed = Picture.removed_at < now() - ERASED_AFTER
    nobodys = and_(Picture.owner_id.is_(None), Picture.purpose.not_in(("preview", "site")))
    without_post = and_(Picture.post_id.is_(None), Picture.purpose == "post")
    return removed, nobodys, and_(without_post, Picture.nonce.is_(None))
