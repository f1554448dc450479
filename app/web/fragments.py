"""Parts of a page that were drawn before, and are put into it as they are."""

import re
import secrets
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup, escape

from .i18n import language

# How many parts of pages a process keeps.
PARTS_KEPT = 2_000

# A place in what was drawn, by a character that no template writes.
HOLE = re.compile("\x1a([a-z]+)\x1a")
# Where bytes come into a page, before their number. Nobody can write it: each process has its own.
PLACE = f"\x1a{secrets.token_hex(8)}:"


def init_app(app: Flask) -> None:
    """Let the templates of ``app`` draw parts."""
    app.extensions["parts"] = lru_cache(PARTS_KEPT)(_draw)
    app.jinja_env.globals["draw"] = draw
    app.jinja_env.filters["with_current"] = with_current


def draw(template: str, holes: Mapping[str, str] | None = None, **values: Hashable) -> Markup:
    """Return ``template`` with ``values``: drawn once, and kept for as long as it is asked for.

    It must show nothing else, but for the words of the language. What differs each time goes
    into its ``holes``, of which the template may only say where they are.
    """
    pieces = current_app.extensions["parts"](template, language(), tuple(holes or ()), **values)
    if not holes:
        return cast(Markup, pieces[0])
    # By turns text and the name of a hole. All at once: what is put in may look like a hole.
    filled = [escape(holes[piece]) if n % 2 else piece for n, piece in enumerate(pieces)]
    return Markup("".join(filled))  # noqa: S704 - the template and we escaped it


def _draw(
    template: str, _language: str, holes: Sequence[str], **values: Hashable
) -> list[Markup | str]:
    empty = {name: f"\x1a{name}\x1a" for name in holes}
    # The template escapes what it is given.
    html = render_template(template, **empty, **values)
    # Without holes, what looks like one is somebody's text.
    first, *rest = HOLE.split(html) if holes else [html]
    return [Markup(first), *rest]  # noqa: S704


def with_current(html: Markup) -> Markup:
    """Mark the links in ``html`` that lead to the page which is asked for."""
    link = f'href="{escape(request.path)}"'
    return Markup(str(html).replace(link, f'{link} aria-current="page"'))  # noqa: S704


def put(*html: bytes) -> Markup:
    """Return what stands in a page for ``html``, in UTF-8, until :func:`whole` puts it there.

    Most of a page was drawn before: it is neither copied from one string to the next, nor
    encoded again.
    """
    kept: list[tuple[bytes, ...]] = g.setdefault("put", [])
    kept.append(html)
    return Markup(f"{PLACE}{len(kept) - 1}\x1a")  # noqa: S704 - whole() looks for it


def whole(page: str) -> bytes:
    """Return ``page`` as it goes out, with all that was :func:`put` in it."""
    kept: list[tuple[bytes, ...]] = g.get("put", [])
    first, *rest = page.split(PLACE)
    pieces = [first.encode()]
    for piece in rest:
        number, _, text = piece.partition("\x1a")
        pieces += *kept[int(number)], text.encode()
    return b"".join(pieces)
