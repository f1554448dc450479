"""Jobs that read the pages behind links, one at a time, and delete what no post shows any more."""

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, update

from ..data.database import changed_rows, now, writing
from ..data.reading import read_latest
from ..jobs import every, every_minute, job
from ..media.store_protocol import StoreUnavailableError
from ..media.workspaces import workspace
from . import queries
from .content import Preview
from .fetcher.addresses import RefusedError, UnreachableError
from .fetching import fetch
from .keeping import keep
from .models import LinkPreview
from .pictures import Made, make_picture, remove_picture

log = logging.getLogger(__name__)

# How many times a page is tried, and the time between two tries.
MOST_ATTEMPTS = 2
RETRY_AFTER = timedelta(minutes=10)
# Pages of one host that are read in a minute; others wait.
MOST_OF_HOST = 10
MINUTE = timedelta(minutes=1)
SWEPT_EVERY = timedelta(hours=1)
# Seconds that a run takes at most, in one thread of the worker, so that slow sites
# delay neither mail nor pictures.
SECONDS = 20
_is_fetching = threading.Lock()


@job
def fetch_new() -> None:
    """Read the pages that are due, unless another thread does that."""
    if not current_app.config["LINK_PREVIEWS"]:
        return
    if not _is_fetching.acquire(blocking=False):
        return
    try:
        until = time.monotonic() + SECONDS
        while due := read_latest(queries.due(), now=now()).scalars().all():
            for key in due:
                _fetch(key)
                if time.monotonic() > until:
                    return
    finally:
        _is_fetching.release()


@every_minute
def fetch_due() -> None:
    """Read pages whose job was lost, that waited for their host, or that are tried again."""
    fetch_new()


@every(SWEPT_EVERY)
def sweep() -> None:
    """Delete the previews that no post shows any more."""
    sweep_now()


def sweep_now() -> None:
    """Delete the previews that no post shows any more, with their pictures."""
    for unused in read_latest(queries.unused()).all():
        with writing(is_visible=False) as session:
            # Not if a post links to it by now.
            gone = delete(LinkPreview).where(LinkPreview.key == unused.key, queries.is_unused())
            if changed_rows(session, gone) and unused.picture_id:
                remove_picture(session, unused.picture_id)


def _fetch(key: str) -> None:
    url = _claim(key)
    if url is None:
        return
    with workspace() as name:
        try:
            preview, picture = _read(url, Path(name))
        except (UnreachableError, RefusedError, StoreUnavailableError) as error:
            log.info("There is no preview %s: %s", key, error)
            if isinstance(error, RefusedError):
                _give_up(key)
            return
    keep(key, preview, picture)


def _read(url: str, folder: Path) -> tuple[Preview, Made | None]:
    """Return the preview of a page, and its picture, which is in the store already."""
    page, variants = folder / "page", folder / "variants"
    page.mkdir()
    variants.mkdir()
    preview, file = fetch(url, page)
    return preview, make_picture(file, variants) if file else None


def _claim(key: str) -> str | None:
    """Take a page for this attempt; return its URL, None if it is not to be read now."""
    with writing(is_visible=False) as session:
        preview = session.get(LinkPreview, key, populate_existing=True)
        if preview is None or preview.due_at is None or preview.due_at > now():
            return None
        # No second worker reads it at the same time.
        unclaimed = (LinkPreview.key == key, LinkPreview.due_at == preview.due_at)
        claim = update(LinkPreview).where(*unclaimed)
        lately = {"host": preview.host, "since": now() - MINUTE}
        if session.execute(queries.asked_lately(), lately).scalar_one() >= MOST_OF_HOST:
            changed_rows(session, claim.values(due_at=now() + MINUTE))
            return None
        attempts = preview.attempts + 1
        due_at = now() + RETRY_AFTER if attempts < MOST_ATTEMPTS else None
        claim = claim.values(attempts=attempts, tried_at=now(), due_at=due_at)
        return preview.url if changed_rows(session, claim) else None


def _give_up(key: str) -> None:
    with writing(is_visible=False) as session:
        session.execute(update(LinkPreview).where(LinkPreview.key == key).values(due_at=None))
