"""The pictures of posts: when they are drawn, who gets them, and how they go."""

import os
import time
from pathlib import Path

import pytest

from app.data.database import db
from app.follows.models import block
from app.posts.models import Post
from app.posts.writing import edit, publish
from app.sharing import pictures
from app.sharing.jobs import draw_picture, draw_wanted_pictures
from app.web.urls import STATIC
from tests.html import one

SITE_PICTURE = (STATIC / "site.png").read_bytes()
PNG = b"\x89PNG\r\n"


@pytest.fixture
def drawing_app(app, monkeypatch):
    """The application, with pictures."""
    monkeypatch.setitem(app.config, "DRAW_PICTURES", True)
    folder = Path(app.instance_path) / "pictures"
    yield app
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()


@pytest.fixture
def folder(drawing_app):
    return Path(drawing_app.instance_path) / "pictures"


def files(folder):
    return sorted(file.name for file in folder.iterdir() if file.is_file())


def url_of(client, post):
    """The URL of the picture, as the page of the post has it for everybody."""
    page = client.get(f"/posts/{post.id}")
    url = one(page, 'meta[property="og:image"]').attributes["content"]
    return url.removeprefix("http://127.0.0.1:8000")


def write(app, author, body="Tea, then the allotment.", **details):
    with app.app_context():
        return publish(author, body, **details)


def test_a_picture_is_drawn_when_a_post_is_written(drawing_app, folder, ada, anonymous):
    post = write(drawing_app, ada)
    (name,) = files(folder)
    assert name.startswith(f"{post.id}-")
    answer = anonymous.get(url_of(anonymous, post))
    assert answer.data == (folder / name).read_bytes()
    assert answer.data.startswith(PNG)
    assert answer.data != SITE_PICTURE
    assert answer.mimetype == "image/png"
    assert answer.cache_control.public
    assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]


def test_an_edit_replaces_the_picture(drawing_app, folder, ada, anonymous):
    post = write(drawing_app, ada)
    before = files(folder)
    with drawing_app.app_context():
        edit(db.session.get(Post, post.id), "Tea, then bed.")
    (after,) = files(folder)
    assert [after] != before
    assert anonymous.get(url_of(anonymous, post)).data == (folder / after).read_bytes()


def test_until_it_is_drawn_the_picture_of_the_site_is_given(
    drawing_app, folder, ada, make_post, anonymous, monkeypatch
):
    monkeypatch.setitem(drawing_app.config, "DRAW_PICTURES", False)
    post = make_post(ada)
    url = url_of(anonymous, post)
    first = anonymous.get(url)
    assert first.data == SITE_PICTURE
    assert first.cache_control.max_age <= 60
    assert files(folder / "wanted") == [str(post.id)]
    with drawing_app.app_context():
        draw_wanted_pictures()
    assert files(folder / "wanted") == []
    assert anonymous.get(url).data != SITE_PICTURE
    assert anonymous.get(url).cache_control.max_age > 60


def test_a_text_that_our_fonts_lack_keeps_the_picture_of_the_site(
    drawing_app, folder, ada, anonymous
):
    post = write(drawing_app, ada, "パンが焼けました")
    assert anonymous.get(url_of(anonymous, post)).data == SITE_PICTURE
    assert files(folder / "wanted") == []


def test_a_worker_that_is_behind_leaves_pictures_for_later(
    drawing_app, folder, ada, make_post, monkeypatch, travel
):
    monkeypatch.setitem(drawing_app.config, "DRAW_PICTURES", False)
    post = make_post(ada)
    travel.shift(120)
    with drawing_app.app_context():
        draw_picture(post.id)
    assert files(folder) == []


def test_a_deleted_post_has_no_picture(drawing_app, folder, ada, anonymous):
    post = write(drawing_app, ada)
    url = url_of(anonymous, post)
    with drawing_app.app_context():
        db.session.get(Post, post.id).delete()
    assert files(folder) == []
    assert anonymous.get(url).status_code == 404
    with drawing_app.app_context():
        db.session.get(Post, post.id).restore()
    assert anonymous.get(url).data.startswith(PNG)


def test_who_is_blocked_gets_no_picture(drawing_app, ada, bruno, anonymous, signed_in):
    post = write(drawing_app, ada)
    url = url_of(anonymous, post)
    with drawing_app.app_context():
        block(ada, bruno)
    assert signed_in(bruno).get(url).status_code == 404
    assert anonymous.get(url).status_code == 200


def test_a_url_of_an_earlier_version_shows_the_post_as_it_is(drawing_app, ada, anonymous):
    post = write(drawing_app, ada)
    now = anonymous.get(url_of(anonymous, post)).data
    assert anonymous.get(f"/posts/{post.id}/picture-000000000000.png").data == now


@pytest.mark.parametrize("path", ["/posts/7/picture-abc.png", "/posts/7/picture-.png"])
def test_no_post_no_picture(anonymous, path):
    assert anonymous.get(path).status_code == 404


def test_few_posts_wait_for_a_picture(drawing_app, folder, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_WANTED", 2)
    with drawing_app.app_context():
        for id in range(5):
            pictures.want(id)
    assert len(files(folder / "wanted")) == 2


def test_old_pictures_go_and_the_oldest_of_too_many(drawing_app, folder, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_KEPT", 3)
    with drawing_app.app_context():
        for id in range(6):
            pictures.keep(id, "a", PNG)
            age = pictures.KEPT + 60 if id == 5 else 600 - id
            os.utime(folder / f"{id}-a.png", (time.time() - age,) * 2)
        pictures.sweep()
    assert files(folder) == ["2-a.png", "3-a.png", "4-a.png"]


def test_a_full_disk_costs_no_answer(drawing_app, ada, make_post, anonymous, monkeypatch):
    monkeypatch.setitem(drawing_app.config, "DRAW_PICTURES", False)
    post = make_post(ada)

    def refuse(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "touch", refuse)
    assert anonymous.get(url_of(anonymous, post)).data == SITE_PICTURE


def test_the_picture_of_the_site_is_for_all_sites(anonymous):
    answer = anonymous.get("/picture.png")
    assert answer.data == SITE_PICTURE
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
