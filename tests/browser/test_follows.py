"""Follow and unfollow, from a profile and from a list of people."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import no_page_load, only_with_scripts, only_without_scripts


@pytest.fixture
def author(site: Site) -> User:
    return site.person()


def button(page: Page, author: User, name: str) -> Locator:
    name = "Following: unfollow" if name == "Unfollow" else name
    return page.get_by_role("button", name=f"{name} {author.username}", exact=True)


def followers(page: Page, author: User) -> Locator:
    return page.locator(f"#followers_{author.id}")


def test_following_and_unfollowing_lasts(own_page: Page, site: Site, viewer: User, author: User):
    own_page.goto(f"/@{author.username}")
    expect(followers(own_page, author)).to_have_text("0")

    button(own_page, author, "Follow").click()
    expect(button(own_page, author, "Unfollow")).to_be_visible()
    expect(followers(own_page, author)).to_have_text("1")
    assert site.is_followed(author, viewer)
    own_page.reload()
    expect(followers(own_page, author)).to_have_text("1")

    button(own_page, author, "Unfollow").click()
    expect(button(own_page, author, "Follow")).to_be_visible()
    expect(followers(own_page, author)).to_have_text("0")
    assert not site.is_followed(author, viewer)


@only_with_scripts
def test_following_changes_button_and_count_in_place_and_keeps_the_focus(
    own_page: Page, author: User
):
    own_page.goto(f"/@{author.username}")
    with no_page_load(own_page):
        for now, then, count in (("Follow", "Unfollow", "1"), ("Unfollow", "Follow", "0")):
            button(own_page, author, now).focus()
            own_page.keyboard.press("Enter")
            expect(button(own_page, author, then)).to_be_focused()
            expect(followers(own_page, author)).to_have_text(count)


@only_with_scripts
def test_following_from_a_list_changes_one_button_only(
    own_page: Page, site: Site, viewer: User, author: User
):
    fans = [site.person() for _each in range(3)]
    for fan in fans:
        site.follows(fan, author)
    own_page.goto(f"/@{author.username}/followers")
    with no_page_load(own_page):
        button(own_page, fans[1], "Follow").click()
        expect(button(own_page, fans[1], "Unfollow")).to_be_visible()
    expect(button(own_page, fans[0], "Follow")).to_be_visible()
    expect(button(own_page, fans[2], "Follow")).to_be_visible()
    assert site.is_followed(fans[1], viewer)


@only_without_scripts
def test_following_from_a_list_leads_back_to_the_list(own_page: Page, site: Site, author: User):
    fan = site.person()
    site.follows(fan, author)
    own_page.goto(f"/@{author.username}/followers")
    button(own_page, fan, "Follow").click()
    expect(own_page).to_have_url(f"{site.url}/@{author.username}/followers#follow_{fan.id}")
    expect(button(own_page, fan, "Unfollow")).to_be_visible()


def test_an_anonymous_viewer_is_asked_to_join_to_follow(page: Page, site: Site, author: User):
    page.goto(f"/@{author.username}")
    page.locator(f"#follow_{author.id}").click()
    profile = f"/@{author.username}"
    expect(page).to_have_url(f"{site.url}/register?then={profile}/follow&next={profile}")


def test_the_button_says_following_until_it_is_pointed_at_or_focused(
    own_page: Page, site: Site, viewer: User, author: User
):
    site.follows(viewer, author)
    site.follows(author, viewer)
    own_page.goto(f"/@{author.username}")
    expect(own_page.locator(".profile")).to_contain_text("Follows you")
    pressed = button(own_page, author, "Unfollow")
    following, unfollow = pressed.locator("span").first, pressed.locator("span").last
    width = pressed.bounding_box()["width"]
    expect(following).to_be_visible()
    expect(unfollow).to_be_hidden()
    pressed.hover()
    expect(unfollow).to_be_visible()
    expect(following).to_be_hidden()
    own_page.mouse.move(0, 0)
    expect(following).to_be_visible()
    own_page.keyboard.press("Tab")
    pressed.focus()
    expect(unfollow).to_be_visible()
    assert pressed.bounding_box()["width"] == width


def test_on_a_phone_the_button_is_as_wide_as_the_word_that_it_shows(
    browse: Browse, site: Site, viewer: User
):
    site.follows(viewer, site.person(display_name="Greta Sommer"))
    page = browse(as_=viewer, viewport={"width": 390, "height": 844}, locale="es")
    page.goto(f"/@{viewer.username}/following")
    pressed = page.locator(".unfollow")
    assert pressed.bounding_box()["width"] < 140
    assert page.locator(".person-name bdi").bounding_box()["height"] < 30
    pressed.hover()
    expect(pressed).to_have_text("Dejar de seguir", use_inner_text=True)
