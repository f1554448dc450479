"""What a search finds, as queries that nobody has run yet.

Both databases find words by an index and are asked for a bounded number of the newest rows that
have them, so that a word in every second post costs what a rare one does. What differs from
one search to the next is a parameter: the words come as one, in the database's own language.
"""

from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ..accounts.models import User, by_name
from ..data.database import AnySelect, at_most, is_among
from ..data.prepared import Listing, Query, prepared
from ..follows.queries import PERSON, is_followed_by, not_blocked
from ..posts.cards import with_cards
from ..posts.models import Post, Tagging
from ..posts.queries import visible_to
from ..web.paging import part_of
from .asking import Asked, Term
from .index import person_fts, post_fts
from .matching import matches, strength_of, text_to_weigh, weighed, written
from .newest import NewestFirst, starts
from .words import MARK, words_in

# Only so many of the newest posts with the words are ranked by relevance …
MOST_RANKED = 300
# … and so many of the newest people of that name, and of those who say so about themselves.
MOST_PEOPLE = 1_000
# People whose name matches come before everybody else, however many follow those.
NAMED = 10**12


def posts(asked: Asked, viewer: User | None, *, by_strength: bool = False) -> Query:
    """The ids of the posts ``asked`` for, a list by ``id``: of those that ``viewer`` may see.

    A post that is deleted meanwhile may be among them, but not among their :func:`cards`.

    With ``by_strength`` a list by ``strength`` and ``id``: more of the words in
    less text make it stronger. Only the newest :data:`MOST_RANKED` are among them, because how
    strong each is comes out of its text, and words that everybody uses are in every second post.
    """
    tags, terms, author = list(dict.fromkeys(asked.tags)), list(asked.terms), asked.from_name
    if terms and author:
        # The name is a word of the post: both are found in one index.
        terms.append(Term((MARK + author,)))
        author = None
    tag = tags.pop() if tags and not (terms or author) else None

    def since(start: int | None) -> Query:
        return _posts(
            viewer,
            words=written(terms),
            author=author,
            tag=tag,
            more_tags=tags or None,
            how_many_more=len(tags) or None,
            weights=weighed(asked.terms) if by_strength else None,
            by_strength=by_strength,
            start=start,
        )

    newest = {start: since(start) for start in starts()} if terms else {}
    return NewestFirst(since(None), newest, by_strength=by_strength)


def people(asked: Asked, viewer: User | None, *, by_name_only: bool = False) -> Query | None:
    """The people asked for, ``followed`` or not: a list by ``strength`` and ``id``.

    First comes who has that very username, then whoever is named so, then those who say so
    about themselves; among equals, who has more followers. Of those named so, and of those
    who say so, only the newest :data:`MOST_PEOPLE` are among them. None where nothing in a
    profile is asked for.
    """
    # A profile has no tags: there they are words.
    of_tags = (tuple(words_in(tag)) for tag in asked.tags)
    terms = [*asked.terms, *(Term(words) for words in of_tags if words)]
    if not (terms or asked.from_name):
        return None
    return _people(
        viewer,
        words=written(terms),
        names=written(term.in_names for term in terms),
        username=asked.username or "",
        author=asked.from_name,
        by_name_only=by_name_only,
    )


# Words in few posts are looked up, those in many are met soon on the way from the newest down.
@partial(prepared, has_one_plan=False)
def _posts(
    viewer: User | None,
    *,
    words: str | None,
    author: str | None,
    tag: str | None,
    more_tags: list[str] | None,
    how_many_more: int | None,
    weights: str | None,
    by_strength: bool,
    start: int | None,
) -> Listing:
    found: AnySelect = visible_to(viewer)
    key: Any = Post.id
    if words is not None:
        key = post_fts.c.rowid
        # The index has only what is there. With the posts' own table it took twice as long.
        shown_to_all = viewer is None or not viewer.is_apart
        found = select(key) if shown_to_all else found.join(post_fts, key == Post.id)
        found = found.where(matches(post_fts, words))
        if start is not None:
            found = found.where(key >= start)
    elif author is not None:
        user = by_name(author).with_only_columns(User.id).scalar_subquery()
        found = found.where(Post.author_id == user)
    else:
        key = Tagging.post_id
        found = found.join(Tagging, key == Post.id).where(Tagging.tag == tag)
    if more_tags is not None:
        has = aliased(Tagging)
        tagged = select(func.count()).where(has.post_id == key, is_among(has.tag, more_tags))
        found = found.where(tagged.scalar_subquery() == how_many_more)
    ids = found.with_only_columns(key.label("id"))
    if not by_strength:
        # By the index's own key: by the post's, all that it finds would be sorted.
        return lambda cut, only: part_of(ids, cut, key, only)
    if weights is not None:
        ids = ids.add_columns(text_to_weigh(post_fts).label("text"))
    newest = _newest_of(ids, key, MOST_RANKED).cte()
    strength = literal_column("0") if weights is None else strength_of(newest.c.text, weights)
    ranked = select(newest.c.id, strength.label("strength"))
    if start is not None:
        # From there on there must be all that are ranked, or a stronger one may lie below.
        how_many = select(func.count()).select_from(newest).scalar_subquery()
        ranked = ranked.where(how_many == MOST_RANKED)
    return lambda cut, _only: cut(ranked)


