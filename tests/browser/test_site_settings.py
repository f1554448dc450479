"""Settings of the site: invitations, approval, announcements, members only."""

from collections.abc import Iterator
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import User
from app.administration.models import Announcement, announce
from app.data.database import db
from app.site import Rule, change_site
from app.site import Site as Settings

from .conftest import Browse
from .pictures import drawn
from .served import PASSWORD, Site
from .steps import flash, log_in, until
from .watching import Watch


@pytest.fixture(autouse=True)
def usual_settings(site: Site) -> Iterator[None]:
    """Leave the settings to the next test as they were."""
    yield
    usual = vars(Settings()) | {}
    usual.pop("set_by_environment")
    with site.app.app_context():
        change_site(**usual)


@pytest.fixture
def own_page(browse: Browse, scripts: bool, site: Site, viewer: User) -> Page:
    """A page of an administrator, with JavaScript and without."""
    with site.app.app_context():
        db.session.get_one(User, viewer.id).set_role("administrator")
    return browse(as_=viewer, java_script_enabled=scripts)


def join(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Join").click()


def test_an_administrator_sets_up_the_site_and_everybody_sees_it(own_page: Page, browse: Browse):
    own_page.goto("/settings/site")
    own_page.get_by_label("Name", exact=True).fill("Village")
    own_page.get_by_label("Rule", exact=True).first.fill("Be kind")
    own_page.get_by_role("button", name="Save").click()
    expect(flash(own_page)).to_contain_text("The settings are saved.")
    anonymous = browse()
    anonymous.goto("/register")
    anonymous.get_by_role("link", name="the rules").click()
    expect(anonymous.get_by_role("heading", name="About Village")).to_be_visible()
    expect(anonymous.locator("#rule_1")).to_contain_text("Be kind")


def test_an_accent_and_a_banner_are_chosen_and_everybody_sees_them(
    own_page: Page, browse: Browse, scripts: bool
):
    own_page.goto("/settings/site/look")
    own_page.get_by_label("Accent").fill("#1d4ed8")
    own_page.get_by_label("Banner", exact=True).set_input_files([drawn("landscape")])
    own_page.get_by_label("Description of the banner").fill("Our hall")
    own_page.get_by_role("button", name="Save", exact=True).click()
    expect(flash(own_page)).to_contain_text("The settings are saved.")
    anonymous = browse(java_script_enabled=scripts)
    anonymous.goto("/login")
    join = anonymous.get_by_role("link", name="Join").first
    expect(join).to_have_css("background-color", "rgb(29, 78, 216)")
    until(anonymous, lambda: anonymous.goto("/about") and has_banner(anonymous))
    expect(anonymous.get_by_role("img", name="Our hall")).to_be_visible()


def has_banner(page: Page) -> bool:
    return page.locator("img.banner").count() == 1


def invitation_of(page: Page) -> str:
    """Make an invitation and return its link."""
    page.goto("/settings/invitations")
    page.get_by_role("button", name="Make an invitation").click()
    return page.get_by_label("Link").input_value()


def test_somebody_joins_by_an_invitation_alone(
    own_page: Page, page: Page, site: Site, watch: Watch
):
    watch.allow(403)
    with site.app.app_context():
        change_site(registration="invite")
    page.goto("/register")
    expect(page.get_by_role("heading", name="Only with an invitation")).to_be_visible()
    link = invitation_of(own_page)
    name = f"guest_{token_hex(4)}"
    page.goto(link)
    join(page, name)
    expect(flash(page)).to_contain_text(f"Welcome, {name}!")
    own_page.reload()
    expect(own_page.locator(".invitation")).to_contain_text(f"@{name}")
    made = own_page.get_by_role("button", name="Make an invitation").bounding_box()
    assert own_page.locator(".invitation").bounding_box()["y"] > made["y"] + made["height"] + 8


def test_what_was_typed_stays_when_the_invitation_ends_meanwhile(
    own_page: Page, page: Page, site: Site, watch: Watch
):
    watch.allow(403)
    with site.app.app_context():
        change_site(registration="invite")
    page.goto(invitation_of(own_page))
    own_page.get_by_role("button", name="Revoke").click()
    expect(flash(own_page)).to_contain_text("Nobody else can join with that link.")
    name = f"guest_{token_hex(4)}"
    join(page, name)
    expect(page.get_by_role("heading", name="Only with an invitation")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value(name)


def test_somebody_asks_waits_is_let_in_and_logs_in(
    own_page: Page, page: Page, site: Site, watch: Watch
):
    watch.allow(403)
    with site.app.app_context():
        change_site(registration="approval", question="Who sent you?")
    name = f"guest_{token_hex(4)}"
    page.goto("/register")
    page.get_by_label("Who sent you?").fill("A friend")
    join(page, name)
    expect(page.get_by_role("heading", name="You are on the list")).to_be_visible()
    own_page.goto("/desk/people")
    own_page.get_by_role("checkbox", name=f"@{name}").check()
    own_page.get_by_role("button", name="Let them in").click()
    expect(flash(own_page)).to_contain_text("1 person is in.")
    page.goto("/login")
    log_in(page, site.named(name))
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    expect(page.get_by_role("link", name="Write").first).to_be_visible()


@pytest.fixture
def end_announcements(site: Site, viewer: User) -> Iterator[None]:
    """End what the test announces: the next tests use the same site."""
    yield
    with site.app.app_context():
        for each in db.session.scalars(select(Announcement)):
            each.end(viewer)


@pytest.mark.usefixtures("end_announcements")
def test_an_announcement_stays_until_it_is_dismissed(own_page: Page, site: Site):
    said = f"We move {token_hex(4)}"
    own_page.goto("/settings/site/announcements")
    own_page.get_by_label("Text").fill(said)
    own_page.get_by_role("button", name="Announce").click()
    own_page.goto("/explore")
    shown = own_page.locator(".announcement", has_text=said)
    shown.get_by_role("button", name="Got it").click()
    expect(shown).to_have_count(0)
    expect(own_page).to_have_url(f"{site.url}/explore")
    own_page.goto("/")
    expect(shown).to_have_count(0)


@pytest.mark.usefixtures("end_announcements")
def test_pages_that_hold_nothing_say_so_below_an_announcement(
    own_page: Page, site: Site, watch: Watch
):
    watch.allow(404)
    with site.app.app_context():
        announce("We move")
    own_page.goto("/@nobody")
    expect(own_page.get_by_role("heading", name="Nothing here")).to_be_visible()
    own_page.goto("/settings/pictures")
    expect(own_page.get_by_text("No pictures yet.")).to_be_visible()


def test_where_only_members_read_an_anonymous_viewer_sees_how_to_join(
    page: Page, site: Site, viewer: User
):
    site.writes(viewer, "Only for us")
    with site.app.app_context():
        change_site(reads="members", rules=(Rule("Be kind"),))
    page.goto("/")
    expect(page.get_by_text("Only members read here.")).to_be_visible()
    expect(page.get_by_text("Only for us")).to_have_count(0)
    page.goto(f"/@{viewer.username}")
    log_in(page, viewer)
    expect(page.get_by_text("Only for us")).to_be_visible()
