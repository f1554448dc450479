"""The profile page and the avatar."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import User
from app.data.database import db, writing
from app.web.paging import PAGE
from tests.client import Client
from tests.html import absent, attributes, cards, one, parse, select, text_of


def test_the_profile_shows_the_user_and_their_posts(
    make_user, bruno, make_post, make_follow, anonymous
):
    ada = make_user("ada", display_name="Ada L.", about_me="Solder & tea")
    posts = [make_post(ada).id for _ in range(2)]
    make_post(bruno)
    make_follow(bruno, ada)
    page = anonymous.get("/@ADA")
    assert text_of(one(page, "h1")) == "Ada L. @ada"
    assert text_of(one(page, ".profile-about")) == "Solder & tea"
    assert text_of(one(page, ".profile-counts")) == "2 posts 1 follower 0 following"
    assert attributes(page, ".profile-counts a", "href") == [
        "/@ada",
        "/@ada/followers",
        "/@ada/following",
    ]
    assert cards(page) == posts[::-1]
    assert select(page, ".profile time", count=1)[0].attributes["datetime"].endswith("Z")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 posts 0 followers 0 following"),
        (1, "1 post 1 follower 1 following"),
        (2, "2 posts 2 followers 2 following"),
    ],
)
def test_counts_agree_with_their_words(
    ada, make_user, make_post, make_follow, anonymous, count, said
):
    for _ in range(count):
        other = make_user(password=None)
        make_follow(other, ada)
        make_follow(ada, other)
        make_post(ada)
    assert text_of(one(anonymous.get("/@ada"), ".profile-counts")) == said


def test_last_seen_shows_where_its_owner_wants_it(app, ada, signed_in, anonymous, travel):
    with app.app_context():
        db.session.get(User, ada.id).show_last_seen(True)
    travel.shift(timedelta(hours=3))
    signed_in(ada)
    page = anonymous.get("/@ada")
    joined, seen = (node.attributes["datetime"] for node in select(page, ".profile time", count=2))
    assert joined < seen


def test_each_post_of_a_profile_appears_once_over_all_pages(app, ada, make_post, anonymous):
    with app.app_context(), writing():
        posts = sorted((make_post(ada).id for _ in range(PAGE + 2)), reverse=True)
    page = anonymous.get("/@ada")
    link = attributes(page, "#more", "href")[0]
    assert link == f"/@ada?before={posts[PAGE - 1]}"
    assert cards(page) + cards(anonymous.get(link, htmx=True)) == posts


@pytest.mark.parametrize("path", ["/@nobody", "/@nobody/followers", "/@nobody/following"])
def test_an_unknown_username_is_not_found(anonymous, path):
    for htmx in (False, True):
        assert anonymous.get(path, htmx=htmx).status_code == 404


@pytest.mark.parametrize("name", ["a" * 31, "a-b", "ünï", "a.b", "", "%00", "a b"])
def test_an_invalid_username_is_not_found(anonymous, name):
    assert anonymous.get(f"/@{name}").status_code == 404


def test_the_own_profile_has_an_edit_link_and_no_follow_button(ada, signed_in):
    page = signed_in(ada).get("/@ada")
    one(page, ".profile-action a[href='/settings/profile']")
    absent(page, "form.follow")


def test_an_avatar_is_drawn_here_and_cached_for_ever(anonymous):
    answer = anonymous.get("/avatars/ada.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.cache_control.public
    assert answer.cache_control.immutable
    assert answer.cache_control.max_age >= 365 * 24 * 3600
    assert answer.text == anonymous.get("/avatars/ADA.svg").text
    assert answer.text != anonymous.get("/avatars/bruno.svg").text
    assert text_of(parse(answer.text).css_first("text")) == "A"


@pytest.mark.parametrize(("username", "initial"), [("_ada", "A"), ("7up", "7"), ("___", "_")])
def test_an_avatar_shows_the_first_letter_or_digit(anonymous, username, initial):
    drawing = parse(anonymous.get(f"/avatars/{username}.svg").text)
    assert text_of(drawing.css_first("text")) == initial


def test_avatars_have_twelve_tints_and_those_of_a_person_never_change(anonymous):
    drawings = [anonymous.get(f"/avatars/u{n}.svg").text for n in range(200)]
    tints = {re.search(r'rect[^>]*fill="(.+?)"', drawing)[1] for drawing in drawings}
    assert len(tints) == 12
    assert drawings[7] == anonymous.get("/avatars/u7.svg").text


@pytest.mark.parametrize("path", ["/avatars/ada.svg", "/flask-moment.js"])
def test_public_files_are_cached_regardless_of_cookies(ada, signed_in, path):
    answer = signed_in(ada, remember=True).get(path)
    assert answer.cache_control.public
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_with_gravatar_the_policy_allows_it_and_the_email_address_stays_secret(make_app, app, ada):
    client = Client(make_app({"AVATARS": "gravatar"}))
    page = client.get("/@ada")
    source = one(page, ".profile img").attributes["src"]
    assert source.startswith("https://www.gravatar.com/avatar/")
    assert "ada@" not in page.text
    assert "https://www.gravatar.com" in page.headers["Content-Security-Policy"]


def test_without_gravatar_no_hash_of_an_email_address_is_sent(ada, anonymous):
    page = anonymous.get("/@ada")
    assert one(page, ".profile img").attributes["src"] == "/avatars/ada.svg"
    assert "gravatar" not in page.text + page.headers["Content-Security-Policy"]
