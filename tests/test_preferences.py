"""The theme, and the language of an anonymous viewer: chosen by everybody, kept in cookies."""

import pytest

from tests.client import Client
from tests.conftest import PASSWORD, sent_statements
from tests.html import attributes, one, select

ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def cached_app(app, make_app):
    """The application with its cache for anonymous viewers, on the same database."""
    return make_app(ANONYMOUS_CACHE_SECONDS=2)


def html(page):
    return one(page, "html").attributes


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_server_renders_the_theme(anonymous, theme):
    assert "data-theme" not in html(anonymous.get("/"))
    answer = anonymous.get(f"/theme?theme={theme}")
    assert answer.status_code == 303
    page = anonymous.get("/")
    assert html(page)["data-theme"] == theme
    assert one(page, "meta[name=color-scheme]").attributes["content"] == theme
    one(page, "meta[name=theme-color]")


def test_the_theme_is_the_devices_again(anonymous):
    anonymous.get("/theme?theme=dark")
    anonymous.get("/theme?theme=")
    page = anonymous.get("/")
    assert "data-theme" not in html(page)
    select(page, "meta[name=theme-color]", count=2)


def test_the_theme_outlasts_logging_in_and_out(anonymous, ada):
    anonymous.get("/theme?theme=dark")
    anonymous.log_in("ada", PASSWORD)
    assert html(anonymous.get("/"))["data-theme"] == "dark"
    anonymous.post("/logout")
    assert html(anonymous.get("/"))["data-theme"] == "dark"


def test_a_choice_leads_back(anonymous):
    came_from = "http://localhost/explore?before=9"
    answer = anonymous.get("/theme?theme=dark", headers={"Referer": came_from})
    assert answer.location == "/explore?before=9"
    answer = anonymous.get("/theme?theme=dark", headers={"Referer": "https://evil.example/x"})
    assert answer.location == "/"


@pytest.mark.parametrize("url", ["/theme?theme=dark", "/language?language=es"])
def test_another_site_chooses_nothing(anonymous, url):
    answer = anonymous.get(url, headers=ELSEWHERE)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("value", ["blue", "", '"><script>', "dark\x00", "d" * 3_000])
def test_an_unknown_theme_is_that_of_the_device(app, value):
    client = Client(app)
    client.http.set_cookie("theme", value)
    page = client.get("/")
    assert page.status_code == 200
    assert "data-theme" not in html(page)


def test_an_anonymous_viewer_chooses_a_language(anonymous):
    english = {"Accept-Language": "en"}
    anonymous.get("/language?language=es")
    assert html(anonymous.get("/", headers=english))["lang"] == "es"
    anonymous.get("/language?language=xx")
    assert html(anonymous.get("/", headers=english))["lang"] == "en"


def test_the_language_goes_along_into_a_new_account(anonymous, rows):
    anonymous.get("/language?language=es")
    anonymous.get("/register")
    anonymous.submit("main form", username="nuevo", email="n@example.org", password=PASSWORD)
    assert rows("user", "username = 'nuevo'")[0]["language"] == "es"


def test_the_account_decides_the_language_of_who_is_signed_in(anonymous, ada, rows):
    anonymous.get("/language?language=es")
    anonymous.log_in("ada", PASSWORD)
    # The account leaves it to the browser.
    assert html(anonymous.get("/"))["lang"] == "es"
    for chosen in ("en", "es"):
        anonymous.post("/settings/language", {"language": chosen})
        assert html(anonymous.get("/"))["lang"] == chosen
        assert rows("user")[0]["language"] == chosen
    anonymous.post("/settings/language", {"language": "nonsense"})
    assert rows("user")[0]["language"] is None
    assert html(anonymous.get("/"))["lang"] == "en"


def test_a_picker_shows_what_is_chosen(ada, signed_in):
    client = signed_in(ada)
    for theme in ("", "dark"):
        client.get(f"/theme?theme={theme}")
        page = client.get("/settings/sessions")
        pressed = attributes(page, "[name=theme][aria-pressed=true]", "value")
        assert set(pressed) == {theme}


# The cache of anonymous pages


def test_anonymous_viewers_with_preferences_share_cached_pages(cached_app):
    def statements(*urls, **headers):
        client = Client(cached_app)
        for url in urls:
            client.get(url)
        with sent_statements(cached_app) as sent:
            page = client.get("/explore", headers=headers)
        return len(sent), html(page)

    for choices, expected in [
        ([], {"lang": "en"}),
        (["/theme?theme=dark"], {"lang": "en", "data-theme": "dark"}),
        (["/language?language=es"], {"lang": "es"}),
        (["/theme?theme=dark", "/language?language=es"], {"lang": "es", "data-theme": "dark"}),
    ]:
        first, shown = statements(*choices)
        assert first > 0
        assert shown == expected
        assert statements(*choices) == (0, expected)
    # Other words for the same language and theme, and what nobody can choose, are no other entry.
    assert statements(**{"Accept-Language": "en-GB, fr;q=0.8"})[0] == 0
    assert statements("/theme?theme=blue")[0] == 0


@pytest.mark.parametrize("cookie", ["session", "zone", "replica"])
def test_another_cookie_keeps_a_viewer_from_cached_pages(cached_app, cookie):
    client = Client(cached_app)
    for name in ("theme", cookie):
        client.http.set_cookie(name, "dark")
    for _time in range(2):
        with sent_statements(cached_app) as sent:
            client.get("/explore")
        assert sent


def test_a_theme_is_no_page_of_another_viewer(cached_app, ada):
    dark, member = Client(cached_app), Client(cached_app)
    dark.get("/theme?theme=dark")
    assert html(dark.get("/explore"))["data-theme"] == "dark"
    assert "data-theme" not in html(Client(cached_app).get("/explore"))
    member.get("/theme?theme=dark")
    member.log_in("ada", PASSWORD)
    assert "Log out" in member.get("/explore").text
    assert "Log out" not in dark.get("/explore").text
    assert "Cookie" in dark.get("/explore").vary
