"""Avatars and banners: chosen, cut, prepared and shown."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from app.media.jobs import process

from .conftest import Browse
from .served import Site, User
from .steps import flash, no_page_load, only_with_scripts
from .test_access import is_accessible_and_fits

RED, BLUE = (255, 0, 0), (0, 0, 255)


def chosen(width: int = 600, height: int = 400, padding: int = 0) -> dict:
    """A file as Playwright chooses it: red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    file = BytesIO()
    image.save(file, "PNG")
    return {"name": "me.png", "mimeType": "image/png", "buffer": file.getvalue() + bytes(padding)}


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(flash(page)).to_contain_text("Your profile is saved.")


def shown(picture: Locator) -> Image.Image:
    """The picture that an element shows, once it is there."""
    picture.page.wait_for_load_state("load")
    answer = picture.page.request.get(picture.get_attribute("src"))
    return Image.open(BytesIO(answer.body())).convert("RGB")


def colours(picture: Image.Image) -> list[str]:
    """The names of the colours at the left and at the right."""
    pixels = (picture.getpixel((picture.width * x // 10, picture.height // 2)) for x in (1, 9))
    return ["red" if red > blue else "blue" for red, _green, blue in pixels]


@pytest.fixture
def settings(own_page: Page) -> Page:
    """The form of the viewer's profile."""
    own_page.goto("/settings/profile")
    return own_page


def test_a_picture_and_a_banner_are_chosen_shown_and_removed(settings: Page):
    settings.get_by_label("Picture", exact=True).set_input_files(chosen())
    settings.get_by_label("Banner", exact=True).set_input_files(chosen(900, 300, padding=2_000_000))
    settings.get_by_label("Description of the banner").fill("Red and blue")
    save(settings)
    avatar = settings.locator(".profile > .avatar")
    assert colours(shown(avatar)) == ["red", "blue"]
    banner = settings.get_by_role("img", name="Red and blue")
    assert colours(shown(banner)) == ["red", "blue"]
    box = banner.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(3, abs=0.05)
    settings.goto("/settings/profile")
    settings.get_by_label("Remove the picture").check()
    settings.get_by_label("Remove the banner").check()
    save(settings)
    expect(avatar).to_have_attribute("src", f"/avatars/{settings.url.partition('@')[2]}.svg")
    expect(banner).to_have_count(0)


@only_with_scripts
def test_the_square_is_chosen_by_dragging_and_by_keys(settings: Page):
    cut = settings.locator(".of-avatar canvas")
    expect(cut).to_be_hidden()
    settings.get_by_label("Picture", exact=True).set_input_files(chosen())
    expect(cut).to_be_visible()
    cut.focus()
    for _press in range(12):
        settings.keyboard.press("ArrowRight")
    settings.locator(".of-avatar").get_by_label("Zoom").fill("2")
    box = cut.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    settings.mouse.move(*middle)
    settings.mouse.down()
    settings.mouse.move(middle[0] - 100, middle[1] + 50, steps=3)
    settings.mouse.up()
    save(settings)
    assert colours(shown(settings.locator(".profile > .avatar"))) == ["blue", "blue"]


@only_with_scripts
def test_the_square_is_chosen_by_a_press_on_its_middle(settings: Page):
    cut = settings.locator(".of-avatar canvas")
    settings.get_by_label("Picture", exact=True).set_input_files(chosen())
    settings.locator(".of-avatar").get_by_label("Zoom").fill("2")
    box = cut.bounding_box()
    for _press in range(2):
        cut.click(position={"x": box["width"] - 8, "y": box["height"] / 2})
    save(settings)
    assert colours(shown(settings.locator(".profile > .avatar"))) == ["blue", "blue"]


@only_with_scripts
def test_the_server_reports_what_the_browser_cannot_read(settings: Page, watch):
    watch.allow(422)
    words = {"name": "me.txt", "mimeType": "text/plain", "buffer": b"Only words."}
    settings.get_by_label("Picture", exact=True).set_input_files(words)
    settings.get_by_label("Display name").fill("Greta")
    expect(settings.locator(".of-avatar .cut")).to_be_hidden()
    settings.get_by_role("button", name="Save").click()
    expect(settings.locator("#avatar_error")).to_contain_text("no picture")
    expect(settings.get_by_label("Display name")).to_have_value("Greta")


@only_with_scripts
def test_why_a_picture_cannot_be_used_stands_beside_its_sign(settings: Page):
    damaged = chosen()
    damaged["buffer"] = damaged["buffer"][:200]
    settings.get_by_label("Picture", exact=True).set_input_files(damaged)
    save(settings)
    settings.goto("/settings/profile")
    reason = settings.locator("#avatar_now .invalid-feedback")
    expect(reason).to_contain_text("could not be used")
    expect(reason).to_have_css("display", "flex")


def test_until_it_is_ready_the_page_says_so(
    settings: Page, site: Site, viewer: User, scripts: bool, monkeypatch
):
    monkeypatch.setattr(site.app.extensions["jobs"].open(), "immediate", False)
    settings.get_by_label("Picture", exact=True).set_input_files(chosen())
    save(settings)
    expect(flash(settings)).to_contain_text("Your new picture is being prepared.")
    settings.goto("/settings/profile")
    now = settings.locator("#avatar_now")
    expect(now).to_contain_text("being prepared")
    expect(now.locator("img")).to_have_attribute("src", f"/avatars/{viewer.username}.svg")
    with site.app.app_context():
        process()
    if scripts:
        with no_page_load(settings):
            expect(now).not_to_contain_text("being prepared")
    else:
        settings.reload()
        expect(now).not_to_contain_text("being prepared")
    assert colours(shown(now.locator("img"))) == ["red", "blue"]


def test_the_form_and_the_profile_are_accessible_and_fit(browse: Browse, viewer: User):
    page = browse(as_=viewer)
    page.goto("/settings/profile")
    page.get_by_label("Picture", exact=True).set_input_files(chosen())
    page.get_by_label("Banner", exact=True).set_input_files(chosen())
    expect(page.locator(".of-banner canvas")).to_be_visible()
    is_accessible_and_fits(page)
    save(page)
    expect(page.locator(".banner")).to_be_visible()
    is_accessible_and_fits(page)
