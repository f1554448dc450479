"""The preview of a post's first link: when it is read, who sees it, and how it goes."""

import io
import json
from datetime import timedelta

import pytest
from PIL import Image

from app.data.database import db
from app.follows.models import block
from app.media.jobs import sweep as sweep_pictures
from app.posts.jobs import erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from app.posts.writing import edit, publish, undo_edit
from app.previews import jobs
from app.previews.jobs import MOST_OF_HOST, RETRY_AFTER, fetch_due, sweep, sweep_now
from app.previews.models import KEPT, TURN, LinkPreview
from tests.html import absent, attributes, messages, one, select, text_of
from tests.previews.web import page, picture, redirect


@pytest.fixture
def reading(app, network, monkeypatch):
    """The application, with previews."""
    monkeypatch.setitem(app.config, "LINK_PREVIEWS", True)
    monkeypatch.setitem(app.config, "PREVIEW_NETWORK", network)
    return app


@pytest.fixture
def write(reading, ada):
    """Give a function that publishes a post of Ada's."""

    def write(body, author=None, **details):
        with reading.app_context():
            return publish(author or ada, body, **details)

    return write


@pytest.fixture
def site(web):
    """The server of good.example, with a page."""
    web.answers["/"] = page("Rye", description="Dark and sour", site_name="The Bakery")
    return web


def a_picture(width=800, height=420, format="PNG"):
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 20).convert("RGB").save(buffer, format)
    return buffer.getvalue()


def previews(response):
    return [text_of(node) for node in select(response, ".preview .preview-title")]


def test_a_post_shows_what_the_page_of_its_first_link_says(write, site, anonymous):
    write(f"Look: {site.url()} and {site.url('/other')}")
    link = one(anonymous.get("/@ada"), "article.post > .post-text > a.preview")
    assert link.attributes["href"] == site.url()
    assert link.attributes["rel"] == "nofollow noopener ugc"
    assert text_of(link) == "good.example · The Bakery Rye Dark and sour"
    assert site.paths == ["/"]


def test_it_stands_on_each_page_that_has_the_card(write, site, anonymous, ada, signed_in):
    post = write(f"{site.url()} #bread")
    for url in ("/explore", "/@ada", f"/posts/{post.id}", "/tags/bread", "/search?q=bread"):
        assert previews(anonymous.get(url)) == ["Rye"], url
    assert previews(signed_in(ada).get("/")) == ["Rye"]


def test_it_is_escaped(write, web, anonymous):
    web.answers["/"] = page("&lt;b&gt;Rye&lt;/b&gt;", description="&quot;&gt;&lt;script&gt;")
    write(web.url("/"))
    shown = one(anonymous.get("/@ada"), ".preview")
    assert "<b>Rye</b>" in text_of(shown)
    assert not shown.css("script, b")


def test_a_page_is_read_once_for_all_posts(write, site, make_user, anonymous):
    write(f"One: {site.url()}")
    write(f"Two: {site.url('/#here').replace('good', 'GOOD')}", make_user("bruno"))
    assert previews(anonymous.get("/explore")) == ["Rye", "Rye"]
    assert site.paths == ["/"]


@pytest.mark.parametrize(
    "body",
    [
        "No link",
        "inside.example/ without a scheme",
        "ftp://good.example/",
        "http://user:word@good.example/",
        "http://user@good.example/ and http://good.example/",
        "http://good.example:22/",
        # Our own site, which needs no preview and is asked nothing.
        "http://127.0.0.1:8000/posts/7",
        "http://LOCALHOST/",
        "http://[::1]/",
    ],
)
def test_no_other_link_has_a_preview(write, site, body, rows, anonymous):
    write(body)
    assert rows("link_preview") == rows("post_link") == []
    absent(anonymous.get("/@ada"), ".preview")


def test_turned_off_nothing_is_asked_and_nothing_shown(write, site, anonymous, app, rows):
    app.config["LINK_PREVIEWS"] = False
    write(site.url())
    assert rows("link_preview") == []
    app.config["LINK_PREVIEWS"] = True
    post = write(f"Again {site.url()}")
    assert previews(anonymous.get("/@ada")) == ["Rye"]
    app.config["LINK_PREVIEWS"] = False
    app.extensions["cards"].cache_clear()
    absent(anonymous.get("/@ada"), ".preview")
    with app.app_context():
        edit(db.session.get(Post, post.id), "No link")
    assert rows("post_link") == []


