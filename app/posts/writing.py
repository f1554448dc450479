"""The one way to publish a post, and to edit one: for the web, the shell and any program."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from ..accounts.models import User
from ..data.changes import tally
from ..data.database import db, now, writing
from .drafts import forget_draft
from .models import UNDO_WITHIN, Mention, Post, Tagging, Version
from .signals import post_created, post_edited
from .text import fault, names_in, normal, pieces, tags_in, to_html


class SentBeforeError(ValueError):
    """The form was sent before with another text, or what it wrote was taken back since."""


class Written(NamedTuple):
    """A text and what was found in it, ready to be kept."""

    body: str
    html: str
    mentioned: list[int]
    tags: list[str]


def people_named(names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return id and username of those of the ``names`` (in lower case) that somebody has."""
    by_lower = func.lower(User.username)
    found = db.session.execute(select(User.id, User.username).where(by_lower.in_(sorted(names))))
    return {username.lower(): (id, username) for id, username in found}


def written(
    body: str, find: Callable[[set[str]], Mapping[str, tuple[int, str]]] = people_named
) -> Written:
    """Return what is kept of ``body``: names (by ``find``) and tags are looked up once, now.

    Raises :class:`ValueError`, in words for the author, when the text is empty, too long,
    or cannot be kept.
    """
    body = normal(body)
    if wrong := fault(body):
        raise ValueError(wrong)
    found = pieces(body)
    names = names_in(found)
    known = find(names) if names else {}
    html = to_html(found, {name: username for name, (_id, username) in known.items()})
    return Written(body, html, sorted(id for id, _name in known.values()), sorted(tags_in(found)))


def publish(
    author: User, body: str, *, nonce: str | None = None, in_reply_to: Post | None = None
) -> Post:
    """Publish ``body`` by ``author``, as an answer to ``in_reply_to`` where that is given.

    The same form (``nonce``) sent twice gives the same post. Raises :class:`ValueError`, in
    words for the author, when the text is empty, too long, or cannot be kept, and
    :class:`SentBeforeError` when the form was sent before with another text.
    """
    text = written(body)
    try:
        with writing():
            post = _sent_before(author, nonce) or _write(author, text, nonce, in_reply_to)
    except IntegrityError:
        # PostgreSQL has many writers: the same form, sent at the same moment, was faster.
        found = _sent_before(author, nonce)
        if found is None:
            raise
        post = found
    if post.body != text.body or post.deleted_at:
        raise SentBeforeError
    return post


def edit(post: Post, body: str, *, nonce: str | None = None) -> Version | None:
    """Give ``post`` a new text and keep the old one in its history.

    Returns the version that was replaced, None when the text is the same. The same form
    sent twice edits once. Raises as :func:`publish` does.
    """
    text = written(body)
    with writing() as session:
        # Two edits at once come one after the other, so that each keeps what it replaced.
        session.refresh(post, with_for_update=db.engine.dialect.name != "sqlite" or None)
        if nonce and (made := session.scalar(_version_of(post, nonce))):
            if post.body != text.body:
                raise SentBeforeError
            return made
        forget_draft(post.author_id, nonce)
        if post.body == text.body:
            return None
        version = Version(
            post_id=post.id,
            body=post.body,
            body_html=post.body_html,
            edited_at=post.edited_at,
            nonce=nonce,
        )
        session.add(version)
        session.flush()
        post.edited_at = now()
        _reword(post, text)
    return version


def undo_edit(post: Post, version_id: int) -> bool:
    """Bring back the text that the latest edit replaced, as if it had not been edited.

    Returns False when that was too long ago, or not the latest edit.
    """
    with writing() as session:
        session.refresh(post, with_for_update=db.engine.dialect.name != "sqlite" or None)
        latest = select(Version).where(Version.post_id == post.id).order_by(Version.id.desc())
        version = session.scalar(latest.limit(1))
        if version is None or version.id != version_id or version.created_at < now() - UNDO_WITHIN:
            return False
        text = written(version.body)
        post.edited_at = version.edited_at
        session.delete(version)
        _reword(post, text)
    return True


def _write(author: User, text: Written, nonce: str | None, in_reply_to: Post | None) -> Post:
    post = Post(author_id=author.id, body=text.body, body_html=text.html, nonce=nonce)
    if in_reply_to:
        post.in_reply_to_id = in_reply_to.id
        post.in_reply_to_author_id = in_reply_to.author_id
        tally(Post, in_reply_to.id, replies_count=1)
    db.session.add(post)
    db.session.flush()
    tally(User, author.id, posts_count=1)
    _note(post, text.mentioned, text.tags)
    forget_draft(author.id, nonce)
    post_created.send(post, mentioned=text.mentioned)
    return post


def _reword(post: Post, text: Written) -> None:
    """Give ``post`` another text, and what is named in it."""
    named = select(Mention.user_id).where(Mention.post_id == post.id)
    before = set(db.session.scalars(named))
    for table in (Mention, Tagging):
        db.session.execute(delete(table).where(table.post_id == post.id))
    post.body, post.body_html = text.body, text.html
    db.session.flush()
    _note(post, text.mentioned, text.tags)
    now_named = set(text.mentioned)
    post_edited.send(post, mentioned=now_named - before, no_longer=before - now_named)


def _note(post: Post, mentioned: list[int], tags: list[str]) -> None:
    if mentioned:
        rows = [{"post_id": post.id, "user_id": id} for id in mentioned]
        db.session.execute(insert(Mention), rows)
    if tags:
        db.session.execute(insert(Tagging), [{"post_id": post.id, "tag": tag} for tag in tags])


def _sent_before(author: User, nonce: str | None) -> Post | None:
    if nonce is None:
        return None
    mine = select(Post).where(Post.author_id == author.id, Post.nonce == nonce)
    return db.session.scalar(mine)


def _version_of(post: Post, nonce: str) -> Select[Version]:
    return select(Version).where(Version.post_id == post.id, Version.nonce == nonce)