@prepared
def cards(ids: list[int], viewer: User | None) -> AnySelect:
    """The cards of the posts with these ``ids`` that ``viewer`` may see, in any order."""
    return with_cards(visible_to(viewer).where(is_among(Post.id, ids)), viewer)


@prepared
def _people(
    viewer: User | None,
    *,
    words: str | None,
    names: str | None,
    username: str,
    author: str | None,
    by_name_only: bool,
) -> Listing:
    found = select(User.id).where(not_blocked(viewer))
    # Here and not where they are joined, for which PostgreSQL would go through everybody.
    of_index: AnySelect = select(person_fts.c.rowid).where(not_blocked(viewer, person_fts.c.rowid))
    if author is not None:
        found = found.where(func.lower(User.username) == author)
        # Or everybody named so would be found, for one of them.
        of_index = of_index.where(person_fts.c.rowid == found.scalar_subquery())
    if words is None:
        ranked = _with_strength(found, 0)
    else:
        words = None if by_name_only else words
        ranked = _ranked_people(found, of_index, username, names, words)

    def listed(cut: Any, _only: ColumnElement[bool] | None) -> AnySelect:
        part = cut(ranked).subquery()
        followed = is_followed_by(viewer).label("followed")
        of_list = (column for column in part.c if column.key != User.id.key)
        return cut.order(select(*PERSON, followed, *of_list).join(part, part.c.id == User.id))

    return listed


def _ranked_people(
    found: Select[int], of_index: AnySelect, username: str, names: str | None, words: str | None
) -> AnySelect:
    """Those among ``found`` of that name or named so, and who say ``words``, with their strength.

    One way after the other: as alternatives in one condition they took twice as long.
    """
    # However many have joined since, the one of that very name is found.
    itself = by_name(username).with_only_columns(User.id).scalar_subquery()
    ways = [_with_strength(found.where(User.id == itself), 2 * NAMED)]
    others = select(User.id).where(User.id.is_distinct_from(itself))
    named = _newest(of_index, names)
    ways.append(_with_strength(others.join(named, named.c.rowid == User.id), NAMED))
    if words is not None:
        who_say = _newest(of_index.where(person_fts.c.rowid.not_in(select(named.c.rowid))), words)
        ways.append(_with_strength(others.join(who_say, who_say.c.rowid == User.id), 0))
    each = union_all(*ways).subquery()
    return select(each.c.id, each.c.strength)


def _with_strength(found: Select[int], bonus: int) -> AnySelect:
    """Give people ``found`` their strength: how many follow them, and a ``bonus``."""
    strength = cast(User.followers_count, BigInteger) + bonus
    return found.add_columns(strength.label("strength"))


def _newest(of_index: AnySelect, words: Any) -> CTE:
    """The ids of the newest people among ``of_index`` that it has ``words`` of, as ``rowid``."""
    found = of_index.where(matches(person_fts, words))
    return _newest_of(found, person_fts.c.rowid, MOST_PEOPLE).cte()


def _newest_of(found: AnySelect, key: Any, most: int) -> AnySelect:
    # SQLite tells FTS5 of OFFSET too. SQLAlchemy makes a parameter of none, which has the statement
    # prepared anew at each call, as in at_most(): a third and more of its time.
    return found.order_by(key.desc()).limit(at_most(most)).offset(at_most(0))