def test_what_cannot_be_read_is_tried_once_more(write, web, rows, reading, travel, anonymous):
    web.answers["/"] = (500, {}, b"")
    write(web.url())
    with reading.app_context():
        fetch_due()
        assert len(web.asked) == 1
        for _time in range(3):
            travel.shift(RETRY_AFTER)
            fetch_due()
    assert len(web.asked) == 2
    (row,) = rows("link_preview")
    assert (row["attempts"], row["due_at"], row["content"]) == (2, None, None)
    page = anonymous.get("/@ada")
    absent(page, ".preview")
    one(page, f".post-body a[href='{web.url().removesuffix('/')}/']")


def test_the_second_time_may_succeed(write, web, reading, travel, anonymous):
    web.answers["/"] = (503, {}, b"")
    write(web.url())
    web.answers["/"] = page()
    travel.shift(RETRY_AFTER)
    with reading.app_context():
        fetch_due()
    assert previews(anonymous.get("/@ada")) == ["Rye"]


@pytest.mark.parametrize("to", ["http://inside.example/", "http://169.254.169.254/", "/missing"])
def test_what_is_refused_is_not_tried_again(write, web, rows, reading, travel, to):
    web.answers["/"] = redirect(to)
    write(web.url())
    travel.shift(RETRY_AFTER)
    with reading.app_context():
        fetch_due()
    assert web.paths.count("/") == 1
    assert rows("link_preview")[0]["due_at"] is None


def test_a_worker_that_dies_is_taken_up(write, site, rows, reading, travel, anonymous, monkeypatch):
    def die(*_arguments):
        raise SystemExit

    monkeypatch.setattr(jobs, "fetch", die)
    with pytest.raises(SystemExit):
        write(site.url())
    monkeypatch.undo()
    reading.config["LINK_PREVIEWS"] = True
    monkeypatch.setitem(
        reading.config,
        "PREVIEW_NETWORK",
        {
            "ports": [site.port],
            "addresses": ["127.0.0.1"],
            "names": {"good.example": ["127.0.0.1"]},
        },
    )
    absent(anonymous.get("/@ada"), ".preview")
    travel.shift(RETRY_AFTER)
    with reading.app_context():
        fetch_due()
    assert previews(anonymous.get("/@ada")) == ["Rye"]
    reading.config["LINK_PREVIEWS"] = False


def test_a_host_is_asked_for_so_many_pages_a_minute(write, web, reading, travel, bruno):
    for number in range(MOST_OF_HOST + 3):
        web.answers[f"/{number}"] = page()
        write(web.url(f"/{number}"))
    assert len(web.asked) == MOST_OF_HOST
    write(web.url("/x", host="other.example"), bruno)
    assert len(web.asked) == MOST_OF_HOST + 1
    travel.shift(timedelta(minutes=1, seconds=1))
    with reading.app_context():
        fetch_due()
    assert len(web.asked) == MOST_OF_HOST + 4


@pytest.fixture
def without_worker(monkeypatch):
    """Nobody works off the queue."""
    monkeypatch.setattr("app.previews.receivers.enqueue", lambda *_args: None)


def test_the_pages_of_one_person_do_not_hold_up_those_of_others(
    write, web, reading, travel, bruno, without_worker
):
    for number in range(3):
        write(web.url(f"/{number}"))
    write(web.url("/bruno"), bruno)
    for read in (["/0", "/bruno"], ["/1"], ["/2"]):
        web.asked.clear()
        with reading.app_context():
            fetch_due()
        assert web.paths == read
        travel.shift(TURN)


def test_one_person_does_not_fill_the_queue(
    write, web, reading, travel, bruno, rows, without_worker, monkeypatch
):
    monkeypatch.setattr("app.previews.models.MOST_WAITING", 2)
    for number in range(3):
        write(web.url(f"/{number}"))
    assert len(rows("link_preview", "due_at IS NOT NULL")) == 2
    # Somebody else may have the third read.
    write(web.url("/2"), bruno)
    with reading.app_context():
        fetch_due()
    assert web.paths == ["/0", "/2"]


def test_a_page_to_which_no_post_leads_any_more_is_not_read(write, web, reading, without_worker):
    post = write(web.url("/0"))
    with reading.app_context():
        edit(db.session.get(Post, post.id), web.url("/1"))
        fetch_due()
    assert web.paths == ["/1"]


