"""Profile pictures: the avatar and the banner of a person. Anybody may see them."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, bindparam, select, update
from werkzeug.datastructures import FileStorage

from ..accounts.avatars import LARGE
from ..accounts.models import User
from ..data.database import AnySelect, HasId, changed_rows, now, writing
from ..data.reading import read
from .current_picture import COLUMNS, CurrentPicture, upload
from .models import Picture
from .signals import picture_ready
from .stores import store

PURPOSES = ("avatar", "banner")


def profile_pictures_of(user: HasId) -> Mapping[str, CurrentPicture]:
    """Return the profile pictures of ``user`` by purpose, read once in a request."""
    kept: dict[int, dict[str, CurrentPicture]] = g.setdefault("profile_pictures", {})
    if user.id not in kept:
        found = kept[user.id] = dict.fromkeys(PURPOSES, CurrentPicture())
        for row in read(_of_user(), user_id=user.id, purposes=PURPOSES):
            found[row.purpose] = found[row.purpose].followed_by(row)
    return kept[user.id]


def use_profile_picture(
    user: HasId, purpose: str, file: FileStorage, *, crop: str | None, description: str
) -> None:
    """Have the worker make ``file`` the picture; what ``user`` has stays until that is done.

    ``crop`` as for :func:`app.media.cropping.crop_of`. Raises :class:`wtforms.ValidationError`.
    """
    id = upload(user, purpose, file, crop=crop, description=description)
    # What was chosen before is not waited for any more.
    _remove(user.id, purpose, Picture.state != "ready", Picture.id < id)


def avatar_file(key: str) -> bytes | None:
    """Return the avatar ``key`` as WebP; None if it is not there any more."""
    with suppress(FileNotFoundError):
        pieces, _size = store().open(f"{key}/{LARGE}.webp")
        return b"".join(pieces)
    return None


def remove_profile_picture(user: HasId, purpose: str) -> None:
    """Remove the picture of ``user`` for ``purpose``, and the one that is being prepared."""
    with writing() as session:
        _remove(user.id, purpose)
        if purpose == "avatar":
            session.get_one(User, user.id).use_avatar(None)


def describe_profile_picture(user: HasId, purpose: str, description: str) -> None:
    """Set the description of the picture of ``user``, for those who do not see it."""
    with writing() as session:
        of_user = update(Picture).where(*_is_of(user.id, purpose))
        changed_rows(session, of_user.values(description=description))
    g.pop("profile_pictures", None)


@picture_ready.connect
def show_profile_picture(picture: Picture, **_more: Any) -> None:
    """Show a picture that is ready as avatar or banner, in place of the one before."""
    if picture.purpose not in PURPOSES:
        return
    with writing() as session:
        session.refresh(picture)
        # Not one that was removed or replaced meanwhile.
        if picture.owner_id and not picture.removed_at:
            _remove(picture.owner_id, picture.purpose, Picture.id < picture.id)
            if picture.purpose == "avatar":
                session.get_one(User, picture.owner_id).use_avatar(picture.key)


def _remove(user_id: int, purpose: str, *only: ColumnElement[bool]) -> None:
    of_user = update(Picture).where(*_is_of(user_id, purpose), *only)
    with writing() as session:
        changed_rows(session, of_user.values(removed_at=now()))
    g.pop("profile_pictures", None)


def _is_of(user_id: int, purpose: str) -> tuple[Any, ...]:
    is_of = (Picture.owner_id == user_id, Picture.purpose == purpose)
    return (*is_of, Picture.removed_at.is_(None))


@cache
def _of_user() -> AnySelect:
    is_of = (
        Picture.owner_id == bindparam("user_id"),
        Picture.purpose.in_(bindparam("purposes", expanding=True)),
        Picture.removed_at.is_(None),
    )
    return select(*COLUMNS).where(*is_of).order_by(Picture.id)
