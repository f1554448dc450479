"""The pictures of previews: decoded by app.media as everybody's, and files of its store."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session as OrmSession

from ..data.database import changed_rows, now, writing
from ..media.decoding import PictureError, decode
from ..media.models import Picture
from ..media.processing import TYPES
from ..media.stores import store
from .content import PreviewPicture


@dataclass(frozen=True)
class Made:
    """A picture that is in the store, and is deleted soon if no preview keeps it."""

    id: int
    shown: PreviewPicture


def make_picture(file: Path, folder: Path) -> Made | None:
    """Store the variants of a picture that came from anybody; return None if it is of no use.

    ``folder`` is an empty folder to work in. Raises what the store raises.
    """
    try:
        decoded = decode(file, folder, "preview")
    except PictureError:
        return None
    picture = Picture(
        purpose="preview",
        state="ready",
        width=decoded.width,
        height=decoded.height,
        bytes=sum(each.stat().st_size for each in decoded.files),
        blur=decoded.blur,
        has_original=False,
        # Before its files, so that the sweep of app.media finds them whatever happens now.
        removed_at=now(),
    )
    with writing(is_visible=False) as session:
        session.add(picture)
    for each in decoded.files:
        with each.open("rb") as content:
            store().put(f"{picture.key}/{each.name}", content, TYPES[each.suffix])
    return Made(picture.id, PreviewPicture(picture.key, decoded.width, decoded.height))


def keep_picture(session: OrmSession, made: Made) -> bool:
    """Keep a picture; return False where the sweep was faster."""
    kept = update(Picture).where(Picture.id == made.id).values(removed_at=None)
    return changed_rows(session, kept) == 1


def remove_picture(session: OrmSession, id: int) -> None:
    """Have the sweep of app.media delete a picture and its files."""
    changed_rows(session, update(Picture).where(Picture.id == id).values(removed_at=now()))
