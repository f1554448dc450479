"""Jobs of archives: making them, and deleting those that are over."""

import logging
import time
from datetime import timedelta
from tempfile import TemporaryFile

from flask import current_app
from sqlalchemy import delete, or_, select, update

from ..accounts.models import User
from ..data.database import changed_rows, db, now, writing
from ..jobs import every_minute, job
from ..media.store_protocol import StoreUnavailableError
from ..media.stores import store
from .archive import size_of, write_archive
from .models import KEPT, Export

log = logging.getLogger(__name__)

# How often the worker begins with an archive, and how long after it was last at it.
MOST_TRIES = 3
TRIED_AGAIN_AFTER = timedelta(seconds=90)
# Seconds between two notes of how far an archive is.
REPORT_EVERY = 1.0
TYPE = "application/zip"


@job
def make(id: int) -> None:
    """Make the archive ``id``, unless somebody does already."""
    export = _claim(id)
    user = db.session.get(User, export.user_id) if export else None
    if export is None or user is None:
        return
    total = size_of(user.id)
    with writing():
        export.total = total
    try:
        with TemporaryFile(dir=current_app.instance_path) as file:
            write_archive(user, file, _Progress(id))
            size = file.tell()
            file.seek(0)
            store().put(export.file, file, TYPE)
    except (StoreUnavailableError, OSError):
        # Tried again soon.
        log.exception("An archive could not be made.")
        return
    if not _finish(id, state="ready", bytes=size):
        store().delete([export.file])


@every_minute
def make_waiting() -> None:
    """Take up the archives that the queue lost, or that could not be made then."""
    earlier = now() - TRIED_AGAIN_AFTER
    free = or_(Export.tried_at.is_(None), Export.tried_at < earlier)
    for id in db.session.scalars(select(Export.id).where(Export.state == "waiting", free)).all():
        make(id)


@every_minute
def delete_over() -> None:
    """Delete the archives that are too old, or whose person has left or has another one."""
    over = or_(Export.user_id.is_(None), Export.ends_at < now())
    try:
        for export in db.session.scalars(select(Export).where(over)).all():
            store().delete([export.file])
            with writing() as session:
                session.execute(delete(Export).where(Export.id == export.id))
    except StoreUnavailableError:
        log.warning("The store is unavailable: archives that are over stay until it is available.")


def _claim(id: int) -> Export | None:
    """Take an archive that waits, so that nobody else does; None where there is none to take."""
    free = or_(Export.tried_at.is_(None), Export.tried_at < now() - TRIED_AGAIN_AFTER)
    waits = update(Export).where(Export.id == id, Export.state == "waiting", free)
    values = {"tries": Export.tries + 1, "tried_at": now(), "done": 0}
    with writing() as session:
        if not changed_rows(session, waits.values(values)):
            return None
        export = session.get(Export, id, populate_existing=True)
        if export is None or export.user_id is None:
            return None
        if export.tries > MOST_TRIES:
            _finish(id, state="failed", bytes=0)
            return None
    return export


class _Progress:
    """Notes how far an archive is, now and then."""

    def __init__(self, id: int) -> None:
        self.id, self.noted_at = id, time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self.noted_at < REPORT_EVERY:
            return
        self.noted_at = time.monotonic()
        note = update(Export).where(Export.id == self.id).values(done=done, tried_at=now())
        with writing() as session:
            changed_rows(session, note)


def _finish(id: int, *, state: str, bytes: int) -> bool:
    """Write what became of an archive; False where its person has left meanwhile."""
    waits = update(Export).where(
        Export.id == id, Export.state == "waiting", Export.user_id.is_not(None)
    )
    values = {"state": state, "bytes": bytes, "ends_at": now() + KEPT, "done": Export.total}
    with writing() as session:
        return bool(changed_rows(session, waits.values(values)))
