"""What the tags in the head of a page say: its one URL, its picture, its locale."""

from typing import Any

from babel.core import get_global
from flask import request

from ..posts.card import Card
from ..posts.warnings import html_shown
from ..web.i18n import language
from ..web.urls import external_url
from .pictures import version_of

# The parameters that name another page of a list.
PAGED_BY = ("before", "after")


def canonical(endpoint: str, **values: Any) -> str:
    """Return the one URL of a page, under which search engines and links know it.

    It has the key of the request's page of a list, and no other parameter but ``values``.
    """
    page = {name: request.args[name] for name in PAGED_BY if name in request.args}
    return external_url(endpoint, **values, **page)


def picture_url(post: Card | None = None) -> str:
    """Return the URL of the picture of ``post``; of the site without one."""
    if post is None:
        return external_url("sharing.site_picture")
    version = version_of(post.username, post.name, html_shown(post), post.avatar_key)
    return external_url("sharing.picture", id=post.id, version=version)


def locale() -> str:
    """Return the language of the page as Open Graph writes it, with its likely country."""
    spoken = language()
    return f"{spoken}_{get_global('likely_subtags')[spoken].rpartition('_')[2]}"
