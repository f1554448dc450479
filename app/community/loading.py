"""Import a community (users, follows and posts) in bulk inserts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from ..accounts import passwords
from ..accounts.former_names import former_among
from ..accounts.models import LONGEST_ABOUT, User
from ..accounts.names import display_name
from ..accounts.validators import plain_name, reserved_names
from ..data.characters import USERNAME
from ..data.counters import repair_counts
from ..data.database import Base, db, now, writing
from ..data.ids import moment_of
from ..data.types import is_storable
from ..discover.jobs import refresh_discover
from ..follows.models import Follow
from ..posts.models import Mention, Post, Tagging
from ..posts.writing import parse
from ..search.index import fill
from ..web.forms import line_ends
from .csv_files import FILES, LoadError, row_error, rows_of
from .free_ids import free_ids, rising_ids
from .pictures import ReadFile, files_of, insert_pictures, no_files, stored

BATCH = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The id and the username of people, by username in lower case.
People = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Loaded:
    """The numbers of rows loaded."""

    users: int
    follows: int
    posts: int


def load_folder(folder: Path, password: str | None = None) -> Loaded:
    """Load ``users.csv``, ``follows.csv`` and ``posts.csv`` of ``folder``.

    ``users.csv`` may have a column ``about_me``; ``posts.csv`` may have ``number`` and
    ``in_reply_to``, the number of the earlier post that a post replies to; and ``pictures``, the
    names of files in ``folder``, one a line, with ``descriptions``, one a line, and ``sensitive``
    (yes). All users get ``password``, if it is given. Raises
    :class:`app.community.csv_files.LoadError` and loads nothing if a line is invalid.
    """
    if password is not None and not (
        passwords.has_right_length(password) and is_storable(password)
    ):
        limits = f"{passwords.SHORTEST} to {passwords.LONGEST}"
        raise LoadError(f"--password takes {limits} characters that can be kept")
    users, follows, posts = (list(rows_of(folder, name)) for name in FILES)
    return load(users, follows, posts, password, files_of(folder))


def load(
    users: list[dict[str, str]],
    follows: list[dict[str, str]],
    posts: list[dict[str, str]],
    password: str | None = None,
    read_file: ReadFile = no_files,
) -> Loaded:
    """Load rows as :func:`load_folder` reads them, in one transaction.

    ``read_file`` returns the content of a picture.
    """
    password_hash = passwords.make(password) if password else None
    # Before the transaction, during which nobody else can write.
    with stored(posts, read_file) as pictures, writing():
        people = _load_users(users, password_hash)
        followed = _load_follows(follows, people)
        insert_pictures(_load_posts(posts, people), pictures)
        repair_counts()
        fill()
    refresh_discover()
    return Loaded(len(users), followed, len(posts))


def _load_users(rows: list[dict[str, str]], password_hash: str | None) -> People:
    """Insert users; return them by username."""
    taken = {name.lower() for name in db.session.scalars(select(User.username))}
    former = former_among(db.session(), (row["username"] for row in rows))
    reserved = reserved_names()
    for row in rows:
        if not re.fullmatch(USERNAME, row["username"]):
            raise row_error(row, "a username is 1 to 30 of A-Z, a-z, 0-9 and _")
        if plain_name(row["username"]) in reserved:
            raise row_error(row, f"the name {row['username']} is reserved")
        if row["username"].lower() in taken:
            raise row_error(row, f"the name {row['username']} is taken")
        if row["username"] in former:
            raise row_error(row, f"{row['username']} belonged to somebody who has left")
        taken.add(row["username"].lower())
    dated = sorted((_moment(row), row["username"], row) for row in rows)
    keys = free_ids(User, [moment for moment, _name, _row in dated])
    people = {}
    values = []
    for key, (_at, name, row) in zip(keys, dated, strict=True):
        people[name.lower()] = (key, name)
        values.append(
            {"id": key, "username": name, **_profile(row), "password_hash": password_hash}
        )
    _insert(User, values)
    return people


def _profile(row: dict[str, str]) -> dict[str, str]:
    """Return the profile of a row, by the rules of the form."""
    about_me = line_ends(row.get("about_me", ""))
    if len(about_me) > LONGEST_ABOUT:
        raise row_error(row, f"about_me has more than {LONGEST_ABOUT} characters")
    if not is_storable(about_me):
        raise row_error(row, "about_me has a character that cannot be kept")
    try:
        return {"display_name": display_name(row["display_name"]), "about_me": about_me}
    except ValueError as error:
        raise row_error(row, f"display_name: {error}") from error


def _load_follows(rows: list[dict[str, str]], people: People) -> int:
    """Insert follows, each pair once; return how many.

    The time of a follow is when the later of the two users joined.
    """
    pairs = {}
    for row in rows:
        pair = (_user_id(row, "follower", people), _user_id(row, "followed", people))
        if pair[0] == pair[1]:
            raise row_error(row, "nobody follows themselves")
        pairs[pair] = max(pair)
    dated = sorted(pairs.items(), key=lambda item: item[1])
    keys = rising_ids(moment_of(later) for _pair, later in dated)
    _insert(
        Follow,
        [
            {"follower_id": follower, "followed_id": followed, "since": since}
            for since, ((follower, followed), _later) in zip(keys, dated, strict=True)
        ],
    )
    return len(pairs)


def _load_posts(rows: list[dict[str, str]], people: People) -> list[tuple[int, int]]:
    """Insert posts with the columns that :func:`app.posts.writing.publish` writes.

    Returns the id and the author id of each row's post.
    """
    dated = sorted(((_moment(row), i, row) for i, row in enumerate(rows)))
    keys = free_ids(Post, [moment for moment, _i, _row in dated])
    posts: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    tags: list[dict[str, Any]] = []
    # The id and the author id of each post that has a number in the file.
    numbered: dict[str, tuple[int, int]] = {}
    written = [(0, 0)] * len(rows)
    for key, (_at, i, row) in zip(keys, dated, strict=True):
        try:
            text = parse(row["body"], lambda names: {n: people[n] for n in names & people.keys()})
        except ValueError as error:
            raise row_error(row, str(error)) from error
        author_id = _user_id(row, "author", people)
        parent = _parent(row, numbered)
        written[i] = (key, author_id)
        posts.append(
            {
                "id": key,
                "author_id": author_id,
                "body": text.body,
                "body_html": text.html,
                "in_reply_to_id": parent[0],
                "in_reply_to_author_id": parent[1],
            }
        )
        mentions += [{"post_id": key, "user_id": id} for id in text.mentioned]
        tags += [{"post_id": key, "tag": tag} for tag in text.tags]
        if number := row.get("number"):
            if number in numbered:
                raise row_error(row, f"the number {number!r} is that of another post")
            numbered[number] = (key, author_id)
    _insert(Post, posts)
    _insert(Mention, mentions)
    _insert(Tagging, tags)
    return written


def _parent(
    row: dict[str, str], numbered: dict[str, tuple[int, int]]
) -> tuple[int, int] | tuple[None, None]:
    """Return the id and the author id of a row's parent; (None, None) if the row is no reply."""
    number = row.get("in_reply_to")
    if not number:
        return None, None
    if number not in numbered:
        raise row_error(row, f"in_reply_to {number!r} is no earlier post's number")
    return numbered[number]


def _user_id(row: dict[str, str], column: str, people: People) -> int:
    try:
        return people[row[column].lower()][0]
    except KeyError:
        raise row_error(row, f"{row[column]!r} is not in users.csv") from None


def _moment(row: dict[str, str]) -> datetime:
    """Return when a row was made: between 1970 and now, because ids are such times."""
    written = row["created_at"]
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise row_error(row, f"{written!r} is no date as in 2026-01-31T12:00:00Z") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EPOCH <= moment <= now():
        raise row_error(row, f"{written!r} is not between 1970 and now")
    return moment


def _insert(model: type[Base], values: list[dict[str, Any]]) -> None:
    for start in range(0, len(values), BATCH):
        db.session.execute(insert(model), values[start : start + BATCH])
