"""The aside of every page: people whom the viewer may know, tags, the community."""

import json
import logging
from functools import lru_cache
from typing import Any, NamedTuple

from flask import g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from ..accounts.viewer import Viewer, current_viewer
from ..data.reading import read
from ..follows.queries import audience_of
from ..site import site
from . import queries

log = logging.getLogger(__name__)

SUGGESTED = 3
MORE_BY_AUTHOR = 3
DAYS = 7


class Tag(NamedTuple):
    """A tag, and how many people wrote about it on each of seven days, the oldest first."""

    tag: str
    days: tuple[int, ...]


class Today(NamedTuple):
    """The counts that the worker made last."""

    members: int
    tags: tuple[Tag, ...]
    # 0 in a digest of an earlier release, until it is computed again.
    posts: int = 0


class Aside(NamedTuple):
    """What was read: the text of the digest, and on most pages one of the others."""

    # Rows of :func:`app.discover.queries.suggestions`.
    people: tuple[Row[Any], ...] = ()
    # Rows of :func:`app.discover.queries.author_of_post`.
    author: tuple[Row[Any], ...] = ()
    today: str | None = None


def aside() -> Aside:
    """Return the aside of this page, read once for it.

    Of a post it is the author. A page whose main part lists people suggests none, and a profile
    not the person themselves.
    """
    if "aside" not in g:
        try:
            g.aside = _read()
        except SQLAlchemyError:
            # A page that can do without the database is shown without this, too.
            log.exception("The aside of the page could not be read.")
            g.aside = Aside()
    found: Aside = g.aside
    return found


def _read() -> Aside:
    viewer = current_viewer()
    if not viewer.is_authenticated and site().is_for_members:
        return Aside()
    if request.endpoint == "posts.show":
        return _read_author(viewer)
    if not viewer.is_authenticated or lists_people():
        return Aside(today=read(queries.today()).scalar())
    statement = queries.suggestions(audience_of(viewer), SUGGESTED)
    username = (request.view_args or {}).get("username", "")
    rows = read(statement, viewer_id=viewer.id, username=username).all()
    return Aside(people=tuple(row for row in rows if row.id), today=rows[0].today)


def _read_author(viewer: Viewer) -> Aside:
    statement = queries.author_of_post(audience_of(viewer), MORE_BY_AUTHOR)
    post_id = (request.view_args or {})["id"]
    rows = read(statement, viewer_id=viewer.id, post_id=post_id).all()
    return Aside(author=tuple(row for row in rows if row.id), today=rows[0].today)


# Pages whose main part has follow buttons of a list of people: the aside must not list the same
# person again.
_LISTS_OF_PEOPLE = {
    "posts.reposts",
    "reactions.likes",
    "search.results",
    "discover.people",
    "discover.follow_some",
}


def lists_people() -> bool:
    """Whether the main part of this page lists people."""
    endpoint = request.endpoint or ""
    return endpoint in _LISTS_OF_PEOPLE or request.blueprint == "follows"


@lru_cache(8)
def today(content: str | None) -> Today | None:
    """Return the content of the digest; None before the worker has made it."""
    if content is None:
        return None
    found = json.loads(content)
    tags = tuple(Tag(tag, tuple(days)) for tag, days in found["tags"])
    return Today(found["members"], tags, found.get("posts", 0))


def digest_of(found: Today) -> str:
    """Return what :func:`today` reads as ``found``."""
    return json.dumps(found._asdict(), ensure_ascii=False)


def why(person: Row[Any]) -> str:
    """Return why a person is suggested, in words; "" where there is nothing to say."""
    if person.via:
        if person.via_count == 1:
            return _("Followed by %(name)s, whom you follow", name=person.via)
        more = person.via_count - 1
        return ngettext(
            "Followed by %(name)s and one more you follow",
            "Followed by %(name)s and %(num)d more you follow",
            more,
            name=person.via,
        )
    if person.is_new:
        return _("New here")
    if person.tag:
        return _("Talks about #%(tag)s", tag=person.tag)
    if person.followers_count:
        return ngettext("%(num)d follower", "%(num)d followers", person.followers_count)
    return ""
