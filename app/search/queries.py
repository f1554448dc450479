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
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from ..accounts.models import User, by_name
from ..db import AnySelect, db
from ..follows.queries import is_followed_by, visible_people
from ..paging import part_of
from ..posts.cards import with_cards
from ..posts.models import Post, Tagging
from ..posts.queries import visible_to
from ..prepared import Listing
from .asking import Asked, Term
from .index import person_fts, post_fts
from .words import MARK, words_in

# Only so many of the newest matches are ranked: a common word costs no more than that.
MOST_RANKED = 5_000
# People whose name matches come before everybody else, however many follow those.
NAMED = 10**12


def posts(asked: Asked, viewer: User | None) -> tuple[AnySelect | Listing, Any]:
    """The cards that ``viewer`` may see among the posts ``asked`` for, and the key to page them by.

    The key is a column of them too.
    """
    found, key = _posts(asked, viewer)
    if key is not Post.id:
        return with_cards(found, viewer).add_columns(key), key
    # Of one author: first the ids, from the index, or PostgreSQL reads and sorts all their posts.
    ids = found.with_only_columns(key)

    def listed(cut: Any, only: ColumnElement[bool] | None) -> AnySelect:
        page = select(Post).where(key.in_(part_of(ids, cut, key, only)))
        return cut(with_cards(page, viewer).add_columns(key), key)

    return listed, key


def posts_by_strength(asked: Asked, viewer: User | None) -> tuple[AnySelect, Any, Any]:
    """The same posts, and the columns ``strength`` and ``id`` to order them by.

    More of the words in less text make it stronger. Only the newest
    :data:`MOST_RANKED` are among them.
    """
    found, key = _posts(asked, viewer)
    strength = _strength(post_fts, asked.terms) if asked.terms else literal(0)
    ranked = (
        found.with_only_columns(Post.id.label("id"), strength.label("strength"))
        .order_by(key.desc())
        .limit(MOST_RANKED)
        .subquery()
    )
    return select(ranked.c.id, ranked.c.strength), ranked.c.strength, ranked.c.id


def people(
    asked: Asked, viewer: User | None, *, by_name_only: bool = False
) -> tuple[AnySelect, Any]:
    """The people asked for: (User, id, followed, strength), and the column to order them by.

    First comes who has that very username, then whoever is named so, then those who say so
    about themselves; among equals, who has more followers.
    """
    terms = _in_profiles(asked)
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
    found, tags = visible_to(viewer), list(asked.tags)
    if asked.terms:
        # By its own key the index is read from the newest match on, and no further than needed.
        key: Any = post_fts.c.rowid
        words = [*asked.terms]
        if asked.from_name:
            words.append(Term((MARK + asked.from_name,)))
        found = found.join(post_fts, key == Post.id).where(_match(post_fts, words))
    elif asked.from_name:
        key = Post.id
        author = by_name(asked.from_name).with_only_columns(User.id).scalar_subquery()
        found = found.where(Post.author_id == author)
    else:
        key = Tagging.post_id
        found = found.join(Tagging, key == Post.id).where(Tagging.tag == tags.pop())
    for tag in tags:
        has_it = aliased(Tagging)
        found = found.where(exists().where(has_it.post_id == Post.id, has_it.tag == tag))
    return found, key


def _in_profiles(asked: Asked) -> list[Term]:
    """What must be among the words of a profile, which has no tags: there they are words."""
    words = (tuple(words_in(tag)) for tag in asked.tags)
    return [*asked.terms, *(Term(of_tag) for of_tag in words if of_tag)]


def _ids(table: Table, terms: Iterable[Term]) -> Select[int]:
    """The ids of the newest rows of the index with all ``terms``."""
    newest = select(table.c.rowid).where(_match(table, terms)).order_by(table.c.rowid.desc())
    return select(newest.limit(MOST_RANKED).subquery().c.rowid)


def _match(table: Table, terms: Iterable[Term]) -> ColumnElement[bool]:
    if db.engine.dialect.name == "sqlite":
        # FTS5 wants the table itself on the left.
        return literal_column(table.name).bool_op("MATCH")(" ".join(map(_fts5, terms)))
    return table.c.words.bool_op("@@")(_tsquery(terms))


def _strength(table: Table, terms: Iterable[Term]) -> ColumnElement[int]:
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
