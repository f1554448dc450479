"""Processing: the worker decodes the original of a picture and stores its variants."""

import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import and_, update

from ..data.database import changed_rows, db, now, writing
from .cropping import crop_of
from .decoding import Decoded, PictureError, decode
from .models import DONE_WITHIN, Picture
from .signals import picture_ready
from .store_protocol import StoreUnavailableError
from .stores import store
from .workspaces import workspace

log = logging.getLogger(__name__)

# How often the worker begins with a picture, which it may not survive.
MOST_TRIES = 3
# While the store is unavailable or the disk is full, a picture waits again as long as it did until
# then, at most so long, and is given up after a day.
LONGEST_WAIT, GIVEN_UP_AFTER = timedelta(minutes=15), timedelta(days=1)

TYPES = {".avif": "image/avif", ".webp": "image/webp"}


def process_picture(id: int) -> bool:
    """Make the variants of the picture ``id``, unless somebody does already.

    Returns False if they could not be stored, so that no other picture can be stored either.
    """
    picture = _claim(id)
    if picture is None:
        return True
    try:
        with workspace() as name:
            decoded, size = _decode_and_store(picture, Path(name))
    except PictureError as error:
        _finish(id, state="failed", failure=error.code)
    except (StoreUnavailableError, OSError):
        log.exception("A picture could not be prepared.")
        _postpone(picture)
        return False
    else:
        _is_ready(picture, decoded, size)
    return True


def _claim(id: int) -> Picture | None:
    """Claim a picture that waits, so that no other worker does; None if it cannot be claimed."""
    is_due = and_(Picture.state == "waiting", Picture.due_at <= now())
    waits = update(Picture).where(Picture.id == id, is_due)
    with writing(is_visible=False) as session:
        values = {"tries": Picture.tries + 1, "due_at": now() + DONE_WITHIN}
        if not changed_rows(session, waits.values(values)):
            return None
        picture = session.get(Picture, id, populate_existing=True)
    if picture and picture.tries > MOST_TRIES:
        _finish(id, state="failed", failure="given_up")
        return None
    return picture


def _postpone(picture: Picture) -> None:
    """Try a picture again later, without counting this as a try."""
    waited = now() - picture.created_at
    if waited > GIVEN_UP_AFTER:
        _finish(picture.id, state="failed", failure="given_up")
    else:
        due_at = now() + min(max(waited, DONE_WITHIN), LONGEST_WAIT)
        _finish(picture.id, tries=Picture.tries - 1, due_at=due_at)


def _decode_and_store(picture: Picture, folder: Path) -> tuple[Decoded, int]:
    """Return the decoded picture, and the number of bytes of its variants."""
    source, made = folder / "original", folder / "made"
    made.mkdir()
    try:
        pieces, _size = store().open(f"{picture.key}/original")
    except FileNotFoundError:
        raise PictureError("lost") from None
    with source.open("wb") as file:
        file.writelines(pieces)
    decoded = decode(source, made, picture.purpose, crop_of(picture.crop))
    for each in decoded.files:
        with each.open("rb") as file:
            store().put(f"{picture.key}/{each.name}", file, TYPES[each.suffix])
    return decoded, sum(each.stat().st_size for each in decoded.files)


def _is_ready(picture: Picture, decoded: Decoded, size: int) -> None:
    kept = current_app.config["KEEP_ORIGINALS"]
    with writing():
        was_there = _finish(
            picture.id,
            state="ready",
            failure=None,
            width=decoded.width,
            height=decoded.height,
            is_animated=decoded.is_animated,
            blur=decoded.blur,
            bytes=size + (picture.bytes if kept else 0),
        )
        if was_there:
            picture_ready.send(picture)
    # The sweep deletes what cannot be deleted while the store is unavailable.
    with suppress(StoreUnavailableError):
        if not was_there:
            delete_files(picture.key)
        elif not kept:
            delete_original(picture)


def _finish(id: int, **values: Any) -> bool:
    """Store the outcome for a picture that waits; returns False if it was deleted meanwhile."""
    with writing() as session:
        waits = update(Picture).where(Picture.id == id, Picture.state == "waiting")
        return bool(changed_rows(session, waits.values(values)))


def delete_original(picture: Picture) -> None:
    """Delete the original, once the variants are there."""
    store().delete([f"{picture.key}/original"])
    with writing(is_visible=False) as session:
        of_it = update(Picture).where(Picture.id == picture.id)
        changed_rows(session, of_it.values(has_original=False))
    db.session.expire(picture)


def delete_files(key: str) -> None:
    """Delete all files of a picture."""
    store().delete(list(store().names(f"{key}/")))
