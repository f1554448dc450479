"""A small later domain, for tests: a mood with each post, in a table of its own.

It adds to the card and the composer by their extension points alone. Importing it changes nothing;
``install()`` does.
"""

from flask import Blueprint
from sqlalchemy import BigInteger, Column, MetaData, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from wtforms import StringField
from wtforms.validators import Length

from app.data.database import db, is_sqlite
from app.data.reading import read
from app.posts.card import CardPart, add_to_card
from app.posts.composer import ComposerPart, add_to_composer
from app.posts.models import Post
from app.posts.signals import posts_erased

blueprint = Blueprint("mood", __name__, template_folder="templates")

moods = Table(
    "mood",
    MetaData(),
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mood", String(20)),
)


def mood_of(post):
    """The fields of the composer, as they are for a post that exists."""
    found = select(moods.c.mood).where(moods.c.post_id == post.id)
    return {"mood": db.session.scalar(found) or ""}


def save_mood(post, extra):
    """Set the mood of a post, in the transaction that writes it."""
    db.session.execute(delete(moods).where(moods.c.post_id == post.id))
    if mood := extra.get("mood"):
        insert = (sqlite if is_sqlite() else postgresql).insert(moods)
        db.session.execute(insert.values(post_id=post.id, mood=mood))


def moods_of_page(ids, _viewer):
    """The moods of the posts of a page, with one statement."""
    found = read(select(moods).where(moods.c.post_id.in_(ids)))
    return {row.post_id: row.mood for row in found}


def has_mood(_audience):
    """A column of the statement that reads cards."""
    return select(moods.c.post_id).where(moods.c.post_id == Post.id).exists()


PARTS = (
    CardPart("mood", load=moods_of_page, place="below", template="mood/_card.html"),
    CardPart("has_mood", column=has_mood, place="menu", template="mood/_menu.html"),
)
FIELD = ComposerPart(
    fields={"mood": StringField(validators=[Length(max=20)])},
    template="mood/_field.html",
    save=save_mood,
    of_post=mood_of,
    values_template="mood/_values.html",
)


def erase_moods(ids, **_more):
    """Delete the moods of posts whose text was erased."""
    db.session.execute(delete(moods).where(moods.c.post_id.in_(ids)))


def install():
    """Do what the ``__init__.py`` of a domain does when it is imported."""
    posts_erased.connect(erase_moods)
    for part in PARTS:
        add_to_card(part)
    add_to_composer(FIELD)
