"""What a search finds, as queries that nobody has run yet."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from ..accounts.models import User, by_name
from ..db import AnySelect, db
from ..follows.queries import is_followed_by, visible_people
from ..posts.models import Post
from ..posts.queries import as_cards, visible_to
from .asking import Asked, Term
from .index import person_fts, post_fts
from .words import MARK, words_in

# Only so many of the newest matches are ranked: a common word costs no more than that.
MOST_RANKED = 5_000
# People whose name matches come before everybody else, however many follow those.
NAMED = 10**12


def posts(asked: Asked, viewer: User | None) -> tuple[AnySelect, Any]:
    """The posts that ``viewer`` may see among those ``asked`` for, and the key to page them by.

    The key is a column of them too.
    """
    found, key = _posts(asked, viewer)
    shown = as_cards(found)
    return (shown if key is Post.id else shown.add_columns(key)), key


def posts_by_strength(asked: Asked, viewer: User | None) -> tuple[AnySelect, Any]:
    """The same posts, with the column ``strength`` to order them by, and that column.

    More of the words in less text make it stronger. Only the newest
    :data:`MOST_RANKED` are among them.
    """
    terms = _terms(asked)
    found, key = _posts(asked, viewer)
    strength = _strength(post_fts, terms) if terms else literal(0)
    ranked = (
        found.with_only_columns(Post.id.label("id"), strength.label("strength"))
        .order_by(key.desc())
        .limit(MOST_RANKED)
        .subquery()
    )
    shown = as_cards(select(Post).join(ranked, ranked.c.id == Post.id))
    return shown.add_columns(ranked.c.strength), ranked.c.strength


def people(
    asked: Asked, viewer: User | None, *, by_name_only: bool = False
) -> tuple[AnySelect, Any]:
    """The people asked for: (User, id, followed, strength), and the column to order them by.

    First comes who has that very username, then whoever is named so, then those who say so
    about themselves; among equals, who has more followers.
    """
    terms = _terms(asked)
    in_names = _ids(person_fts, [term.in_names for term in terms])
    named = User.id.in_(in_names) if terms else true()
    is_it = func.lower(User.username) == (asked.username or "")
    bonus = case((is_it, 2 * NAMED), (named, NAMED), else_=0)
    strength = cast(User.followers_count, BigInteger) + cast(bonus, BigInteger)
    found = visible_people(viewer).add_columns(
        User.id, is_followed_by(viewer).label("followed"), strength.label("strength")
    )
    if asked.from_name:
        found = found.where(func.lower(User.username) == asked.from_name)
    if terms:
        matches = in_names if by_name_only else _ids(person_fts, terms)
        # However many have joined since, the one of that very name is found.
        itself = select(User.id).where(is_it)
        found = found.where(User.id.in_(union_all(matches, itself)))
    return found, strength


def _posts(asked: Asked, viewer: User | None) -> tuple[Select[Post], Any]:
    terms = _terms(asked)
    if not terms:
        author = by_name(asked.from_name or "").with_only_columns(User.id).scalar_subquery()
        return visible_to(viewer).where(Post.author_id == author), Post.id
    # By its own key the index is read from the newest match on, and no further than needed.
    found = visible_to(viewer).join(post_fts, post_fts.c.rowid == Post.id)
    return found.where(_match(post_fts, _with_author(terms, asked))), post_fts.c.rowid


def _terms(asked: Asked) -> list[Term]:
    """What must be among the words."""
    return [*asked.terms, *_tags_as_terms(asked)]


def _tags_as_terms(asked: Asked) -> list[Term]:
    words = (tuple(words_in(tag)) for tag in asked.tags)
    return [Term(of_tag) for of_tag in words if of_tag]


def _with_author(terms: list[Term], asked: Asked) -> list[Term]:
    return [*terms, Term((MARK + asked.from_name,))] if asked.from_name else terms


def _ids(table: Table, terms: Iterable[Term]) -> Select[int]:
    """The ids of the newest rows of the index with all ``terms``."""
    newest = select(table.c.rowid).where(_match(table, terms)).order_by(table.c.rowid.desc())
    return select(newest.limit(MOST_RANKED).subquery().c.rowid)


def _match(table: Table, terms: Iterable[Term]) -> ColumnElement[bool]:
    if db.engine.dialect.name == "sqlite":
        # FTS5 wants the table itself on the left.
        return literal_column(table.name).bool_op("MATCH")(" ".join(map(_fts5, terms)))
    return table.c.words.bool_op("@@")(_tsquery(terms))


def _strength(table: Table, terms: list[Term]) -> ColumnElement[int]:
    rank: ColumnElement[float]
    if db.engine.dialect.name == "sqlite":
        # BM25, which FTS5 gives as a negative number.
        rank = -func.bm25(literal_column(table.name))
    else:
        # Less for longer texts (flag 1).
        rank = func.ts_rank(table.c.words, _tsquery(terms), 1)
    # A whole number, so that a page goes on exactly where the one before ended. So fine,
    # because BM25 gives a millionth for a word that most texts have.
    return cast(rank * 10**12, BigInteger)


def _tsquery(terms: Iterable[Term]) -> ColumnElement[str]:
    return cast(" & ".join(map(_tsquery_of, terms)), TSQUERY)


# A word is letters and digits, perhaps after a mark: nothing in it could end the quotation.


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_begun else ""}'


def _tsquery_of(term: Term) -> str:
    words = " <-> ".join(f"'{word}'" for word in term.words)
    return f"({words}{':*' if term.is_begun else ''})"
