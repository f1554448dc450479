"""The banner of the site: administrators choose it, everybody may see it."""

from functools import cache
from typing import Any

from flask import Response, abort
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from ..accounts.models import User
from ..data.database import AnySelect, HasId, changed_rows, db, now, writing
from ..data.reading import read
from ..site import Site, change_site, site, site_now
from ..web.access import for_everybody
from . import blueprint
from .models import Picture
from .profile_pictures import ProfilePicture, upload
from .serving import give
from .signals import picture_ready

PURPOSE = "site"
_THERE = (Picture.purpose == PURPOSE, Picture.removed_at.is_(None))


@blueprint.get("/banner/<key>/<variant>.<any(avif, webp):format>")
@for_everybody
def serve_site_banner(key: str, variant: str, format: str) -> Response:
    """Answer with a variant of the banner; of an earlier one, 404."""
    # Another process may have read the settings before the banner changed.
    if key != site().banner and key != site_now().banner:
        abort(404)
    return give(key, variant, format, is_public=True)


def site_banner(of: Site) -> ProfilePicture:
    """Return the banner, and the state of the one that is being prepared."""
    shown = ProfilePicture(of.banner or None, of.banner_description)
    chosen = read(_by_id(), id=of.chosen_banner).first()
    return shown.followed_by(chosen) if chosen else shown


def choose_site_banner(by: HasId, file: FileStorage, *, crop: str | None, description: str) -> None:
    """Have the worker make ``file`` the banner; what there is stays until that is done.

    ``crop`` as for :func:`app.media.cropping.crop_of`. Raises :class:`wtforms.ValidationError`.
    """
    id = upload(by, PURPOSE, file, crop=crop, description=description)
    with writing() as session:
        # Also what an upload left that ended before it came so far.
        _remove(Picture.id != id, Picture.key != _locked(session).banner)
        change_site(by, chosen_banner=id)
        picture = session.get_one(Picture, id, populate_existing=True)
        # The worker may have been faster.
        if picture.state == "ready":
            _show(picture)


def remove_site_banner(by: HasId) -> None:
    """Remove the banner, and the one that is being prepared."""
    with writing() as session:
        _locked(session)
        _remove()
        change_site(by, banner="", banner_description="", chosen_banner=0)


def describe_site_banner(by: HasId, description: str) -> None:
    """Set the description of the banner, and of the one that is being prepared."""
    with writing() as session:
        found = _locked(session)
        chosen = update(Picture).where(Picture.id == found.chosen_banner)
        changed_rows(session, chosen.values(description=description))
        change_site(by, banner_description=description if found.banner else "")


@picture_ready.connect
def _show(picture: Picture, **_more: Any) -> None:
    """Show the banner that was chosen last, once it is ready, in place of the one before."""
    if picture.purpose != PURPOSE:
        return
    with writing() as session:
        found = _locked(session)
        session.refresh(picture)
        if picture.id != found.chosen_banner:
            return
        _remove(Picture.key == found.banner, Picture.id != picture.id)
        by = session.get(User, picture.owner_id) if picture.owner_id else None
        change_site(by, banner=picture.key, banner_description=picture.description)


def _locked(session: Session) -> Site:
    """Return the settings as they are once nobody else is changing the banner."""
    session.execute(select(Picture.id).where(*_THERE).order_by(Picture.id).with_for_update())
    return site_now()


def _remove(*which: Any) -> None:
    of_site = update(Picture).where(*_THERE, *which)
    changed_rows(db.session(), of_site.values(removed_at=now()))


@cache
def _by_id() -> AnySelect:
    columns = (Picture.purpose, Picture.state, Picture.key, Picture.description, Picture.failure)
    there = (Picture.id == bindparam("id"), Picture.removed_at.is_(None))
    return select(*columns).where(*there)
