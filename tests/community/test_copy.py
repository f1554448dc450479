"""Copying a community from SQLite to PostgreSQL."""

from collections.abc import Callable

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.applications import apply_to_join
from app.accounts.former_names import keep_former
from app.accounts.invitations import invite, join_with
from app.accounts.leaving import leave
from app.accounts.models import User
from app.accounts.registering import register
from app.accounts.seen_addresses import see_address
from app.administration.models import AnnouncementRead, announce
from app.data.database import Base, db, writing
from app.discover.jobs import refresh_discover, suggest_to
from app.exports.models import Export
from app.follows.models import block, follow, mute
from app.media.models import Picture
from app.moderation.actions import Decision, limit
from app.moderation.bulk import BulkAction, BulkPerson
from app.moderation.log import Moderator
from app.moderation.models import CannedReason, Case, KeptPicture
from app.moderation.notes import add_note
from app.moderation.notifying import mail_new_cases
from app.moderation.reporting import report
from app.posts.drafts import save_draft
from app.posts.models import Post
from app.posts.reposting import repost
from app.posts.warnings import put_warning
from app.posts.writing import edit, publish
from app.previews.content import Preview
from app.previews.keeping import show as show_preview
from app.profiles.models import pin
from app.reactions.models import bookmark, like
from app.search.index import TABLES
from app.site import change_site
from tests.client import Client
from tests.conftest import DATABASE, PASSWORD
from tests.html import cards, one

pytestmark = pytest.mark.skipif(DATABASE != "postgresql", reason="It is copied into PostgreSQL.")

KEY = "Vb3xQ7mZ0tRk9LwYs2Hc8PjNf5GdUa1E"


@pytest.fixture
def make_site(make_app: Callable[..., Flask]) -> Callable[[str], Flask]:
    """Give a function that makes an application on a migrated database."""

    def make(url: str) -> Flask:
        app = make_app({"DATABASE_URL": url, "SECRET_KEY": KEY})
        with app.app_context():
            flask_migrate.upgrade()
        return app

    return make


@pytest.fixture
def source_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'microblog.sqlite3'}"


@pytest.fixture
def source(make_site, source_url) -> Flask:
    """Give a site on SQLite, with something in every table."""
    site = make_site(source_url)
    with site.app_context():
        live()
    visit(site)
    return site


@pytest.fixture
def target(make_site, make_database) -> Flask:
    """Give a site on PostgreSQL without users."""
    return make_site(make_database())


def live() -> None:
    """Do every action that writes a row, by the verbs."""
    ada, bruno, carmen, dmitri = (
        register(name, email=f"{name}@example.org", password=PASSWORD, display_name=called)
        for name, called in {
            "ada": "Ada “L.” Lindqvist",
            "bruno": "",
            "carmen": "Cármen \\N \t ñ 🎶",
            "dmitri": "Дмитрий",
        }.items()
    )
    ada.edit_profile(display_name=ada.display_name, about_me="First line\nsecond \\. line")
    follow(ada, bruno)
    follow(bruno, ada)
    follow(dmitri, bruno)
    block(carmen, dmitri)
    mute(ada, dmitri)
    posts = [publish(bruno, f"Loaf {n}: #Rye and\ttabs, \\backslashes\\ 🍞") for n in range(30)]
    reply = publish(ada, "@bruno one for me, and one for @carmen #rye", in_reply_to=posts[3])
    repost(carmen, posts[4])
    for post in posts[::3]:
        like(ada, post)
    bookmark(carmen, reply)
    pin(posts[5])
    refresh_discover()
    suggest_to(dmitri.id)
    edit(posts[5], "Loaf 5, with seeds")
    posts[6].delete()
    save_draft(dmitri, "a nonce", "Not yet")
    with writing() as session:
        session.add(Picture(owner_id=dmitri.id, nonce="a nonce", blur="data:,", bytes=7))
    show_preview(reply, Preview("https://bread.example/", "Pan de «ñ» 🍞", "\\N"))
    look_after(ada, bruno, posts[7])


def look_after(ada: User, bruno: User, post: Post) -> None:
    """Fill the tables of moderators and administrators, and of people who join or leave."""
    names = ("esi", "fola", "gil", "hana")
    invited, limited, applicant, leaving = (register(name, email=f"{name}@x.org") for name in names)
    change_site(privacy="We keep «little».")
    announced = announce("We move on Friday.")
    apply_to_join(applicant, answer="Because.", network="192.0.2.1")
    join_with(invite(ada), invited)
    report(ada, bruno, post, reason="spam", words="Twice")
    limit(Moderator(), limited, Decision("No ads", "Calm down"))
    put_warning(post, "Sells something")
    add_note(ada, limited.id, "Not the first time")
    mail_new_cases(ada, wanted=True)
    see_address(ada.id, "192.0.2.7")
    leave(leaving)
    bulk = BulkAction(actor_id=ada.id, action="suspend", total=1)
    with writing() as session:
        keep_former(session, "ines")
        session.add_all([bulk, CannedReason(words="We are no market.")])
        session.flush()
        session.add(BulkPerson(bulk_id=bulk.id, user_id=limited.id))
        session.add(AnnouncementRead(user_id=ada.id, announcement_id=announced.id))
        session.add(Export(user_id=bruno.id, nonce="a nonce"))
        case, picture = (session.scalars(select(model.id)).first() for model in (Case, Picture))
        session.add(KeptPicture(case_id=case, picture_id=picture))


