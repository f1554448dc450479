"""The one way to publish a post, and to edit one: for the web, the shell and any program."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import Select, and_, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as OrmSession

from ..accounts.models import User
from ..data.counters import tally
from ..data.database import db, now, read_again, writing
from ..data.ids import id_at, moment_of
from .composer import Extra, extra_of, needs_no_text, save_extra
from .drafts import delete_draft
from .models import UNDO_WITHIN, Mention, Post, PostRef, Tagging, Version
from .refusals import (
    MOST_MENTIONED,
    GoneError,
    PostedLatelyError,
    SentBeforeError,
    TooManyMentionsError,
)
from .signals import post_created, post_edited, post_written
from .text import normal, pieces, tags_in, to_html, usernames_in, validation_error

# The same text by the same author, written again within this time, is probably a mistake.
ASKED_WITHIN = timedelta(minutes=1)


class Author(Protocol):
    """Who writes: a user or a viewer."""

    @property
    def id(self) -> int:
        """Their primary key."""

    @property
    def username(self) -> str:
        """Their username."""


class ParsedText(NamedTuple):
    """A text and what was found in it, ready to be stored."""

    body: str
    html: str
    mentioned: list[int]
    tags: list[str]


# Given usernames in lower case, returns the (id, username) of those that somebody has.
FindPeople = Callable[[set[str]], Mapping[str, tuple[int, str]]]


def people_by_username(names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return (id, username) of those of ``names`` (in lower case) that somebody has."""
    by_lower = func.lower(User.username)
    found = db.session.execute(select(User.id, User.username).where(by_lower.in_(sorted(names))))
    return {username.lower(): (id, username) for id, username in found}


def parse(
    body: str, find: FindPeople = people_by_username, *, may_be_empty: bool = False
) -> ParsedText:
    """Return what is stored of ``body``; mentions are looked up by ``find``, now and only once.

    Raises :class:`ValueError`, in words for the author, when the text is empty, too long,
    or cannot be stored.
    """
    body = normal(body)
    if wrong := validation_error(body, may_be_empty=may_be_empty):
        raise ValueError(wrong)
    return _parse_valid(body, find)


def _parse_valid(body: str, find: FindPeople = people_by_username) -> ParsedText:
    """Return what is stored of a text that is valid, or was when it was written."""
    found = pieces(body)
    names = usernames_in(found)
    known = find(names) if names else {}
    html = to_html(found, {name: username for name, (_id, username) in known.items()})
    return ParsedText(
        body, html, sorted(id for id, _name in known.values()), sorted(tags_in(found))
    )


def publish(
    author: Author,
    body: str,
    *,
    nonce: str | None = None,
    in_reply_to: PostRef | None = None,
    extra: Extra | None = None,
    again: bool = False,
) -> Post:
    """Publish ``body`` by ``author``, as a reply to ``in_reply_to`` where that is given.

    ``extra`` has the values of composer parts. The same form (``nonce``) sent twice gives the same
    post. Raises :class:`ValueError`, in words for the author, when the text is empty, too long,
    or cannot be stored; :class:`TooManyMentionsError`; :class:`SentBeforeError` when the form was
    sent before with another text; and :class:`PostedLatelyError` when another form published the
    same text a moment ago, unless ``again`` confirms it.
    """
    text = _parse_for_people(body, extra or {})
    post = Post(
        author_id=author.id,
        body=text.body,
        body_html=text.html,
        nonce=nonce,
        in_reply_to_id=in_reply_to.id if in_reply_to else None,
        in_reply_to_author_id=in_reply_to.author_id if in_reply_to else None,
    )
    try:
        with writing() as session:
            earlier, is_repeated = _sent_before(session, post)
            if earlier is None:
                if is_repeated and not again:
                    raise PostedLatelyError
                _insert(session, post, author, text, extra or {})
    except IntegrityError:
        # PostgreSQL has many writers: the same form, sent at the same moment, was faster.
        earlier, _is_repeated = _sent_before(db.session(), post)
        if earlier is None:
            raise
    if earlier is None:
        return post
    is_gone = earlier.deleted_at and not earlier.is_held
    if earlier.body != text.body or is_gone or _differs(earlier, extra):
        raise SentBeforeError
    return earlier


