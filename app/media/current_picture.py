"""A picture of which there is one, such as an avatar: what is shown, and the state of the next."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import ValidationError

from ..data.database import HasId
from .cropping import LONGEST_CROP, crop_of
from .failures import words
from .models import Picture
from .uploads import store_uploads

# What the form says while the worker prepares one.
WAITING = {
    "avatar": _l("Your new picture is being prepared. It will be here in a moment."),
    "banner": _l("Your new banner is being prepared. It will be here in a moment."),
    "site": _l("The new banner is being prepared. It will be here in a moment."),
}
# The columns of a picture that :meth:`CurrentPicture.followed_by` takes.
COLUMNS = (Picture.purpose, Picture.state, Picture.key, Picture.description, Picture.failure)


@dataclass(frozen=True)
class CurrentPicture:
    """The picture that is shown, and the state of the next one."""

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

    def followed_by(self, row: Any) -> "CurrentPicture":
        """Return it with a later picture of the same purpose, which has :data:`COLUMNS`."""
        described = replace(self, description=row.description)
        if row.state == "ready":
            return replace(described, key=row.key, waiting=None, failure=None)
        if row.state == "waiting":
            return replace(described, waiting=WAITING[row.purpose], failure=None)
        return replace(self, failure=words(row.failure))


def upload(
    user: HasId, purpose: str, file: FileStorage, *, crop: str | None, description: str
) -> int:
    """Store ``file`` for the worker; return the id of the picture.

    ``crop`` as for :func:`app.media.cropping.crop_of`. Raises :class:`wtforms.ValidationError`.
    """
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
