"""The files of pictures: who gets them, and the headers for browsers and caches."""

import pytest

from app.data.database import writing
from app.media.file_store import FileStore
from app.media.models import Picture
from app.media.store_protocol import StoreUnavailableError
from app.posts.models import Post
from tests.client import Client
from tests.html import attributes, cards
from tests.media.drawn import upload


@pytest.fixture
def post(client):
    """The id of a post of Ada's with a picture."""
    fields = {"body": "A loaf", "nonce": "abc", "pictures": [upload(size=(700, 500))]}
    client.post("/posts", fields)
    return cards(client.get("/"))[0]


@pytest.fixture
def url(client, post):
    return attributes(client.get(f"/posts/{post}"), ".picture > a", "href")[0]


@pytest.fixture
def other(bruno, signed_in):
    return signed_in(bruno)


def test_everybody_who_sees_the_post_gets_the_picture(client, other, anonymous, url, files):
    assert url.endswith("/960.webp")
    for browser in (client, other, anonymous):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.data[8:12] == b"WEBP"
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert answer.headers.getlist("Content-Security-Policy") == [
            "default-src 'none'; img-src 'self'; sandbox"
        ]
    key = url.split("/")[2]
    names = {f"{key}/{width}.{format}" for width in (480, 960) for format in ("avif", "webp")}
    assert set(files()) == names
    assert {client.get(f"/pictures/{name}").status_code for name in names} == {200}


def test_what_the_browser_has_is_not_sent_again(client, url, other, make_block, ada, bruno):
    etag = client.get(url).headers["ETag"]
    answer = other.get(url, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")
    make_block(ada, bruno)
    assert other.get(url, headers={"If-None-Match": etag}).status_code == 404


def deleted(client, post):
    return client.post(f"/posts/{post}/delete")


def removed(client, post):
    client.get(f"/posts/{post}/edit")
    return client.submit(f"#composer_edit_{post}", attached="-")


@pytest.mark.parametrize("act", [deleted, removed])
def test_what_is_gone_nobody_gets_until_it_is_back(client, other, anonymous, post, url, act):
    page = client.follow(act(client, post))
    for browser in (client, other, anonymous):
        assert browser.get(url).status_code == 404
    client.post(attributes(page, ".message [formaction]", "formaction")[0])
    for browser in (client, other, anonymous):
        assert browser.get(url).status_code == 200


@pytest.mark.parametrize("blocks", [("ada", "bruno"), ("bruno", "ada")])
def test_who_is_blocked_or_blocks_does_not_get_it(
    other, url, make_block, ada, bruno, anonymous, blocks
):
    people = {"ada": ada, "bruno": bruno}
    make_block(*(people[name] for name in blocks))
    assert other.get(url).status_code == 404
    assert anonymous.get(url).status_code == 200


def test_before_it_is_published_its_owner_alone_gets_it(client, other, anonymous):
    answer = client.post("/pictures", {"nonce": "abc", "pictures": [upload()]}, htmx=True)
    (url,) = attributes(answer, "img", "src")
    assert [each.get(url).status_code for each in (client, other, anonymous)] == [200, 404, 404]


@pytest.mark.parametrize(
    "path", ["original", "original.webp", "480.png", "1920.webp", "../secret_key", "%2e%2e/x.webp"]
)
def test_nothing_else_is_served(app, client, url, path, monkeypatch):
    assert client.get(f"{url.rpartition('/')[0]}/{path}").status_code == 404
    assert client.get(f"/pictures/{'A' * 22}/480.webp").status_code == 404


def test_profile_pictures_are_public_and_do_not_change(app, ada, anonymous, signed_in, url):
    with app.app_context(), writing() as session:
        session.query(Picture).update({"purpose": "avatar", "post_id": None})
    remembered = Client(app, {"remember": signed_in(ada, remember=True).cookies()["remember"]})
    for browser in (anonymous, remembered):
        answer = browser.get(url)
        assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers
    assert remembered.is_signed_in


def test_while_the_store_is_unavailable_the_answer_says_so(client, url, post, monkeypatch):
    def away(*_args):
        raise StoreUnavailableError

    monkeypatch.setattr(FileStore, "open", away)
    answer = client.get(url)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert client.get(f"/posts/{post}").status_code == 200


def test_a_page_with_pictures_costs_one_statement_more_and_one_without_none(
    client, statements, app, rows, make_post, ada
):
    for number in range(25):
        make_post(ada, f"Loaf {number}")

    def sent():
        with statements() as found:
            client.get("/")
        return len(found)

    sent()
    without = sent()
    with app.app_context(), writing() as session:
        for post in session.query(Post):
            post.pictures_count = 4
            for place in range(4):
                shown = {"state": "ready", "width": 700, "height": 500, "place": place}
                session.add(Picture(owner_id=ada.id, post_id=post.id, **shown))
    assert len(attributes(client.get("/"), ".picture > a", "href")) == 100
    assert sent() == without + 1


@pytest.mark.parametrize("folder", ["pictures", "banner"])
def test_what_cannot_be_a_key_is_no_picture(anonymous, folder):
    assert anonymous.get(f"/{folder}/a%00b/640.webp").status_code == 404
