"""Profile pictures: the avatar and the banner of a person. Anybody may see them."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, bindparam, select, update
from werkzeug.datastructures import FileStorage
from wtforms import ValidationError

from ..accounts.avatars import LARGE
from ..accounts.models import User
from ..data.database import AnySelect, HasId, changed_rows, now, writing
from ..data.reading import read
from .cropping import LONGEST_CROP, crop_of
from .failures import words
from .models import Picture
from .signals import picture_ready
from .stores import store
from .uploads import store_uploads

PURPOSES = ("avatar", "banner")
# What the form says while the worker prepares one.
WAITING = {
    "avatar": _l("Your new picture is being prepared. It will be here in a moment."),
    "banner": _l("Your new banner is being prepared. It will be here in a moment."),
    "site": _l("The new banner is being prepared. It will be here in a moment."),
}


@dataclass(frozen=True)
class ProfilePicture:
    """The avatar or banner of a person, and the state of the next one."""

    # None while there is none.
    key: str | None = None
    description: str = ""
    # That the worker prepares another one, in words.
    waiting: str | None = None
    # Why the last one cannot be used, in words.
    failure: str | None = None

    @property
    def can_be_removed(self) -> bool:
        """Whether there is one, or an attempt at one."""
        return bool(self.key or self.waiting or self.failure)

    def followed_by(self, row: Any) -> "ProfilePicture":
        """Return it with a later picture of the same purpose."""
        described = replace(self, description=row.description)
        if row.state == "ready":
            return replace(described, key=row.key, waiting=None, failure=None)
        if row.state == "waiting":
            return replace(described, waiting=WAITING[row.purpose], failure=None)
        return replace(self, failure=words(row.failure))


def profile_pictures_of(user: HasId) -> Mapping[str, ProfilePicture]:
    """Return the profile pictures of ``user`` by purpose, read once in a request."""
    kept: dict[int, dict[str, ProfilePicture]] = g.setdefault("profile_pictures", {})
    if user.id not in kept:
        found = kept[user.id] = dict.fromkeys(PURPOSES, ProfilePicture())
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


def upload(
    user: HasId, purpose: str, file: FileStorage, *, crop: str | None, description: str
) -> int:
    """Store ``file`` for the worker and return its id, as :func:`use_profile_picture` does."""
    uploaded = store_uploads(
        user,
        [file],
        secrets.token_hex(16),
        room=1,
        purpose=purpose,
        crop=crop[:LONGEST_CROP] if crop and crop_of(crop) else None,
        description=description,
    )
    if uploaded.faults:
        raise ValidationError(uploaded.faults[0])
    return uploaded.ids[0]


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
    columns = (Picture.purpose, Picture.state, Picture.key, Picture.description, Picture.failure)
    is_of = (
        Picture.owner_id == bindparam("user_id"),
        Picture.purpose.in_(bindparam("purposes", expanding=True)),
        Picture.removed_at.is_(None),
    )
    return select(*columns).where(*is_of).order_by(Picture.id)
