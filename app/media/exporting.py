"""What people take along of their pictures: a list, and the largest file of each."""

import logging
from collections.abc import Iterator

from sqlalchemy import func, select

from ..accounts.exporting import OWNER_ID, File, Files, add_files_to_export, add_to_export
from ..data.database import AnySelect
from ..data.reading import read_latest
from .models import Picture
from .recipes import ANIMATION, variants
from .stores import store

log = logging.getLogger(__name__)

_OWN = (Picture.owner_id == OWNER_ID, Picture.state == "ready", Picture.removed_at.is_(None))


def _pictures() -> AnySelect:
    file = func.concat("pictures/", Picture.id, ".webp").label("file")
    columns = (Picture.post_id, Picture.purpose, Picture.description, Picture.width, Picture.height)
    found = select(file, Picture.id.label("arrived_at"), *columns)
    return found.where(*_OWN).order_by(Picture.id)


def _count(user_id: int) -> int:
    return int(read_latest(select(func.count()).where(*_OWN), owner_id=user_id).scalar_one())


def _open(user_id: int) -> Iterator[File]:
    columns = (Picture.id, Picture.key, Picture.purpose, Picture.width, Picture.is_animated)
    found = select(*columns).where(*_OWN).order_by(Picture.id)
    for row in read_latest(found, owner_id=user_id).all():
        largest = str(variants(row.purpose, row.width)[-1][0])
        name = ANIMATION if row.is_animated else largest
        try:
            pieces, _size = store().open(f"{row.key}/{name}.webp")
        except FileNotFoundError:
            log.warning("The picture %s has no file: nobody takes it along.", row.id)
            continue
        yield f"pictures/{row.id}.webp", pieces


add_to_export("pictures", _pictures, "arrived_at")
add_files_to_export(Files(_count, _open))
