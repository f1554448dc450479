"""What a search finds, as statements that nobody has run yet.

Both databases find tokens by an index and are asked for a bounded number of the newest rows that
have them, so that a word in every second post costs what a rare one does.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from enum import Enum
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect, cache_per_dialect
from ..data.ids import BIGGEST_ID, id_at
from ..data.keyset import Window
from ..follows.queries import PERSON, Audience, is_followed, not_blocked
from ..posts.models import Post, Tagging
from ..posts.queries import visible_to
from ..web.paging import Listing
from .dialects import indexed_text, match_query, matches, query_parameter, relevance, weight_query
from .index import person_fts, post_fts
from .query_parser import SearchQuery, Term
from .tokens import MARK, tag_token, words_in

# The newest posts with the words that are ranked by relevance, and the newest people of that name
# and with these words in their profile.
MOST_RANKED = 300
MOST_PEOPLE = 1_000
# People whose name matches come before all others, however many followers those have.
NAMED = 10**12

# A list, and the values of its bind parameters.
Found = tuple[Listing, dict[str, Any]]


class FoundBy(Enum):
    """By which index posts are found."""

    WORDS = "the full-text index"
    AUTHOR = "the author"
    TAG = "the tag"
    TIME = "the primary key"


def posts(
    query: SearchQuery, audience: Audience, zone: tzinfo = UTC, *, by_relevance: bool = False
) -> Found:
    """Return the list of ids of the posts that match: by ``id``, or by ``strength`` and ``id``.

    Days begin at midnight in ``zone``. A post that is deleted meanwhile may be among them, but has
    no card. By relevance, only the newest :data:`MOST_RANKED` are listed, because relevance is
    computed from each text, and frequent words are in every second post.
    """
    found_by = _found_by(query)
    values: dict[str, Any] = {}
    if found_by is FoundBy.WORDS:
        values["words"] = match_query(_tokens(query), query.excluded)
    elif found_by is FoundBy.AUTHOR:
        values["username"] = query.authors[0]
    elif found_by is FoundBy.TAG:
        values["tag"] = query.tags[0]
    has_dates = bool(query.since or query.until)
    if has_dates:
        values |= {
            "since": _first_id(query.since, zone) if query.since else 0,
            "until": _first_id(query.until, zone) if query.until else BIGGEST_ID,
        }
    # Only terms of the text itself have a relevance.
    if by_relevance and query.terms:
        values["weights"] = weight_query(query.terms)
    build: Callable[..., AnySelect] = _newest_posts
    if by_relevance:
        build = partial(_posts_by_relevance, has_weights="weights" in values)
    return partial(build, audience=audience, found_by=found_by, has_dates=has_dates), values


def _found_by(query: SearchQuery) -> FoundBy:
    needs_words = query.terms or query.filters or query.excluded
    if needs_words or len(query.authors + query.tags) > 1:
        return FoundBy.WORDS
    return FoundBy.AUTHOR if query.authors else FoundBy.TAG if query.tags else FoundBy.TIME


def _tokens(query: SearchQuery) -> Iterator[Term]:
    """Yield what the text must have; authors, tags and properties of a post are tokens of it."""
    yield from query.terms
    author: Term | None = None
    for name in query.authors:
        author = Term((MARK + name,), other=author)
    if author:
        yield author
    for token in (*map(tag_token, query.tags), *query.filters):
        yield Term((token,))


def _first_id(day: date, zone: tzinfo) -> int:
    """Return the lowest id of a post of ``day``."""
    return min(max(id_at(datetime.combine(day, time.min, zone)), 0), BIGGEST_ID)


def people(query: SearchQuery, audience: Audience, *, by_name_only: bool = False) -> Found | None:
    """Return the list of people who match, by ``strength`` and ``id``, and who is ``followed``.

    First the one of that very username, then people of that name, then people with these words in
    their profile; among equals, who has more followers. Of people of that name, and of people with
    these words, only the newest :data:`MOST_PEOPLE` are listed. None where nothing in a profile
    can match.
    """
    # A profile has no tags: there they are words.
    of_tags = (tuple(words_in(tag)) for tag in query.tags)
    terms = [*query.terms, *(Term(words) for words in of_tags if words)]
    if not (terms or query.authors):
        return None
    values: dict[str, Any] = {"username": query.username or "", "authors": query.authors}
    if terms:
        values |= {
            "words": match_query(terms, query.excluded),
            "names": match_query((term.in_names for term in terms), query.excluded),
        }
    listing = partial(
        _people,
        audience=audience,
        has_words=bool(terms),
        has_authors=bool(query.authors),
        by_name_only=by_name_only,
    )
    return listing, values


@cache_per_dialect
def _newest_posts(
    window: Window, audience: Audience, found_by: FoundBy, has_dates: bool
) -> AnySelect:
    found, key = _matching_posts(audience, found_by, has_dates)
    # By the index's own key: by the post's, SQLite would sort everything that it finds.
    return window.of(found, key)


@cache_per_dialect
def _posts_by_relevance(
    window: Window, audience: Audience, found_by: FoundBy, has_dates: bool, has_weights: bool
) -> AnySelect:
    found, key = _matching_posts(audience, found_by, has_dates)
    if not has_weights:
        newest = _newest_of(found, key, MOST_RANKED).cte()
        ranked = select(newest.c.id, literal_column("0", Integer).label("strength"))
    else:
        with_text = found.add_columns(indexed_text(post_fts).label("text"))
        newest = _newest_of(with_text, key, MOST_RANKED).cte()
        strength = relevance(newest.c.text, query_parameter("weights"))
        ranked = select(newest.c.id, strength.label("strength"))
    listed = ranked.subquery("ranked")
    return window.of(select(listed.c.id, listed.c.strength), listed.c.strength, listed.c.id)


def _matching_posts(
    audience: Audience, found_by: FoundBy, has_dates: bool
) -> tuple[AnySelect, Any]:
    """Return the query of the ids of matching posts, and the key of the index that finds them."""
    key: Any = Post.id
    listed = visible_to(audience) & not_limited(Post.author_id)
    if found_by is FoundBy.WORDS:
        key = post_fts.c.rowid.label("id")
        # The index has listed posts only. A join with the table of posts would be slow.
        found = select(key).where(matches(post_fts, query_parameter("words")))
        if audience is Audience.FILTERED:
            found = found.join(Post, Post.id == post_fts.c.rowid).where(listed)
    elif found_by is FoundBy.AUTHOR:
        author = select(User.id).where(func.lower(User.username) == bindparam("username"))
        found = select(key).where(Post.author_id == author.scalar_subquery(), listed)
    elif found_by is FoundBy.TAG:
        key = Tagging.post_id.label("id")
        found = select(key).join(Post, Post.id == Tagging.post_id)
        found = found.where(Tagging.tag == bindparam("tag"), listed)
    else:
        found = select(key).where(listed)
    if has_dates:
        since, until = (bindparam(name, type_=BigInteger) for name in ("since", "until"))
        found = found.where(key >= since, key < until)
    return found, key


@cache_per_dialect
def _people(
    window: Window, audience: Audience, has_words: bool, has_authors: bool, by_name_only: bool
) -> AnySelect:
    found = select(User.id).where(not_blocked(audience), not_limited(User.id))
    # The condition is on the index and not where people are joined to it, or PostgreSQL would
    # check it for everybody.
    indexed: AnySelect = select(person_fts.c.rowid).where(not_blocked(audience, person_fts.c.rowid))
    if has_authors:
        authors: Any = bindparam("authors", expanding=True)
        found = found.where(func.lower(User.username).in_(authors))
        indexed = indexed.where(person_fts.c.rowid.in_(found))
    ranked = _with_strength(found, 0)
    if has_words:
        ranked = _ranked_people(found, indexed, by_name_only=by_name_only)
    each = ranked.subquery()
    listed = window.of(select(each.c.id, each.c.strength), each.c.strength, each.c.id).subquery()
    followed = is_followed(audience).label("followed")
    shown = select(*PERSON, followed, listed.c.strength).join(listed, listed.c.id == User.id)
    return window.ordered(shown, listed.c.strength, listed.c.id)


def _ranked_people(found: AnySelect, indexed: AnySelect, *, by_name_only: bool) -> AnySelect:
    """Select those among ``found`` with that username, with that name, or with these words.

    As a union, because with alternatives in one condition neither database uses the indexes.
    """
    # However many people of that name have joined since, the one of that very username is found.
    username = func.lower(User.username) == bindparam("username")
    itself = select(User.id).where(username).scalar_subquery()
    ways = [_with_strength(found.where(User.id == itself), 2 * NAMED)]
    others = select(User.id).where(User.id.is_distinct_from(itself), not_limited(User.id))
    named = _newest_people(indexed, "names")
    ways.append(_with_strength(others.join(named, named.c.rowid == User.id), NAMED))
    if not by_name_only:
        unnamed = indexed.where(person_fts.c.rowid.not_in(select(named.c.rowid)))
        with_words = _newest_people(unnamed, "words")
        ways.append(_with_strength(others.join(with_words, with_words.c.rowid == User.id), 0))
    each = union_all(*ways).subquery()
    return select(each.c.id, each.c.strength)


def _with_strength(people: AnySelect, bonus: int) -> AnySelect:
    """Add the ``strength`` of ``people``: their number of followers, and a ``bonus``."""
    strength = cast(User.followers_count, BigInteger) + bonus
    return people.add_columns(strength.label("strength"))


def _newest_people(indexed: AnySelect, parameter: str) -> CTE:
    found = indexed.where(matches(person_fts, query_parameter(parameter)))
    return _newest_of(found, person_fts.c.rowid, MOST_PEOPLE).cte()


def _newest_of(found: AnySelect, key: ColumnElement[int], size: int) -> AnySelect:
    return Window(size).of(found, key)