def edit(
    post: Post, body: str, *, nonce: str | None = None, extra: Extra | None = None
) -> Version | None:
    """Give ``post`` a new text, and keep the old one in its history.

    ``extra`` has new values of all composer parts; None keeps them. Returns the version that was
    replaced, None when nothing differs. The same form sent twice edits once. Raises
    as :func:`publish` does, but never :class:`PostedLatelyError`; and :class:`GoneError` where the
    post was deleted meanwhile.
    """
    text = _parse_for_people(body, extra_of(post) if extra is None else extra)
    with writing() as session:
        if read_again(session, post) is None or post.deleted_at:
            raise GoneError
        differs = post.body != text.body or _differs(post, extra)
        if nonce and (made := session.scalar(_version_of(post, nonce))):
            if differs:
                raise SentBeforeError
            return made
        delete_draft(post.author_id, nonce)
        if not differs:
            return None
        version = Version(
            post_id=post.id,
            body=post.body,
            body_html=post.body_html,
            edited_at=post.edited_at,
            nonce=nonce,
            extra=extra_of(post),
        )
        session.add(version)
        session.flush()
        post.edited_at = now()
        _replace(session, post, text, version.extra if extra is None else extra)
    return version


def undo_edit(post: Post, version_id: int) -> bool:
    """Restore what the latest edit replaced, as if the post had not been edited.

    Returns False when that was too long ago, or not the latest edit. A second time does nothing.
    """
    moment = now()
    if not moment - UNDO_WITHIN <= moment_of(version_id) <= moment:
        return False
    with writing() as session:
        if read_again(session, post) is None:
            return False
        latest = select(Version).where(Version.post_id == post.id).order_by(Version.id.desc())
        version = session.scalar(latest.limit(1))
        if version is None or version.id != version_id:
            is_later = version is None or version.id < version_id
            return is_later and session.get(Version, version_id) is None
        text = _parse_valid(version.body)
        post.edited_at = version.edited_at
        session.delete(version)
        _replace(session, post, text, version.extra)
    return True


def _parse_for_people(body: str, extra: Extra) -> ParsedText:
    """Return :func:`parse` of a text whose mentions notify people."""
    text = parse(body, may_be_empty=needs_no_text(extra))
    if len(text.mentioned) > MOST_MENTIONED:
        raise TooManyMentionsError(len(text.mentioned))
    return text


def _differs(post: Post, extra: Extra | None) -> bool:
    """Whether ``extra`` is not what ``post`` has; an empty field is like a missing one."""
    if extra is None:
        return False
    given, stored = ({k: v for k, v in each.items() if v} for each in (extra, extra_of(post)))
    return given != stored


def _insert(
    session: OrmSession, post: Post, author: Author, text: ParsedText, extra: Extra
) -> None:
    session.add(post)
    session.flush()
    tally(session, User, post.author_id, posts_count=1)
    if post.in_reply_to_id:
        tally(session, Post, post.in_reply_to_id, replies_count=1)
    _insert_mentions_and_tags(session, post, text)
    save_extra(post, extra)
    delete_draft(post.author_id, post.nonce)
    post_created.send(post, author=author, mentioned=text.mentioned)
    post_written.send(post)


def _replace(session: OrmSession, post: Post, text: ParsedText, extra: Extra) -> None:
    """Give ``post`` another text, with its mentions and tags, and other values of parts."""
    before = set(session.scalars(select(Mention.user_id).where(Mention.post_id == post.id)))
    for table in (Mention, Tagging):
        session.execute(delete(table).where(table.post_id == post.id))
    body_before, post.body, post.body_html = post.body, text.body, text.html
    session.flush()
    _insert_mentions_and_tags(session, post, text)
    save_extra(post, extra)
    after = set(text.mentioned)
    post_edited.send(
        post, mentioned=after - before, no_longer_mentioned=before - after, body_before=body_before
    )
    post_written.send(post)


def _insert_mentions_and_tags(session: OrmSession, post: Post, text: ParsedText) -> None:
    if text.mentioned:
        rows = [{"post_id": post.id, "user_id": id} for id in text.mentioned]
        session.execute(insert(Mention), rows)
    if text.tags:
        session.execute(insert(Tagging), [{"post_id": post.id, "tag": tag} for tag in text.tags])


def _sent_before(session: OrmSession, post: Post) -> tuple[Post | None, bool]:
    """Return what the same form published, and whether another published the same lately."""
    if post.nonce is None:
        return None, False
    lately = and_(
        # Posts without a text differ in something else.
        Post.body != "",
        Post.id >= id_at(now() - ASKED_WITHIN),
        Post.body == post.body,
        Post.in_reply_to_id == post.in_reply_to_id,
        Post.deleted_at.is_(None),
    )
    same = or_(Post.nonce == post.nonce, lately)
    found = session.scalars(select(Post).where(Post.author_id == post.author_id, same)).all()
    return next((each for each in found if each.nonce == post.nonce), None), bool(found)


def _version_of(post: Post, nonce: str) -> Select[Version]:
    return select(Version).where(Version.post_id == post.id, Version.nonce == nonce)