def test_an_edit_that_changes_the_first_link_changes_the_preview(write, site, reading, anonymous):
    site.answers["/oat"] = page("Oat")
    post = write(f"{site.url()} {site.url('/oat')}")
    with reading.app_context():
        kept = db.session.get(Post, post.id)
        edit(kept, f"The same: {site.url()}")
        assert previews(anonymous.get("/@ada")) == ["Rye"]
        assert site.paths == ["/"]
        version = edit(kept, f"{site.url('/oat')}")
        assert previews(anonymous.get("/@ada")) == ["Oat"]
        undo_edit(kept, version.id)
        assert previews(anonymous.get("/@ada")) == ["Rye"]
        edit(kept, "No link")
        absent(anonymous.get("/@ada"), ".preview")
    assert site.paths == ["/", "/oat"]


def test_a_page_is_read_again_long_after(write, site, reading, travel, anonymous):
    write(site.url())
    travel.shift(KEPT - timedelta(days=1))
    write(f"Again {site.url()}")
    assert site.paths == ["/"]
    travel.shift(timedelta(days=2))
    site.answers["/"] = page("Rye bread")
    write(f"And again {site.url()}")
    assert previews(anonymous.get("/@ada")) == ["Rye bread"] * 3
    travel.shift(2 * KEPT)
    site.answers["/"] = (404, {}, b"")
    write(f"The last {site.url()}")
    assert previews(anonymous.get("/@ada")) == ["Rye bread"] * 4


