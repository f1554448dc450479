"""The banner of the site: administrators choose it, everybody may see it."""

from functools import cache
from typing import Any

from flask import Response, abort
from sqlalchemy import bindparam, select, update
from werkzeug.datastructures import FileStorage

from ..accounts.models import User
from ..data.database import AnySelect, HasId, changed_rows, db, now, writing
from ..data.reading import read, read_latest
from ..site import Site, change_site, site, site_now
from ..web.access import for_everybody
from . import blueprint
from .current_picture import COLUMNS, CurrentPicture, upload
from .models import READY, Picture
from .serving import picture_response
from .signals import picture_ready

PURPOSE = "site"
_THERE = (
    Picture.purpose == PURPOSE,
    Picture.removed_at.is_(None),
    # Few are in no post, and those have an index.
    Picture.post_id.is_(None),
)


@blueprint.get("/banner/<key:key>/<variant>.<any(avif, webp):format>")
@for_everybody
def serve_site_banner(key: str, variant: str, format: str) -> Response:
    """Answer with a variant of the banner, or of an earlier one until the sweep deletes it."""
    # Pages that are open, or cached, or of a process that has not read the settings again, have
    # the URL of the earlier one.
    if key != site().banner and not read_latest(_ready(), key=key).first():
        abort(404)
    return picture_response(key, variant, format, is_public=True)


def site_banner(of: Site) -> CurrentPicture:
    """Return the banner, and the state of the one that is being prepared."""
    found = CurrentPicture(of.banner or None, of.banner_description)
    for row in read(_not_ready()):
        found = found.followed_by(row)
    return found


def choose_site_banner(by: HasId, file: FileStorage, *, crop: str | None, description: str) -> None:
    """Have the worker make ``file`` the banner; what there is stays until that is done.

    ``crop`` as for :func:`app.media.cropping.crop_of`. Raises :class:`wtforms.ValidationError`.
    """
    id = upload(by, PURPOSE, file, crop=crop, description=description)
    # What was chosen before is not waited for any more.
    with writing():
        _remove(Picture.state != "ready", Picture.id < id)


def remove_site_banner(by: HasId) -> None:
    """Remove the banner, and the one that is being prepared."""
    with writing():
        _remove()
        change_site(by, banner="", banner_description="")


def describe_site_banner(by: HasId, description: str) -> None:
    """Set the description of the banner, and of the one that is being prepared."""
    with writing() as session:
        changed_rows(session, update(Picture).where(*_THERE).values(description=description))
        change_site(by, banner_description=description if site_now().banner else "")


@picture_ready.connect
def _show(picture: Picture, **_more: Any) -> None:
    """Show a banner that is ready, in place of the one before."""
    if picture.purpose != PURPOSE:
        return
    with writing() as session:
        session.refresh(picture)
        # Not one that was removed or replaced meanwhile.
        if picture.removed_at:
            return
        _remove(Picture.id < picture.id)
        by = session.get(User, picture.owner_id) if picture.owner_id else None
        change_site(by, banner=picture.key, banner_description=picture.description)


def _remove(*which: Any) -> None:
    of_site = update(Picture).where(*_THERE, *which)
    changed_rows(db.session(), of_site.values(removed_at=now()))


@cache
def _ready() -> AnySelect:
    found = select(Picture.id).where(Picture.key == bindparam("key"), Picture.purpose == PURPOSE)
    return found.where(Picture.state == READY)


@cache
def _not_ready() -> AnySelect:
    return select(*COLUMNS).where(*_THERE, Picture.state != "ready").order_by(Picture.id)
