"""Who may open a route: every view is marked by exactly one decorator, here or in accounts."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def marked(view: View, access: str) -> View:
    """Return ``view``, marked with who may open it.

    Raises :class:`ValueError` if another decorator has marked it.
    """
    if access_of(view):
        raise ValueError(f"{view.__name__} is marked twice.")
    view.__dict__["access"] = access
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """Return who may open ``view``; None if it is not marked."""
    return view.__dict__.get("access")


def for_everybody(view: View) -> View:
    """Have everybody open ``view``, also where only members may read: a decorator."""
    return marked(view, "everybody")


def for_readers(view: View) -> View:
    """Have everybody open ``view`` who may read the site: a decorator."""
    return marked(view, "readers")
