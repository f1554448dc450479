"""Accessibility of what administrators see, and people on their way in and out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.applications import apply_to_join
from app.accounts.confirming import CONFIRM
from app.accounts.invitations import invite
from app.accounts.registering import register
from app.accounts.tokens import make_token
from app.administration.models import announce
from app.data.database import db, now, writing
from app.exports.models import KEPT, Export
from app.exports.routes import ARCHIVE
from app.mail.models import OutboxMail
from app.moderation.actions import Decision, warn
from app.moderation.bulk import BulkAction
from app.moderation.log import Moderator
from app.moderation.models import Case
from app.moderation.reporting import report
from app.posts.models import Post
from app.site import change_site
from app.site.settings import Rule

from .conftest import Browse
from .served import Site, User, serve
from .test_access import COMMUNITY_PAGES, is_accessible_and_fits
from .test_phone import PHONE, SMALL_TARGETS


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site of its own, since moderators see what all tests leave."""
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def keeper(site: Site) -> User:
    """An administrator."""
    keeper = site.person("keeper")
    site.gives_role(keeper, "administrator")
    return keeper


@pytest.fixture(scope="module")
def kept(site: Site, keeper: User) -> Iterator[dict[str, object]]:
    """A place with a case, an applicant, an announcement; values for :data:`COMMUNITY_PAGES`."""
    reported = site.person("reported", display_name="Cheap " + "watches" * 6)
    (post,) = site.writes(reported, "Buy now! " + "cheap" * 60)
    with site.app.app_context():
        change_site(privacy="We keep *little*.", terms="Be good.", rules=[Rule("No ads", "None.")])
        row = db.session.get_one(Post, post.id)
        report(keeper, reported, row, reason="spam", words="long" * 100)
        reported = db.session.get_one(User, reported.id)
        warn(Moderator(), reported, Decision("No ads", "The third one"))
        bulk = BulkAction(actor_id=keeper.id, action="suspend", total=2)
        ready = {"state": "ready", "bytes": 6, "ends_at": now() + KEPT}
        export = Export(user_id=reported.id, nonce="abc", key="access", **ready)
        mail = OutboxMail(recipient=f"{'a' * 60}@example.org", subject="Hello", attempts=9)
        with writing() as session:
            session.add_all([bulk, export, mail])
            session.flush()
            apply_to_join(register("applicant"), answer="Because. " * 40, network="192.0.2.1")
            invite(keeper)
        ends = now().replace(microsecond=0) + KEPT
        yield {
            "post": post.id,
            "case": db.session.scalars(select(Case.id)).first(),
            "bulk": bulk.id,
            "confirmation": make_token(CONFIRM, reported, ends=ends),
            "archive": make_token(ARCHIVE, reported, ends=ends, export=export.id),
        }


@pytest.mark.parametrize("path", COMMUNITY_PAGES)
def test_what_keeps_the_place_in_order_is_accessible_and_fits(
    browse: Browse, keeper: User, kept: dict[str, object], path: str
):
    is_for_anonymous = path.startswith(("/confirm", "/register", "/login"))
    page = browse(as_=None if is_for_anonymous else keeper)
    page.goto(path.format(**kept))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    is_accessible_and_fits(page)


@pytest.mark.parametrize("path", COMMUNITY_PAGES)
def test_its_targets_are_large_enough(
    browse: Browse, keeper: User, kept: dict[str, object], path: str
):
    is_for_anonymous = path.startswith(("/confirm", "/register", "/login"))
    page = browse(as_=None if is_for_anonymous else keeper, viewport=PHONE)
    page.goto(path.format(**kept))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(SMALL_TARGETS) == []


def test_an_announcement_is_accessible_and_fits(browse: Browse, site: Site, keeper: User):
    with site.app.app_context():
        announced = announce("We move on **Friday**. " + "long" * 60)
        try:
            page = browse(as_=keeper)
            for path in ("/about", "/settings/site/announcements"):
                page.goto(path)
                expect(page.get_by_role("region", name="Announcement")).to_be_visible()
                is_accessible_and_fits(page)
        finally:
            announced.end(keeper)
