"""Atom (RFC 4287) and JSON Feed (jsonfeed.org, version 1.1) of profiles, tags, explore, a search.

A feed is at the URL of its page, with ``/feed.atom`` or ``/feed.json``. It is as an anonymous
viewer sees the page, whoever asks, and in no language of its own, so that caches may keep it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import regex
from flask import Response, abort, current_app, request
from markupsafe import Markup
from sqlalchemy import Row

from ..accounts.avatars import avatar_url
from ..accounts.viewer import ANONYMOUS
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import Audience
from ..media.queries import Shown, pictures_of_page
from ..posts.text import absolute_links, tag_key
from ..posts.warnings import html_shown
from ..search.queries import posts as posts_found
from ..search.query_parser import LONGEST_QUERY, parse
from ..site import site
from ..web.access import for_readers
from ..web.answers import own_url
from ..web.i18n import iso
from ..web.paging import Rows, read_rows
from ..web.public import A_MINUTE, public
from ..web.urls import external_url
from . import blueprint, queries
from .pictures import TYPE, html_of, is_open, url_of

KINDS = "<any(atom, json):kind>"
# Programs ask again and again; caches may keep a feed for so many seconds.
KEPT = 5 * A_MINUTE
# Characters of a text that are its title.
TITLE = 80
# When a feed without posts changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What XML cannot write (XML 1.0, section 2.2).
_NOT_IN_XML = regex.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Item:
    """A post in a feed. Its URL is its id, too."""

    url: str
    author: str
    author_url: str
    # None for people without a picture of their own.
    avatar: str | None
    # Of the text, and of what is shown below it.
    text: str
    pictures: Sequence[Shown]
    published: datetime
    updated: datetime

    @property
    def title(self) -> str:
        """The text as one line, and not all of a long one; without a text, of a picture."""
        text = Markup(self.text.replace("<br>", " ")).striptags()  # noqa: S704 - escaped
        text = text or next((each.description for each in self.pictures), "") or self.author
        return text if len(text) <= TITLE else f"{text[: TITLE - 1].rstrip()}…"

    @property
    def html(self) -> str:
        """The text, and the pictures below it."""
        return f"{self.text}{html_of(self.pictures, self.url)}"

    @property
    def attachments(self) -> list[dict[str, str]]:
        """The pictures as JSON Feed has them."""
        shown = [each for each in self.pictures if is_open(each)]
        return [
            {"url": url_of(each), "mime_type": TYPE, "title": each.description} for each in shown
        ]


@blueprint.get(f"/explore/feed.{KINDS}")
@for_readers
def explore(kind: str) -> Response:
    """What everybody posts."""
    return _feed(kind, site().name, "timelines.explore", {}, read_rows(queries.explore, "id"))


@blueprint.get(f"/tags/<path:tag>/feed.{KINDS}")
@for_readers
def tag(tag: str, kind: str) -> Response:
    """The posts with a tag."""
    key = tag_key(tag) or abort(404)
    rows = read_rows(queries.tag, "id", tag=key)
    return _feed(kind, _of_site(f"#{key}"), "timelines.tag", {"tag": key}, rows)


@blueprint.get(f"/@<username:username>/feed.{KINDS}")
@for_readers
def profile(username: str, kind: str) -> Response:
    """What a person posts."""
    found = read(queries.person(), username=username).first() or abort(404)
    rows = read_rows(queries.profile, "id", user_id=found.id)
    title = _of_site(f"{found.name} (@{found.username})")
    return _feed(kind, title, "profiles.show", {"username": found.username}, rows)


@blueprint.get(f"/search/feed.{KINDS}")
@for_readers
def search(kind: str) -> Response:
    """The posts that a search finds. Days are those of UTC."""
    text = request.args.get("q", "")[:LONGEST_QUERY]
    rows = Rows()
    if query := parse(text):
        listing, values = posts_found(query, Audience.ANONYMOUS)
        rows = read_rows(queries.found_by(listing), "id", **values)
    return _feed(kind, _of_site(f"“{text}”"), "search.results", {"q": text}, rows)


def _of_site(title: str) -> str:
    return f"{title} · {site().name}"


def _feed(kind: str, title: str, page: str, at: dict[str, str], rows: Rows) -> Response:
    """Answer with the feed of a ``page``, an endpoint, ``at`` the values of its URL."""
    base_url = current_app.config["BASE_URL"]
    with_pictures = [row.id for row in rows.items if row.pictures_count and not row.warned_of]
    pictures = pictures_of_page(with_pictures, ANONYMOUS) if with_pictures else {}
    items = [_item(row, pictures.get(row.id, ())) for row in rows.items]
    values = {
        "title": title,
        "page_url": external_url(page, **at),
        # All pages of a feed have one id (RFC 5005).
        "id": external_url(str(request.endpoint), kind=kind, **at),
        "feed_url": base_url + own_url(),
        "next_url": rows.next_url and base_url + rows.next_url,
        "items": items,
    }
    if kind == "json":
        return public(json.dumps(_as_json(values)), "application/feed+json", KEPT)
    updated = max((item.updated for item in items), default=NEVER)
    template = current_app.jinja_env.get_template("feeds/feed.atom.xml")
    xml = template.render(updated=updated, icon=external_url("sharing.favicon"), **values)
    return public(_NOT_IN_XML.sub("", xml), "application/atom+xml", KEPT)


def _author(item: Item) -> dict[str, str]:
    author = {"name": item.author, "url": item.author_url}
    return author | {"avatar": item.avatar} if item.avatar else author


def _item(row: Row[Any], pictures: Sequence[Shown]) -> Item:
    published = moment_of(row.id)
    return Item(
        url=external_url("posts.show", id=row.id),
        author=f"{row.name} (@{row.username})",
        author_url=external_url("profiles.show", username=row.username),
        avatar=row.avatar_key
        and current_app.config["BASE_URL"]
        + avatar_url(row.username, None, row.avatar_key, large=True),
        text=absolute_links(html_shown(row)),
        pictures=pictures,
        published=published,
        updated=row.edited_at or published,
    )


def _as_json(feed: dict[str, Any]) -> dict[str, Any]:
    described = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "home_page_url": feed["page_url"],
        "feed_url": feed["feed_url"],
    }
    if feed["next_url"]:
        described["next_url"] = feed["next_url"]
    items = [
        {
            "id": item.url,
            "url": item.url,
            "content_html": item.html,
            "date_published": iso(item.published),
            "date_modified": iso(item.updated),
            "authors": [_author(item)],
            **({"attachments": item.attachments} if item.attachments else {}),
        }
        for item in feed["items"]
    ]
    return described | {"items": items}
