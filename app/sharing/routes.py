"""Pictures of posts and of the site, and oEmbed: how other sites show a link to a post."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, current_app, request

from ..accounts.viewer import viewer
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import Audience, audience_of
from ..posts.text import absolute_links
from ..posts.warnings import html_shown
from ..site import site
from ..web.access import for_everybody, for_readers
from ..web.hosts import host_of
from ..web.public import A_DAY, A_MINUTE, AN_HOUR, public
from ..web.urls import STATIC, external_url, view_at
from . import blueprint, pictures, queries

# Of an embedded post, and of its picture, in pixels.
WIDTH = 550
PICTURE = (1200, 630)
NO_LIMIT = 100_000
SITE_PICTURE = STATIC / "site.png"
# Other sites may show it; without this, browsers show our answers on our pages only.
FOR_ALL_SITES = {"Cross-Origin-Resource-Policy": "cross-origin"}


@blueprint.get("/posts/<id:id>/picture-<version>.png")
@for_readers
def picture(id: int, version: str) -> Response:
    """Show the picture of a post as it is now; until it is drawn, that of the site.

    ``version`` only makes another URL of another picture.
    """
    found = queries.shared_post(audience_of(viewer))
    post = read(found, post_id=id, viewer_id=viewer.id).first() or abort(404)
    drawn = pictures.find(
        id, pictures.version_of(post.username, post.name, html_shown(post), post.avatar_key)
    )
    if drawn is None:
        pictures.want(id)
    return _picture(drawn or SITE_PICTURE.read_bytes(), A_MINUTE if drawn is None else AN_HOUR)


@blueprint.get("/picture.png")
@for_everybody
def site_picture() -> Response:
    """Show the picture of the site."""
    return _picture(SITE_PICTURE.read_bytes(), A_DAY)


def _picture(png: bytes, seconds: int) -> Response:
    response = public(png, "image/png", seconds)
    response.headers.update(FOR_ALL_SITES)
    return response


@blueprint.get("/oembed")
@for_readers
def oembed() -> Response:
    """Say how to show a post on another site (oembed.com, "Full Spec"), in JSON.

    The post is as an anonymous viewer sees it, whoever asks.
    """
    if request.args.get("format", "json") != "json":
        return _refused(501, "The format is json.")
    url, limits = request.args.get("url"), [_limit("maxwidth"), _limit("maxheight")]
    if not url or None in limits:
        return _refused(400, "Give url; maxwidth and maxheight are numbers of pixels.")
    id = _post_at(url)
    found = id and read(queries.shared_post(Audience.ANONYMOUS), post_id=id).first()
    if not found:
        return _refused(404, "This is no URL of a post here.")
    answer = json.dumps(_embedded(found, *(limit or NO_LIMIT for limit in limits)))
    return public(answer, "application/json", AN_HOUR)


def _embedded(post: Any, max_width: int, max_height: int) -> dict[str, Any]:
    url = external_url("posts.show", id=post.id)
    author_url = external_url("profiles.show", username=post.username)
    # As ISO 8601 writes it: the answer has no language.
    date = moment_of(post.id).date()
    html = current_app.jinja_env.get_template("sharing/embedded.html").render(
        post=post, html=absolute_links(html_shown(post)), url=url, author_url=author_url, date=date
    )
    embedded = {
        "version": "1.0",
        "type": "rich",
        "title": f"{post.name} (@{post.username})",
        "author_name": post.name,
        "author_url": author_url,
        "provider_name": site().name,
        "provider_url": current_app.config["BASE_URL"],
        "cache_age": AN_HOUR,
        "html": html,
        "width": min(WIDTH, max_width),
        "height": min(_height(post.body), max_height),
    }
    if max_width >= PICTURE[0] and max_height >= PICTURE[1]:
        version = pictures.version_of(post.username, post.name, html_shown(post), post.avatar_key)
        thumbnail = external_url("sharing.picture", id=post.id, version=version)
        embedded |= {"thumbnail_url": thumbnail}
        embedded |= {"thumbnail_width": PICTURE[0], "thumbnail_height": PICTURE[1]}
    return embedded


def _height(body: str) -> int:
    """Return about how high the embedded post is: it has the type of the page around it."""
    lines = sum(1 + len(line) // 60 for line in body.splitlines())
    return 80 + 26 * lines


def _limit(name: str) -> int | None:
    """Return a limit that the request sets; None if it is no number of pixels."""
    text = request.args.get(name, str(NO_LIMIT))
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number and int(text) else None


def _post_at(url: str) -> int | None:
    """Return the id in the URL of a post; None for any other URL."""
    try:
        parts = urlsplit(url)
        is_ours = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return None
    if not is_ours or host_of(parts.netloc) not in current_app.config["SERVED_HOSTS"]:
        return None
    endpoint, values = view_at(parts.path) or ("", {})
    return int(values["id"]) if endpoint == "posts.show" else None


def _refused(status: int, reason: str) -> Response:
    return Response(f"{reason}\n", status, mimetype="text/plain")