def visit(site: Flask) -> None:
    """Sign users in and out, which writes rows too."""
    browser = Client(site)
    browser.log_in("ada", "not it")
    browser.log_in("ada", PASSWORD)
    browser.post("/settings/profile", {"display_name": "Ada", "about_me": "Back soon"})
    anonymous = Client(site)
    anonymous.get("/reset-password")
    assert anonymous.submit("main form", email="bruno@example.org").status_code == 303


def rows_of(site: Flask) -> dict[str, list[dict]]:
    """Return all rows of a site, by table, in the order of the primary keys."""
    found = {}
    with site.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table))
            keys = [column.name for column in table.primary_key]
            found[table.name] = sorted(
                (dict(row) for row in rows.mappings()), key=lambda row: [row[k] for k in keys]
            )
    return found


def copy(site: Flask, url: str):
    return site.test_cli_runner().invoke(args=["community", "copy", url])


def test_every_row_of_every_table_is_copied(source, source_url, target):
    there = rows_of(source)
    assert [name for name, rows in there.items() if not rows] == []
    result = copy(target, source_url)
    assert result.exit_code == 0, result.output
    assert rows_of(target) == there == rows_of(source)
    error = dict(reversed(line.split()) for line in result.output.splitlines()[:-1])
    assert error == {name: f"{len(rows):,}" for name, rows in there.items()}
    assert "Copied, and equal to what is there" in result.output


def test_the_copy_is_a_working_site(source, source_url, target):
    signed_in = Client(source)
    signed_in.log_in("carmen", PASSWORD)
    assert copy(target, source_url).exit_code == 0
    browser = Client(target, signed_in.cookies())
    one(browser.get("/@bruno"), "article.post .post-body", text="Loaf 5, with seeds")
    assert len(cards(browser.get("/search?q=loaf"))) == 25
    assert browser.post("/posts", {"body": "All of us, here"}).status_code == 303
    one(browser.get("/search?q=us"), "article.post .post-body", text="All of us, here")
    check = target.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output
    with target.app_context():
        # Copying sets this sequence. Another sequence would have to be set too.
        sequences = db.session.scalars(text("SELECT sequencename FROM pg_sequences")).all()
    assert sequences == ["id_low_bits"]


def test_a_target_with_users_is_refused(source, source_url, target):
    with target.app_context():
        register("esi")
    result = copy(target, source_url)
    assert result.exit_code == 1
    assert "Error: The database is not empty: there are rows in user." in result.output
    assert len(rows_of(target)["user"]) == 1


def test_a_target_of_another_revision_is_refused(source, source_url, target):
    with target.app_context():
        flask_migrate.downgrade()
    result = copy(target, source_url)
    assert result.exit_code == 1
    assert "Error: DATABASE_URL is at revision" in result.output
    assert "run flask db upgrade on it first" in result.output


def test_a_source_of_another_revision_is_refused(source, source_url, target):
    with source.app_context():
        flask_migrate.downgrade()
    result = copy(target, source_url)
    assert result.exit_code == 1
    assert f"Error: {source_url} is at revision" in result.output
    assert not any(rows_of(target).values())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("sqlite:////nowhere/microblog.sqlite3", "There is no file /nowhere/microblog.sqlite3."),
        ("sqlite://", "There is no file"),
        ("postgresql://db/m", "Only a community on SQLite can be copied"),
        ("microblog.sqlite3", "microblog.sqlite3 is no address of a database"),
    ],
)
def test_a_source_that_is_no_community_on_sqlite_is_refused(target, url, error):
    result = copy(target, url)
    assert result.exit_code == 1
    assert error in result.output
    assert "Traceback" not in result.output


def test_a_sqlite_target_is_refused(source, source_url):
    result = copy(source, source_url)
    assert result.exit_code == 1
    assert "DATABASE_URL must name the PostgreSQL database" in result.output


def test_a_copy_that_fails_leaves_no_row(source, source_url, target):
    with source.app_context(), writing() as session:
        # SQLite accepts a value that is longer than the column.
        longer = "UPDATE post SET nonce = :nonce WHERE id = (SELECT min(id) FROM post)"
        session.execute(text(longer), {"nonce": "x" * 65})
    result = copy(target, source_url)
    assert result.exit_code == 1
    assert "Error: post cannot be copied: value too long" in result.output
    assert not any(rows_of(target).values())
    with target.app_context():
        assert not any(db.session.execute(select(table)).first() for table in TABLES)


def test_a_row_that_was_copied_wrongly_is_found(source, source_url, target):
    with target.app_context(), writing() as session:
        session.execute(
            text(
                "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.body := NEW.body || '!'; RETURN NEW; END $$"
            )
        )
        session.execute(
            text(
                "CREATE TRIGGER shouts BEFORE INSERT ON post FOR EACH ROW "
                "WHEN (NEW.body LIKE 'Loaf 7%') EXECUTE FUNCTION shout()"
            )
        )
    result = copy(target, source_url)
    assert result.exit_code == 1
    assert "Error: post does not hold what was sent. Nothing is kept." in result.output
    assert not any(rows_of(target).values())
