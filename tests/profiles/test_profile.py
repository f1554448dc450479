"""What others see of a person."""

from datetime import timedelta

import pytest

from app.data.database import writing
from app.web.paging import PAGE
from tests.client import Client
from tests.html import absent, attributes, cards, one, parse, select, text_of


def test_the_profile_shows_the_person_and_what_they_wrote(
    make_user, bruno, make_post, make_follow, stranger
):
    ada = make_user("ada", display_name="Ada L.", about_me="Solder & tea")
    posts = [make_post(ada).id for _ in range(2)]
    make_post(bruno)
    make_follow(bruno, ada)
    page = stranger.get("/@ADA")
    assert text_of(one(page, "h1")) == "Ada L. @ada"
    assert text_of(one(page, ".profile-about")) == "Solder & tea"
    assert text_of(one(page, ".profile-counts")) == "2 posts 1 followers 0 following"
    assert cards(page) == posts[::-1]
    assert select(page, ".profile time", count=1)[0].attributes["datetime"].endswith("Z")


def test_last_seen_shows_once_somebody_was_there(ada, signed_in, stranger, travel):
    travel.shift(timedelta(hours=3))
    signed_in(ada)
    page = stranger.get("/@ada")
    joined, seen = (node.attributes["datetime"] for node in select(page, ".profile time", count=2))
    assert joined < seen


def test_posts_of_a_profile_page_by_page(app, ada, make_post, stranger):
    with app.app_context(), writing():
        posts = sorted((make_post(ada).id for _ in range(PAGE + 2)), reverse=True)
    page = stranger.get("/@ada")
    link = attributes(page, "#more", "href")[0]
    assert link == f"/@ada?before={posts[PAGE - 1]}"
    assert cards(page) + cards(stranger.get(link, htmx=True)) == posts


@pytest.mark.parametrize("path", ["/@nobody", "/@nobody/followers", "/@nobody/following"])
def test_nobody_is_not_found(stranger, path):
    for htmx in (False, True):
        assert stranger.get(path, htmx=htmx).status_code == 404


@pytest.mark.parametrize("name", ["a" * 31, "a-b", "ünï", "a.b", "", "%00", "a b"])
def test_what_is_no_name_is_not_found(stranger, name):
    assert stranger.get(f"/@{name}").status_code == 404


def test_ones_own_profile_offers_to_edit_and_not_to_follow(ada, signed_in):
    page = signed_in(ada).get("/@ada")
    one(page, ".profile-action a[href='/settings/profile']")
    absent(page, "form.follow")


def test_an_avatar_is_drawn_here_and_kept_for_ever(stranger):
    answer = stranger.get("/avatars/ada.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.cache_control.public
    assert answer.cache_control.immutable
    assert answer.cache_control.max_age >= 365 * 24 * 3600
    assert answer.text == stranger.get("/avatars/ADA.svg").text
    assert answer.text != stranger.get("/avatars/bruno.svg").text
    path = parse(answer.text).css_first("path").attributes["d"]
    cells = {tuple(map(int, cell.split("h")[0].split())) for cell in path.split("M")[1:]}
    assert cells == {(6 - x, y) for x, y in cells}


@pytest.mark.parametrize("path", ["/avatars/ada.svg", "/flask-moment.js"])
def test_what_is_everybodys_is_kept_whatever_the_cookies(ada, signed_in, path):
    answer = signed_in(ada, remember=True).get(path)
    assert answer.cache_control.public
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_with_gravatar_the_policy_follows_and_the_address_stays_secret(make_app, app, ada):
    client = Client(make_app({"AVATARS": "gravatar"}))
    page = client.get("/@ada")
    source = one(page, ".profile img").attributes["src"]
    assert source.startswith("https://www.gravatar.com/avatar/")
    assert "ada@" not in page.text
    assert "https://www.gravatar.com" in page.headers["Content-Security-Policy"]


def test_without_it_no_hash_of_an_address_leaves(ada, stranger):
    page = stranger.get("/@ada")
    assert one(page, ".profile img").attributes["src"] == "/avatars/ada.svg"
    assert "gravatar" not in page.text + page.headers["Content-Security-Policy"]
