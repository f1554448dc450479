"""Pages for search engines: ``robots.txt``, and the sitemap (sitemaps.org, "Protocol").

The sitemap is an index of parts. A part has the posts of a day, or the people who joined in a
week; its number says which, as ids are times. So a part does not change when others do.
"""

from typing import Any

from flask import Response, abort, current_app

from ..data.ids import BIGGEST_ID, DAY_OF_IDS, moment_of
from ..data.reading import read
from ..site import site
from ..web.access import for_everybody, for_readers
from ..web.public import A_DAY, AN_HOUR, public
from ..web.urls import external_url
from . import blueprint, queries

# The length of the period of a part, in ids.
LENGTHS = {"posts": DAY_OF_IDS, "people": 7 * DAY_OF_IDS}
# What search engines have no use for. Of logging in and joining they keep the page itself.
DISALLOWED = (
    "/search",
    "/login?",
    "/login/",
    "/register?",
    "/register/",
    "/reset-password",
    "/settings/",
    "/oembed",
)


@blueprint.get("/robots.txt")
@for_everybody
def robots() -> Response:
    """Say to search engines what to leave out, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED)]
    if site().is_for_members:
        lines.append("Disallow: /")
    lines += ["", f"Sitemap: {external_url('sharing.sitemap')}", ""]
    return public("\n".join(lines), "text/plain", A_DAY)


@blueprint.get("/sitemap.xml")
@for_readers
def sitemap() -> Response:
    """List the parts of the sitemap, each with the time of the newest thing in it."""
    parts: list[dict[str, Any]] = [{"url": external_url("sharing.sitemap_of_pages")}]
    for kind, length in LENGTHS.items():
        for (id,) in read(queries.parts(kind, length)):
            url = external_url("sharing.sitemap_part", kind=kind, number=id // length)
            parts.append({"url": url, "changed_at": moment_of(id)})
    return _xml("sharing/sitemap_index.xml", parts=parts)


@blueprint.get("/sitemap/pages.xml")
@for_readers
def sitemap_of_pages() -> Response:
    """List the pages that every site has."""
    pages = [{"url": external_url(page)} for page in ("timelines.home", "timelines.explore")]
    return _xml("sharing/sitemap.xml", pages=pages)


@blueprint.get("/sitemap/<any(posts, people):kind>-<id:number>.xml")
@for_readers
def sitemap_part(kind: str, number: int) -> Response:
    """List the pages of one part of the sitemap."""
    length = LENGTHS[kind]
    start = min(number * length, BIGGEST_ID)
    found = read(queries.listed(kind), start=start, end=min(start + length, BIGGEST_ID))
    pages = [_post(row) if kind == "posts" else _person(row) for row in found]
    return _xml("sharing/sitemap.xml", pages=pages) if pages else abort(404)


def _post(row: Any) -> dict[str, Any]:
    url = external_url("posts.show", id=row.id)
    return {"url": url, "changed_at": row.edited_at or moment_of(row.id)}


def _person(row: Any) -> dict[str, Any]:
    return {"url": external_url("profiles.show", username=row.username)}


def _xml(template: str, **values: Any) -> Response:
    # Without Flask's context processors, which would read the viewer.
    xml = current_app.jinja_env.get_template(template).render(**values)
    return public(xml, "application/xml", AN_HOUR)
