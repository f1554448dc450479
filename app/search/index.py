"""The index: a row of words for every post that can be seen, and for every person.

On SQLite its tables are FTS5's, on PostgreSQL they hold a ``tsvector`` under a GIN index.
The words come ready from :mod:`app.search.words`, so that neither database folds or splits.
"""

from collections.abc import Iterable
from itertools import count
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
from ..data.database import AnySelect, db, writing
from ..posts.models import Post
from ..posts.queries import visible_to
from .words import words_of_person, words_of_post

AT_ONCE = 5_000
# A tsvector counts no further.
LAST_PLACE = 16_383
ORDERS = {
    "sqlite": "INSERT INTO {0} ({0}) VALUES ('optimize')",
    "postgresql": "ANALYZE {0}",
}


class Words(TypeDecorator[list[str]]):
    """A list of words, in order."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is in the database."""
        on_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(TSVECTOR() if on_postgresql else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        """Return ``value`` as the database reads it; words hold nothing to be escaped."""
        if value is None or dialect.name != "postgresql":
            return None if value is None else " ".join(value)
        return " ".join(
            f"'{word}':{min(place, LAST_PLACE)}" for place, word in zip(count(1), value)
        )


def _table(name: str) -> Table:
    # No models: the migration makes these tables, each database's own way.
    return Table(
        name, MetaData(), Column("rowid", BigInteger, primary_key=True), Column("words", Words)
    )


post_fts = _table("post_fts")
person_fts = _table("person_fts")
TABLES = (post_fts, person_fts)


def put_post(post: Post) -> None:
    """Have a post found by what it says now."""
    _put(post_fts, [(post.id, words_of_post(post.author.username, post.body))])


def take_post(post: Post) -> None:
    """Have a post found no longer."""
    with writing() as session:
        session.execute(delete(post_fts).where(post_fts.c.rowid == post.id))


def put_person(user: User) -> None:
    """Have a person found by what their profile says now."""
    words = words_of_person(user.username, user.display_name, user.about_me)
    _put(person_fts, [(user.id, words)])


def fill() -> None:
    """Index every post and person that is not in the index."""
    for statement, read_words, table, key in (
        (_posts(), words_of_post, post_fts, Post.id),
        (_people(), words_of_person, person_fts, User.id),
    ):
        missing = statement.where(~exists().where(table.c.rowid == key)).order_by(key)
        last = -1
        while True:
            with writing() as session:
                rows = session.execute(missing.where(key > last).limit(AT_ONCE)).all()
                _put(table, [(id, read_words(*texts)) for id, *texts in rows])
            if not rows:
                break
            last = rows[-1].id


def rebuild() -> None:
    """Make the index anew. Until that is done, search finds less than there is."""
    for table in TABLES:
        with writing() as session:
            session.execute(delete(table))
    fill()
    tidy()


def tidy() -> None:
    """Put the index into the order in which it is read fastest, after much was written."""
    order = ORDERS[db.engine.dialect.name]
    for table in TABLES:
        with writing() as session:
            session.execute(text(order.format(table.name)))


def _posts() -> AnySelect:
    by_authors = visible_to(None).join(User, User.id == Post.author_id)
    return by_authors.with_only_columns(Post.id, User.username, Post.body)


def _people() -> AnySelect:
    return select(User.id, User.username, User.display_name, User.about_me)


def _put(table: Table, rows: Iterable[tuple[int, list[str]]]) -> None:
    values = [{"rowid": id, "words": words} for id, words in rows]
    if not values:
        return
    statement: Any
    if db.engine.dialect.name == "sqlite":
        statement = insert(table).prefix_with("OR REPLACE")
    else:
        statement = insert_on_postgresql(table)
        statement = statement.on_conflict_do_update(
            index_elements=["rowid"], set_={"words": statement.excluded.words}
        )
    with writing() as session:
        session.execute(statement, values)
