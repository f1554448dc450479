"""The pictures of a post in a feed, which says of them what cards say, in no language."""

from collections.abc import Sequence

from flask import current_app
from markupsafe import Markup

from ..media.queries import Shown

TYPE = "image/webp"
_IMAGE = Markup('<p><img src="{}" alt="{}" width="{}" height="{}"></p>')
_LINK = Markup('<p><a href="{}">{}</a></p>')


def html_of(pictures: Sequence[Shown], post_url: str) -> Markup:
    """Return ``pictures`` as HTML; a link to the post for one that is covered, or not ready."""
    return Markup().join(
        _IMAGE.format(url_of(each), each.description, each.width, each.height)
        if is_open(each)
        else _LINK.format(post_url, each.description or post_url)
        for each in pictures
        if each.state != "failed"
    )


def is_open(picture: Shown) -> bool:
    """Whether a picture is there, and shown without a question."""
    return picture.state == "ready" and not picture.sensitive


def url_of(picture: Shown) -> str:
    """Return the absolute URL of the largest file, of the type :data:`TYPE`."""
    return f"{current_app.config['BASE_URL']}{picture.src}"
