"""Uploads: pictures of a form are checked, stored as they are, and handed to the worker."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from os import SEEK_END
from typing import Any, BinaryIO, cast

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from ..accounts.viewer import viewer
from ..data.database import HasId, changed_rows, db, insert_if_absent, now, writing
from ..jobs import enqueue
from ..posts.models import Post, Version
from . import failures, quota, signatures
from .jobs import process
from .models import Picture
from .store_protocol import StoreUnavailableError
from .stores import store

# The originals are served to nobody.
ORIGINAL = "application/octet-stream"


@dataclass(frozen=True)
class Uploaded:
    """The outcome of an upload."""

    # The pictures, in the order of the files.
    ids: list[int] = field(default_factory=list)
    # Sentences about files that were not taken.
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    sent: FileStorage
    size: int
    digest: str

    @property
    def name(self) -> str:
        return _name(self.sent)


def store_uploads(
    owner: HasId,
    files: Sequence[FileStorage],
    nonce: str,
    *,
    room: int,
    known: Collection[str | None] = (),
    **details: Any,
) -> Uploaded:
    """Store ``files``, at most ``room``, as pictures of the form with that ``nonce``.

    A file that the form sent before is the same picture, and needs no room if its digest is
    ``known``; ``details`` are columns of a new one. Nothing here decodes.
    """
    found, faults = [], []
    for each in files:
        code, file = _checked(each)
        if file is None:
            faults.append(failures.of_file(_name(each), code, _size(each)))
        else:
            found.append(file)
    fitting = _fitting(found, room, set(known))
    if len(fitting) < len(found):
        faults.append(failures.too_many(len(found) - len(fitting)))
    try:
        return _stored(owner, fitting, nonce, faults, details)
    except quota.NoRoomError as error:
        return Uploaded([], [*faults, str(error)])


def post_of_form(nonce: str, edited: Post | None) -> Post | None:
    """Return the post that the form with that ``nonce`` wrote, or ``edited``; None if it is new."""
    if edited is None:
        by_form = select(Post).where(Post.author_id == viewer.id, Post.nonce == nonce)
        return db.session.scalar(by_form)
    version = exists().where(Version.post_id == edited.id, Version.nonce == nonce)
    return edited if db.session.scalar(select(version)) else None


def has_files(post: Post, files: Sequence[FileStorage]) -> bool:
    """Whether the pictures of ``post`` were made of all these ``files``."""
    known = select(Picture.digest).where(Picture.post_id == post.id, Picture.removed_at.is_(None))
    checked = (_checked(each)[1] for each in files)
    return {file.digest for file in checked if file} <= set(db.session.scalars(known))


def discard(ids: Sequence[int]) -> None:
    """Leave pictures that are in no post to the sweep."""
    with writing(is_visible=False) as session:
        there = and_(Picture.post_id.is_(None), Picture.removed_at.is_(None))
        unused = update(Picture).where(Picture.id.in_(ids), there)
        changed_rows(session, unused.values(nonce=None, removed_at=now()))


def _checked(sent: FileStorage) -> tuple[str, _File | None]:
    """Return the code of why a file is refused, or "" and the file."""
    size = _size(sent)
    if size > failures.LARGEST_FILE:
        return "large", None
    start = sent.stream.read(signatures.LENGTH)
    sent.stream.seek(0)
    if code := signatures.failure_of(start):
        return code, None
    digest = hashlib.file_digest(sent.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    sent.stream.seek(0)
    return "", _File(sent, size, digest)


def _fitting(files: Sequence[_File], room: int, known: set[str | None]) -> list[_File]:
    """Return the files for which there is room; those that are known need none."""
    fitting = []
    for file in files:
        if file.digest not in known and room > 0:
            known.add(file.digest)
            room -= 1
        if file.digest in known:
            fitting.append(file)
    return fitting


def _stored(
    owner: HasId, files: Sequence[_File], nonce: str, faults: list[str], details: dict[str, Any]
) -> Uploaded:
    """Store files, of which each has its row first: so none is ever in the store without one.

    Raises :class:`app.media.quota.NoRoomError`, and stores none.
    """
    if not files:
        return Uploaded([], faults)
    with writing(is_visible=False) as session:
        quota.check_room(session, owner.id, sum(file.size for file in files))
        rows = [(file, *_row(session, owner, file, nonce, details)) for file in files]
    ids, stored, again = [], [], []
    for file, id, key, state in rows:
        try:
            if state != "ready":
                store().put(f"{key}/original", cast(BinaryIO, file.sent.stream), ORIGINAL)
                stored.append(id)
                if state:
                    again.append(id)
        except StoreUnavailableError:
            # One that had its row is probably stored; if not, the worker reports it.
            if state is None:
                faults.append(failures.of_file(file.name, "store"))
                discard([id])
                continue
        ids.append(id)
    if stored:
        with writing(is_visible=False) as session:
            # Locked in one order: the same form may be sent twice at the same moment.
            in_order = select(Picture.id).where(Picture.id.in_(stored)).order_by(Picture.id)
            session.execute(in_order.with_for_update())
            # Not those with which the worker is busy.
            untouched = update(Picture).where(Picture.id.in_(stored), Picture.tries == 0)
            changed_rows(session, untouched.values(due_at=now()))
            if again:
                _stored_again(session, again)
            enqueue(process)
    return Uploaded(list(dict.fromkeys(ids)), faults)


def _row(
    session: Session, owner: HasId, file: _File, nonce: str, details: dict[str, Any]
) -> tuple[int, str, str | None]:
    """Return the id, the key and the state of the picture of a file; no state if it is new."""
    own = {"owner_id": owner.id, "nonce": nonce, "digest": file.digest}
    is_new = insert_if_absent(session, Picture, bytes=file.size, **details, **own)
    columns = select(Picture.id, Picture.key, Picture.state).filter_by(**own)
    id, key, state = session.execute(columns).one()
    return id, key, None if is_new else state


def _stored_again(session: Session, ids: Sequence[int]) -> None:
    """Note that the files of pictures, which had their rows, are in the store now.

    An earlier attempt may have ended before it stored them: by a full disk, or by a crash.
    """
    # The worker may have deleted the original meanwhile; then the sweep deletes this one.
    there = update(Picture).where(Picture.id.in_(ids))
    changed_rows(session, there.values(has_original=True))
    changed_rows(session, there.where(Picture.failure == "lost").values(_anew()))


def retry(picture: Picture) -> None:
    """Have the worker begin anew with a picture that failed."""
    with writing() as session:
        failed = and_(Picture.state == "failed", Picture.removed_at.is_(None))
        anew = update(Picture).where(Picture.id == picture.id, failed)
        session.execute(anew.values(_anew()))
        enqueue(process)


def _anew() -> dict[str, Any]:
    """Return the columns of a picture with which the worker is to begin."""
    return {"state": "waiting", "failure": None, "tries": 0, "due_at": now()}


def _size(sent: FileStorage) -> int:
    size = sent.stream.seek(0, SEEK_END)
    sent.stream.seek(0)
    return size


def _name(sent: FileStorage) -> str:
    """Return the name of a file as a message shows it."""
    name = "".join(char for char in sent.filename or "" if char.isprintable())
    return name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"
