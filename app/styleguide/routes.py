"""The page of the style guide."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.register_form import RegisterForm
from ..accounts.viewer import current_viewer, viewer
from ..follows.queries import audience_of
from ..media.queries import Shown
from ..posts.card import Card
from ..posts.card_reading import read_timeline
from ..posts.composer import post_composer
from ..posts.thread import Thread, read_thread
from ..site import site
from ..timelines.queries import explore
from ..web.access import for_everybody
from ..web.answers import page
from ..web.paging import Rows

NAMES = ("Ada", "Bruno", "Carmen", "Dmitri", "Esi", "Farid", "Greta", "Hiro", "Ines", "Jonas")


@for_everybody
def show() -> ResponseReturnValue:
    """Draw every part from the templates of the pages, with the newest posts as samples."""
    audience = audience_of(viewer)
    rows, cards = read_timeline(lambda window: explore(window, audience), "id", viewer)
    form = RegisterForm()
    form.ask(site(), is_invited=True)
    form.username.errors = [_("This name is taken. Try another.")]
    people: Any = [
        {"id": -number, "username": name.lower(), "name": name, "about_me": "", "followed": False}
        for number, name in enumerate(NAMES, start=1)
    ]
    few = Rows(people[:3])
    samples: dict[str, Any] = {
        "rows": rows,
        "cards": cards[:3],
        "form": form,
        "people": people,
        "few": few,
        "pictured": [_with_pictures(card) for card in cards[:1]],
        "composer": post_composer() if viewer.is_authenticated else None,
        "thread": _thread_of(cards[3:]),
    }
    return page("styleguide/index.html", fragment="posts", **samples)


def _thread_of(cards: Sequence[Card]) -> Thread | None:
    """Return the thread of a reply to one of the posts: those that were replied to most."""
    most_replies = attrgetter("replies")
    answered = [card for card in cards if card.replies and not card.in_reply_to_id]
    if not answered:
        return None
    thread = read_thread(max(answered, key=most_replies).id, current_viewer(), earlier=False)
    replies = [node.card for node in thread.replies if node.card]
    if not replies:
        return thread
    return read_thread(max(replies, key=most_replies).id, current_viewer(), earlier=False)


def _with_pictures(card: Card) -> Card:
    """Return a card with pictures that are not ready: one is waited for, one failed."""
    pictures = tuple(
        Shown(-number, "", "post", "", False, 0, 0, "", state, "pixels", False)
        for number, state in enumerate(("waiting", "failed"))
    )
    return replace(card, is_own=True, extra={**card.extra, "pictures": pictures})
