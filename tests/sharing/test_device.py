"""The site as an app on a device."""

from io import BytesIO

import pytest
from PIL import Image

from app.web.urls import STATIC
from tests.client import Client
from tests.html import attributes, one


def test_the_manifest_names_the_site_its_icons_and_what_to_do(make_app, app):
    client = Client(make_app(SITE_NAME="Village"))
    page = client.get("/explore")
    answer = client.get(one(page, "link[rel=manifest]").attributes["href"])
    assert answer.mimetype == "application/manifest+json"
    found = answer.get_json(force=True)
    assert found["name"] == "Village"
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
    assert found["theme_color"] == attributes(page, "meta[name=theme-color]", "content")[0]
    assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512"}
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    for icon in found["icons"]:
        image = Image.open(BytesIO(client.get(icon["src"]).data))
        assert f"{image.width}x{image.height}" == icon["sizes"]
    assert [shortcut["url"] for shortcut in found["shortcuts"]] == ["/posts/new"]


def test_the_manifest_is_in_the_language_of_the_browser(anonymous):
    answer = anonymous.get("/manifest.webmanifest", headers={"Accept-Language": "es"})
    assert answer.get_json(force=True)["lang"] == "es"
    assert "Accept-Language" in answer.vary


def test_a_maskable_icon_has_no_hole():
    image = Image.open(STATIC / "icon-maskable.png").convert("RGBA")
    assert image.getchannel("A").getextrema() == (255, 255)


def test_icons_are_where_devices_look(anonymous):
    page = anonymous.get("/")
    (touch,) = attributes(page, "link[rel=apple-touch-icon]", "href")
    assert Image.open(BytesIO(anonymous.get(touch).data)).size == (180, 180)
    answer = anonymous.get("/favicon.ico")
    assert answer.mimetype == "image/x-icon"
    assert Image.open(BytesIO(answer.data)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_page_shows_a_theme_colour_for_light_and_dark(anonymous):
    media = attributes(anonymous.get("/"), "meta[name=theme-color]", "media")
    assert media == ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]


def test_the_service_worker_may_control_all_pages(anonymous):
    page = anonymous.get("/")
    scripts = attributes(page, "script", "src")
    assert [src for src in scripts if src.endswith(("js/offline.js", "js/site.js"))]
    answer = anonymous.get("/service-worker.js")
    assert answer.mimetype == "text/javascript"
    assert anonymous.app.static_url_path in answer.text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_offline_page_is_nobodys_and_needs_one_file(anonymous, ada, signed_in, language):
    header = {"Accept-Language": language}
    page = anonymous.get("/offline", headers=header)
    assert one(page, "html").attributes["lang"] == language
    assert one(page, "h1")
    assert signed_in(ada).get("/offline", headers=header).data == page.data
    (style,) = attributes(page, "[src], link", "href")
    assert style in anonymous.get("/service-worker.js").text
