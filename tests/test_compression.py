"""Compression of answers: the encoding, the size, and the exceptions."""

import gzip
import random
from datetime import UTC, datetime
from itertools import product

import brotli
import pytest
import whitenoise.compress
from flask_compress.compat import compression as standard

import config
from app.accounts.models import by_username
from app.community.loading import load
from app.data.database import db
from app.web.paging import PAGE
from app.web.urls import static_url
from tests.client import HTMX
from tests.conftest import PASSWORD
from tests.html import attributes, cards

READ = {"zstd": standard.zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}
LARGEST_PAGE = 12 * 1024
LARGEST_SCREEN = 8 * 1024


@pytest.fixture
def ada(app):
    """Give a user with two pages of posts to read, whose words hardly repeat."""
    chance = random.Random(4)
    syllables = ["".join(pair) for pair in product("bdfgklmnprstvw", "aeiou")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(5000)]
    names = [f"{word}_{n}" for n, word in enumerate(words[: 2 * PAGE])]
    now = {"created_at": datetime.now(UTC).isoformat()}
    with app.app_context():
        load(
            [now | {"username": name, "display_name": name.title()} for name in ["ada", *names]],
            [{"follower": "ada", "followed": name} for name in names],
            [
                now | {"author": name, "body": " ".join(chance.choices(words, k=40))}
                for name in names
            ],
            PASSWORD,
        )
        return db.session.scalars(by_username("ada")).one()


def decompressed(answer):
    """Return the decompressed bytes of an answer."""
    return READ.get(answer.headers.get("Content-Encoding"), bytes)(answer.data)


def ask(client, path, encoding, **headers):
    """Request ``path`` with an Accept-Encoding header; return the compressed answer."""
    headers = {"Accept-Encoding": encoding} | headers
    return client.http.get(path, headers=headers, buffered=True)


@pytest.mark.parametrize(
    ("taken", "chosen"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=0, br;q=0.5, gzip", "gzip"),
        ("deflate", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_has_the_best_encoding_that_the_browser_accepts(ada, anonymous, taken, chosen):
    whole = anonymous.get("/explore").data
    answer = ask(anonymous, "/explore", taken)
    assert answer.headers.get("Content-Encoding") == chosen
    assert "Accept-Encoding" in answer.vary
    assert decompressed(answer) == whole
    assert answer.content_length == len(answer.data)
    assert (len(answer.data) < len(whole) / 3) == bool(chosen)


@pytest.mark.parametrize("encoding", READ)
def test_home_and_its_next_page_are_small(ada, signed_in, encoding):
    client = signed_in(ada)
    whole = client.get("/")
    assert len(cards(whole)) == PAGE
    (onwards,) = attributes(whole, "a#more", "href")

    page, screen = ask(client, "/", encoding), ask(client, onwards, encoding, **HTMX)
    assert len(page.data) < LARGEST_PAGE
    assert len(screen.data) < LARGEST_SCREEN
    assert len(cards(decompressed(screen).decode())) == PAGE
    assert "HX-Request-Type" in screen.vary
    assert "Cookie" in screen.vary


def test_tiny_and_empty_answers_are_not_compressed(ada, make_post, signed_in):
    post = make_post(ada)
    client = signed_in(ada)
    token = client.token()
    liked = client.http.post(
        f"/posts/{post.id}/like",
        data={"csrf_token": token},
        headers={"Accept-Encoding": "zstd", "Referer": "http://localhost/"} | HTMX,
    )
    assert liked.status_code == 200
    assert b"<button" in liked.data
    healthy = ask(client, "/healthz", "zstd")
    no_news = ask(client, f"/?since={post.id}", "zstd", **HTMX)
    assert no_news.status_code == 204
    for answer in (liked, healthy, no_news):
        assert "Content-Encoding" not in answer.headers
        assert "Accept-Encoding" in answer.vary


def test_a_script_from_a_view_is_compressed_too(anonymous):
    answer = ask(anonymous, "/flask-moment.js", "br")
    assert answer.headers["Content-Encoding"] == "br"
    assert decompressed(answer) == anonymous.get("/flask-moment.js").data


# Files


@pytest.fixture
def files(make_app, tmp_path, anonymous):
    """A client on a site whose static files were compressed as at installation."""
    own = tmp_path / "static"
    (own / "css").mkdir(parents=True)
    (own / "css" / "base.css").write_bytes((config.ROOT / "static/css/base.css").read_bytes())
    whitenoise.compress.main(["--quiet", str(own)])
    app = make_app()
    app.extensions["files"].add_files(own, prefix=app.static_url_path)
    anonymous.http = app.test_client()
    return anonymous


@pytest.mark.parametrize("encoding", ["br", "gzip", None])
def test_a_file_is_served_as_it_was_compressed_at_installation(files, encoding):
    answer = ask(files, f"{static_url()}/css/base.css", encoding or "identity")
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]
    assert decompressed(answer) == (config.ROOT / "static/css/base.css").read_bytes()


def test_a_file_in_the_browsers_cache_is_not_sent_again(files):
    url = f"{static_url()}/css/base.css"
    kept = ask(files, url, "br")
    answer = ask(files, url, "br", **{"If-None-Match": kept.headers["ETag"]})
    assert answer.status_code == 304
    assert not answer.data


def test_a_file_of_another_release_is_not_found_and_the_404_is_not_cached(anonymous):
    answer = anonymous.get("/static/0123456789ab/css/base.css")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-store"


# Secrets


@pytest.mark.parametrize("began_at", ["cross-site", "same-site"])
def test_a_cross_site_request_with_cookies_is_not_compressed(ada, signed_in, began_at):
    answer = ask(signed_in(ada), "/search?q=guess", "zstd", **{"Sec-Fetch-Site": began_at})
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.vary
    assert b"csrf_token" in answer.data


@pytest.mark.parametrize("began_at", ["same-origin", "none", None])
def test_a_same_site_request_is_compressed(ada, signed_in, began_at):
    headers = {"Sec-Fetch-Site": began_at} if began_at else {}
    answer = ask(signed_in(ada), "/search?q=guess", "zstd", **headers)
    assert answer.headers["Content-Encoding"] == "zstd"


def test_a_cross_site_request_without_cookies_is_compressed(ada, anonymous):
    answer = ask(anonymous, "/explore", "zstd", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Content-Encoding"] == "zstd"


def test_a_csrf_token_changes_every_second(ada, signed_in, travel):
    client = signed_in(ada)
    tokens = []
    for _second in range(2):
        travel.shift(1)
        client.get("/")
        tokens.append(client.token().split("."))
    (one, _then, signature), (same, _later, another) = tokens
    assert one == same
    assert signature != another
