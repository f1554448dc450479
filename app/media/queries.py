"""Pictures as statements that nobody has run yet, and as the card shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from flask import url_for
from sqlalchemy import and_, bindparam, or_, select

from ..accounts.viewer import Viewer
from ..data.database import AnySelect
from ..data.reading import read
from ..follows.queries import VIEWER_ID, Audience
from ..posts.models import Post
from ..posts.queries import visible_to
from . import failures
from .models import READY, Picture
from .recipes import ANIMATION, variants

# Everybody may see these, and caches may keep them.
PUBLIC = ("avatar", "banner", "preview")

_SHOWN = (
    Picture.id,
    Picture.key,
    Picture.purpose,
    Picture.description,
    Picture.sensitive,
    Picture.width,
    Picture.height,
    Picture.blur,
    Picture.state,
    Picture.failure,
    Picture.is_animated,
)


@dataclass(frozen=True)
class Shown:
    """A picture as pages show it. The URLs are built where it is rendered."""

    id: int
    key: str
    purpose: str
    description: str
    sensitive: bool
    width: int
    height: int
    blur: str
    # "waiting", "ready" or "failed".
    state: str
    failure: str | None
    is_animated: bool

    @property
    def problem(self) -> str:
        """Why it failed, in words for its owner."""
        return failures.words(self.failure or "")

    @property
    def src(self) -> str:
        """The URL of the largest variant."""
        return self._url(variants(self.purpose, self.width)[-1][0])

    @property
    def smallest(self) -> str:
        """The URL of the smallest variant."""
        return self._url(variants(self.purpose, self.width)[0][0])

    @property
    def animation(self) -> str:
        """The URL of the animation, where there is one."""
        return self._url(ANIMATION)

    def srcset(self, format: str) -> str:
        """Return the value of ``srcset`` for a format, ``avif`` or ``webp``."""
        found = variants(self.purpose, self.width)
        return ", ".join(f"{self._url(name, format)} {width}w" for name, width in found)

    def _url(self, variant: object, format: str = "webp") -> str:
        return url_for("media.serve", key=self.key, variant=variant, format=format)


def pictures_of_page(ids: Sequence[int], _viewer: Viewer) -> Mapping[int, tuple[Shown, ...]]:
    """Return the pictures of posts that the viewer may see, by the id of the post."""
    rows = read(_of_posts(), ids=ids)
    by_post = groupby(rows, key=lambda row: row.post_id)
    return {id: tuple(Shown(*tuple(row)[1:]) for row in found) for id, found in by_post}


@cache
def _of_posts() -> AnySelect:
    ids: Any = bindparam("ids", expanding=True)
    found = select(Picture.post_id, *_SHOWN)
    found = found.where(Picture.post_id.in_(ids), Picture.removed_at.is_(None))
    return found.order_by(Picture.post_id, Picture.place, Picture.id)


@cache
def served(audience: Audience) -> AnySelect:
    """Select the purpose of the picture ``key``, if the viewer may see it.

    A picture that is in no post yet, its owner alone may see.
    """
    post = select(Post.id).where(Post.id == Picture.post_id, visible_to(audience)).exists()
    own = and_(Picture.post_id.is_(None), Picture.owner_id == VIEWER_ID)
    may_see = or_(Picture.purpose.in_(PUBLIC), post, own)
    there = and_(Picture.removed_at.is_(None), Picture.state == READY)
    return select(Picture.purpose).where(Picture.key == bindparam("key"), there, may_see)


def shown_picture(picture: Picture) -> Shown:
    """Return a row as pages show it."""
    return Shown(*(getattr(picture, column.key) for column in _SHOWN))