@pytest.mark.parametrize("htmx", [False, True])
def test_the_author_removes_it_and_takes_it_back(write, site, signed_in, ada, anonymous, htmx):
    post = write(site.url())
    client = signed_in(ada)
    for label, shown in (("Remove the preview", 0), ("Show the preview", 1)):
        menu = client.get(f"/posts/{post.id}/menu")
        button = one(menu, f"#preview_{post.id}", text=label)
        answer = client.post(button.attributes["formaction"], htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        if htmx:
            select(answer, ".preview", count=shown)
        else:
            assert messages(client.follow(answer))
        select(anonymous.get("/@ada"), ".preview", count=shown)


def test_a_removed_one_stays_removed_while_the_link_stays(
    write, site, signed_in, ada, reading, anonymous
):
    post = write(site.url())
    signed_in(ada).post(f"/posts/{post.id}/preview/remove")
    site.answers["/oat"] = page("Oat")
    with reading.app_context():
        kept = db.session.get(Post, post.id)
        edit(kept, f"Still {site.url()}")
        absent(anonymous.get("/@ada"), ".preview")
        edit(kept, f"Another {site.url('/oat')}")
        assert previews(anonymous.get("/@ada")) == ["Oat"]


def test_nobody_else_removes_it(write, site, signed_in, make_user, anonymous, make_client):
    post = write(site.url())
    bruno = signed_in(make_user("bruno"))
    absent(bruno.get(f"/posts/{post.id}/menu"), f"#preview_{post.id}")
    for verb in ("remove", "restore"):
        assert bruno.post(f"/posts/{post.id}/preview/{verb}").status_code == 404
    assert previews(anonymous.get("/@ada")) == ["Rye"]


def test_a_post_without_a_preview_has_none_to_remove(write, signed_in, ada):
    post = write("No link")
    client = signed_in(ada)
    absent(client.get(f"/posts/{post.id}/menu"), f"#preview_{post.id}")
    assert client.post(f"/posts/{post.id}/preview/remove").status_code == 404


def test_whoever_does_not_see_the_post_does_not_see_it(
    write, site, make_user, signed_in, ada, reading
):
    post = write(site.url())
    bruno = make_user("bruno")
    client = signed_in(bruno)
    assert previews(client.get("/@ada")) == ["Rye"]
    with reading.app_context():
        block(ada, bruno)
    absent(client.get("/explore"), ".preview")
    assert client.get(f"/posts/{post.id}").status_code == 404


def test_it_goes_with_the_text_of_the_post(
    write, site, make_user, reading, travel, rows, anonymous
):
    post = write(site.url())
    write("A reply", make_user("bruno"), in_reply_to=post)
    with reading.app_context():
        db.session.get(Post, post.id).delete()
        absent(anonymous.get(f"/posts/{post.id}"), ".preview")
        travel.shift(3 * UNDO_WITHIN)
        erase_deleted()
    assert rows("post_link") == []


def test_a_page_with_previews_costs_no_statement_more(write, site, anonymous, statements):
    def cost():
        with statements() as sent:
            anonymous.get("/@ada")
        return len(sent)

    write("No link")
    before = cost()
    write(site.url())
    assert cost() == before


def test_an_edit_of_the_rest_costs_no_statement_more(write, site, reading, statements):
    def cost(before, after):
        with reading.app_context():
            post = db.session.get(Post, write(before).id)
            with statements() as sent:
                edit(post, after)
        return len(sent)

    bare = cost("Tea", "More tea")
    assert cost(f"Look: {site.url()}", f"Look here: {site.url()}") == bare


def test_a_post_without_a_link_costs_no_statement_more(write, reading, statements):
    def cost(body):
        with statements() as sent:
            write(body)
        return len(sent)

    cost("Nothing")
    reading.config["LINK_PREVIEWS"] = False
    off = cost("Tea")
    reading.config["LINK_PREVIEWS"] = True
    assert cost("More tea") == off


# Pictures


@pytest.fixture
def illustrated(write, web):
    """A post that links to a page with a picture."""
    web.answers["/"] = page("Rye", image="/rye.png")
    web.answers["/rye.png"] = picture(a_picture())
    return write(web.url())


def test_its_picture_is_ours(illustrated, anonymous, web):
    shown = anonymous.get("/@ada")
    one(shown, "a.preview.preview-wide")
    (url,) = attributes(shown, ".preview img", "src")
    assert url.startswith("/pictures/")
    answer = anonymous.get(url)
    assert answer.status_code == 200
    image = Image.open(io.BytesIO(answer.data))
    assert (image.format, image.size) == ("WEBP", (640, 336))
    assert attributes(shown, ".preview img", "width") == ["640"]
    (other,) = attributes(shown, ".preview source", "srcset")
    assert anonymous.get(other).mimetype == "image/avif"
    assert str(web.port) not in "".join(attributes(shown, "img", "src"))


@pytest.mark.parametrize("data", [b"no picture", b"", a_picture()[:500], b"<svg/>"])
def test_what_is_no_picture_is_left_out(write, web, anonymous, data, rows):
    web.answers["/"] = page("Rye", image="/rye.png")
    web.answers["/rye.png"] = picture(data)
    write(web.url())
    assert previews(anonymous.get("/@ada")) == ["Rye"]
    absent(anonymous.get("/@ada"), ".preview img")
    assert rows("picture") == []


def test_the_picture_goes_with_the_last_post(
    illustrated, reading, rows, travel, anonymous, write, web
):
    second = write(f"Again {web.url()}")
    (url,) = set(attributes(anonymous.get("/@ada"), ".preview img", "src"))
    with reading.app_context():
        for post, pictures in ((illustrated, 1), (second, 0)):
            db.session.get(Post, post.id).delete()
            travel.shift(3 * UNDO_WITHIN)
            erase_deleted()
            sweep_now()
            travel.shift(3 * UNDO_WITHIN)
            sweep_pictures()
            assert len(rows("picture")) == pictures
    assert rows("link_preview") == []
    assert anonymous.get(url).status_code == 404


def test_unused_previews_are_swept_once_an_hour(write, site, reading, rows, travel):
    post = write(site.url())
    with reading.app_context():
        edit(db.session.get(Post, post.id), "No link")
        sweep()
        assert rows("link_preview") == []
        edit(db.session.get(Post, post.id), site.url())
        edit(db.session.get(Post, post.id), "No link")
        travel.shift(59 * 60)
        sweep()
        assert len(rows("link_preview")) == 1
        # At whichever minute: the worker was busy.
        travel.shift(7 * 60)
        sweep()
    assert rows("link_preview") == []


def test_another_picture_takes_the_place_of_the_old(illustrated, write, web, rows, travel, reading):
    travel.shift(KEPT + timedelta(days=1))
    web.answers["/rye.png"] = picture(a_picture(300, 300))
    write(f"Again {web.url()}")
    old, new = rows("picture")
    assert old["removed_at"] is not None
    assert new["removed_at"] is None
    (row,) = rows("link_preview")
    assert row["picture_id"] == new["id"]
    assert json.loads(row["content"])["picture"]["key"] == new["key"]


def test_rows_say_what_they_are_about(illustrated, rows):
    (preview,) = rows("link_preview")
    (link,) = rows("post_link")
    assert link == {"post_id": illustrated.id, "preview_key": preview["key"], "is_removed": 0}
    assert preview["host"] == "good.example"
    assert LinkPreview.__tablename__ == "link_preview"
