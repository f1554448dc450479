"""Assertions on HTML: find elements by CSS selector, and check the markup of every answer."""

from html.parser import HTMLParser
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


def parse(response: Any) -> LexborHTMLParser:
    """Parse a response, or a string, as a browser would."""
    return LexborHTMLParser(response if isinstance(response, str) else response.text)


def select(
    response: Any, css: str, *, count: int | None = None, text: str | None = None
) -> list[LexborNode]:
    """Return the elements that ``css`` finds: ``count`` of them, or at least one.

    With ``text``, only elements whose text contains it.
    """
    found = parse(response).css(css)
    if text is not None:
        found = [node for node in found if text in text_of(node)]
    wanted = "some" if count is None else count
    assert bool(found) if count is None else len(found) == count, (
        f"{css!r}{f' with {text!r}' if text else ''}: wanted {wanted}, found {len(found)}"
    )
    return found


def one(response: Any, css: str, *, text: str | None = None) -> LexborNode:
    """Return the only element that ``css`` finds."""
    return select(response, css, count=1, text=text)[0]


def absent(response: Any, css: str, *, text: str | None = None) -> None:
    """Assert that ``css`` finds nothing."""
    select(response, css, count=0, text=text)


def text_of(node: LexborNode) -> str:
    """Return the text of an element, with white space collapsed."""
    return " ".join(node.text().split())


def attributes(response: Any, css: str, name: str) -> list[str]:
    """Return an attribute of each element that ``css`` finds, in order; the list may be empty."""
    return [node.attributes[name] or "" for node in parse(response).css(css)]


def cards(response: Any) -> list[int]:
    """Return the ids of the posts on a page, from the top."""
    return [int(id.removeprefix("post_")) for id in attributes(response, "article.post", "id")]


def people(response: Any) -> list[str]:
    """Return the usernames in a list of people, from the top."""
    return [link.removeprefix("/@") for link in attributes(response, "a.person-name", "href")]


def messages(response: Any) -> list[str]:
    """Return the short messages of a page."""
    return [text_of(node) for node in parse(response).css(".message")]


def check_markup(source: str) -> None:
    """Assert that the markup of a page or a fragment has no fault."""
    checker = _Checker()
    checker.feed(source)
    checker.close()
    assert not checker.wrong(), f"{checker.wrong()} in:\n{source}"


class _Checker(HTMLParser):
    """Collects the faults of a source. A browser's parser would repair them silently."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.unlabelled: list[tuple[str | None, str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        shown = f"<{tag} {' '.join(f'{k}={v!r}' for k, v in attrs)}>"
        if len(given) != len(attrs):
            self.faults.append(f"an attribute twice: {shown}")
        if given.get("id"):
            self.ids.append(given["id"])
        if tag == "article" and not (given.get("aria-label") or given.get("aria-labelledby")):
            self.faults.append(f"an article without a name: {shown}")
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"style or script in an attribute: {shown}")
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"inline style or script: {shown}")
        if tag == "form" and "form" in self.open:
            self.faults.append(f"a form in a form: {shown}")
        if tag == "button" and "type" not in given:
            self.faults.append(f"a button without a type: {shown}")
        if tag == "img" and "alt" not in given:
            self.faults.append(f"a picture without alt: {shown}")
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"])
        named = given.get("aria-label") or given.get("aria-labelledby") or "label" in self.open
        is_field = tag in ("textarea", "select") or (
            tag == "input" and given.get("type") not in ("hidden", "submit")
        )
        if is_field and not named:
            self.unlabelled.append((given.get("id"), shown))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def wrong(self) -> list[str]:
        """Return all faults found."""
        twice = sorted({id for id in self.ids if self.ids.count(id) > 1})
        return (
            self.faults
            + [f"id {id!r} twice" for id in twice]
            + [f"no label: {shown}" for id, shown in self.unlabelled if id not in self.labelled]
        )
