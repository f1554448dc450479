"""Files without a row, and rows without their files: what a crash leaves, or a lost disk."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby, islice

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from ..data.database import db, now
from ..jobs import every
from .models import Picture
from .processing import TYPES
from .recipes import ANIMATION, variants
from .store_protocol import Stored
from .stores import store

# How old a file is before it can be one that nobody will ever have: its row may come after it.
FORGOTTEN_AFTER = timedelta(hours=12)
LOOKED_FOR_EVERY = timedelta(hours=6)
BATCH = 500

_keys: list[InstrumentedAttribute[str]] = [Picture.key]


def keeps_files(key: InstrumentedAttribute[str]) -> None:
    """Have the files of a later domain stay in the store, below the values of a column."""
    _keys.append(key)


@every(LOOKED_FOR_EVERY)
def delete_orphans_at_times() -> None:
    """Delete, four times a day, the files that nobody has."""
    delete_orphans()


def delete_orphans() -> int:
    """Delete the files whose picture is in no row, if they are old enough; return how many."""
    before, deleted = now() - FORGOTTEN_AFTER, 0
    for files in _batches(store().files()):
        keys = {_key(file) for file in files}
        known = {
            key
            for column in _keys
            for key in db.session.scalars(select(column).where(column.in_(keys)))
        }
        orphans = [f.name for f in files if f.written_at < before and _key(f) not in known]
        store().delete(orphans)
        deleted += len(orphans)
    return deleted


def expected_files(picture: Picture) -> set[str]:
    """Return the names of the files that a picture has when it is ready."""
    sizes = [str(name) for name, _width in variants(picture.purpose, picture.width)]
    names = {f"{size}{suffix}" for size in sizes for suffix in TYPES}
    if picture.is_animated:
        names.add(f"{ANIMATION}.webp")
    return {f"{picture.key}/{name}" for name in names}


def missing_files(pictures: Iterable[Picture]) -> Iterator[tuple[Picture, list[str]]]:
    """Yield each of ``pictures`` that lacks files, with their names."""
    for picture in pictures:
        if _is_to_be_deleted(picture):
            continue
        wanted = expected_files(picture) if picture.state == "ready" else set()
        if picture.state == "waiting":
            wanted = {f"{picture.key}/original"}
        if lacks := wanted - set(store().names(f"{picture.key}/")):
            yield picture, sorted(lacks)


def _is_to_be_deleted(picture: Picture) -> bool:
    """Whether the next sweep deletes a picture: one that was not stored, or was removed."""
    is_nobodys = picture.purpose == "post" and picture.post_id is None and picture.nonce is None
    return is_nobodys or picture.removed_at is not None


def _batches(files: Iterator[Stored]) -> Iterator[list[Stored]]:
    """Yield the files by some keys at a time."""
    by_key = groupby(files, key=_key)
    while batch := [file for _key, group in islice(by_key, BATCH) for file in list(group)]:
        yield batch


def _key(file: Stored) -> str:
    return file.name.partition("/")[0]
