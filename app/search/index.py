"""The full-text index: the tokens of every visible post and of every person.

Its tables are FTS5 tables on SQLite, and have a ``tsvector`` with a GIN index on PostgreSQL.
The tokens come from :mod:`app.search.tokens`, so that neither database folds or splits text.
"""

import time
from collections.abc import Callable, Iterable
from itertools import count
from math import inf
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    delete,
    exists,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.types import TypeEngine

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect, db, is_sqlite, writing
from ..data.ids import BIGGEST_ID
from ..data.reading import read_latest
from ..follows.queries import Audience
from ..posts.models import Post
from ..posts.queries import is_reply, visible_to
from .tokens import tokens_of_person, tokens_of_post

BATCH = 5_000
# The highest position in a tsvector.
LAST_POSITION = 16_383
OPTIMIZE = {"sqlite": "INSERT INTO {0} ({0}) VALUES ('optimize')", "postgresql": "ANALYZE {0}"}


class Tokens(TypeDecorator[list[str]]):
    """A list of tokens, in order."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of the database."""
        on_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(TSVECTOR() if on_postgresql else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        """Return ``value`` in the syntax of the database; tokens have no character to escape."""
        if value is None or dialect.name != "postgresql":
            return None if value is None else " ".join(value)
        return " ".join(
            f"'{token}':{min(position, LAST_POSITION)}" for position, token in zip(count(1), value)
        )


def _table(name: str) -> Table:
    # Not models: the migration makes these tables, in a different way for each database.
    return Table(
        name, MetaData(), Column("rowid", BigInteger, primary_key=True), Column("words", Tokens)
    )


post_fts = _table("post_fts")
person_fts = _table("person_fts")
TABLES = (post_fts, person_fts)


def index_post(post: Post, username: str) -> None:
    """Index the current text of a post and the username of its author."""
    tokens = tokens_of_post(username, post.body, post.in_reply_to_id is not None)
    _upsert(post_fts, [(post.id, tokens)])


def remove_post(post: Post) -> None:
    """Remove a post from the index."""
    with writing() as session:
        session.execute(delete(post_fts).where(post_fts.c.rowid == post.id))


def index_author(user_id: int) -> None:
    """Index the posts of an author again: all, or none while they are not listed."""
    own = select(Post.id).where(Post.author_id == user_id)
    with writing() as session:
        session.execute(delete(post_fts).where(post_fts.c.rowid.in_(own)))
        rows = session.execute(_posts().where(Post.author_id == user_id).order_by(Post.id)).all()
        _upsert(post_fts, [(id, tokens_of_post(*texts)) for id, *texts in rows])


def index_person(user: User) -> None:
    """Index the current profile of a person."""
    tokens = tokens_of_person(user.username, user.display_name, user.about_me)
    _upsert(person_fts, [(user.id, tokens)])


def remove_person(user: User) -> None:
    """Remove a person from the index."""
    with writing() as session:
        session.execute(delete(person_fts).where(person_fts.c.rowid == user.id))


def is_complete() -> bool:
    """Whether nothing is left for :func:`fill`, which indexes the oldest post and person last."""
    for statement, _tokens_of, table, key in _sources():
        oldest = statement.with_only_columns(key).order_by(key).limit(1).scalar_subquery()
        if not read_latest(
            select(oldest.is_(None) | exists().where(table.c.rowid == oldest))
        ).scalar():
            return False
    return True


def fill(seconds: float = inf) -> None:
    """Index every post and person that is not in the index, the newest first.

    After ``seconds``, it stops at the end of a batch.
    """
    end = time.monotonic() + seconds
    for statement, tokens_of, table, key in _sources():
        missing = statement.where(~exists().where(table.c.rowid == key)).order_by(key.desc())
        last = BIGGEST_ID
        while time.monotonic() < end:
            with writing() as session:
                rows = session.execute(missing.where(key < last).limit(BATCH)).all()
                # FTS5 writes to disk before each row whose id is lower than the last one.
                _upsert(table, [(id, tokens_of(*texts)) for id, *texts in reversed(rows)])
            if not rows:
                break
            last = rows[-1].id


def rebuild() -> None:
    """Rebuild the index. Until it is complete, search finds only a part of the results."""
    for table in TABLES:
        with writing() as session:
            session.execute(delete(table))
    fill()
    optimize()


def optimize() -> None:
    """Optimize the index for reading after many writes."""
    statement = OPTIMIZE[db.engine.dialect.name]
    for table in TABLES:
        with writing() as session:
            session.execute(text(statement.format(table.name)))


def _sources() -> tuple[tuple[AnySelect, Callable[..., list[str]], Table, Any], ...]:
    """Return what is indexed: a query, the function of its columns, the index, and the key."""
    people = select(User.id, User.username, User.display_name, User.about_me)
    return (
        (_posts(), tokens_of_post, post_fts, Post.id),
        (people, tokens_of_person, person_fts, User.id),
    )


def _posts() -> AnySelect:
    """Select the posts that are indexed: those that anonymous viewers see in lists."""
    found = select(Post.id, User.username, Post.body, is_reply())
    found = found.join(User, User.id == Post.author_id)
    return found.where(visible_to(Audience.ANONYMOUS), not_limited(User.id))


def _upsert(table: Table, rows: Iterable[tuple[int, list[str]]]) -> None:
    values = [{"rowid": id, "words": words} for id, words in rows]
    if not values:
        return
    statement: Any
    if is_sqlite():
        statement = insert(table).prefix_with("OR REPLACE")
    else:
        statement = insert_on_postgresql(table)
        statement = statement.on_conflict_do_update(
            index_elements=["rowid"], set_={"words": statement.excluded.words}
        )
    with writing() as session:
        session.execute(statement, values)
