"""Avatars and banners: chosen in the form of one's profile, made ready by the worker, shown."""

import shutil
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from app.media.jobs import process_waiting, sweep
from app.media.processing import process_picture
from app.media.stores import store
from app.posts.models import UNDO_WITHIN
from app.sharing.jobs import draw_picture
from app.sharing.pictures import remove
from tests.html import absent, attributes, messages, one, text_of

RED, BLUE = (255, 0, 0), (0, 0, 255)
LATER = "Your new picture is being prepared. It will be here in a moment."


def picture(width=600, height=400, *, format="PNG", **options):
    """A picture as a file: its left half is red, its right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    file = BytesIO()
    image.save(file, format, **options)
    file.seek(0)
    return file


@pytest.fixture
def save(client, app, monkeypatch):
    """Give a function that sends the form of the profile with files, by name, and other fields."""
    monkeypatch.setattr(app.extensions["jobs"].open(), "immediate", False)

    def send(path="/settings/profile", **typed):
        client.get(path)
        files = {name: (file, "me.png") for name, file in typed.items() if hasattr(file, "read")}
        return client.submit("main form", **typed | files)

    return send


@pytest.fixture
def stored(app):
    """Give a function that opens a file of the store as a picture; None where there is none."""

    def read(name):
        with app.app_context(), suppress(FileNotFoundError):
            pieces, _size = store().open(name)
            return Image.open(BytesIO(b"".join(pieces))).convert("RGB")

    return read


def avatar(page):
    return one(page, ".profile > .avatar").attributes["src"]


def is_close(pixel, colour):
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def test_an_avatar_is_shown_once_it_is_ready_and_the_old_one_until_then(
    client, save, prepare_pictures, rows
):
    for old in (None, "first"):
        before = avatar(client.get("/@ada"))
        answer = save(avatar=picture(), display_name="Ada L.")
        assert answer.location == "/@ada", old
        page = client.follow(answer)
        assert messages(page) == [LATER, "Your profile is saved."]
        assert avatar(page) == before
        now = one(client.get("/settings/profile"), "#avatar_now")
        assert "being prepared" in text_of(now)
        assert now.attributes["hx-get"] == "/settings/profile"
        prepare_pictures()
        newest = rows("picture")[-1]
        assert avatar(client.get("/@ada")) == f"/pictures/{newest['key']}/400.webp"
        now = one(client.get("/settings/profile"), "#avatar_now")
        assert text_of(now) == ""
        assert "hx-get" not in now.attributes


def test_a_banner_stands_above_the_profile_with_its_description(
    client, anonymous, save, prepare_pictures, rows
):
    absent(client.get("/@ada"), ".banner")
    save(banner=picture(), banner_description="The allotment")
    absent(client.get("/@ada"), ".banner")
    prepare_pictures()
    (row,) = rows("picture")
    shown = one(anonymous.get("/@ada"), ".profile img.banner").attributes
    assert shown["src"] == f"/pictures/{row['key']}/640.webp"
    assert shown["alt"] == "The allotment"
    assert attributes(client.get("/settings/profile"), "#banner_description", "value") == [
        "The allotment"
    ]
    save(banner_description="")
    assert one(client.get("/@ada"), "img.banner").attributes["alt"] == ""
    assert len(rows("picture")) == 1


@pytest.mark.parametrize(
    ("purpose", "crop", "left", "right"),
    [
        ("avatar", "", RED, BLUE),
        ("avatar", "0.00000 0.10000 0.40000 0.70000", RED, RED),
        ("avatar", "0.60000 0.10000 1.00000 0.70000", BLUE, BLUE),
        # Whatever its shape is, and its numbers are.
        ("avatar", "0.60000 0.00000 1.00000 0.00100", BLUE, BLUE),
        ("avatar", "0.6 0.1 1 0.7" + " " * 90, BLUE, BLUE),
        ("avatar", "0.6 0 nan 1", RED, BLUE),
        ("avatar", "1 1 0 0", RED, BLUE),
        ("avatar", "0.9 0.9 7 7", RED, BLUE),
        ("avatar", "x" * 90_000, RED, BLUE),
        ("banner", "", RED, BLUE),
        ("banner", "0.50000 0.20000 1.00000 0.45000", BLUE, BLUE),
    ],
)
def test_the_owner_chooses_what_is_cut_out_else_it_is_the_middle(
    save, prepare_pictures, rows, stored, purpose, crop, left, right
):
    save(**{purpose: picture(), f"{purpose}_crop": crop})
    prepare_pictures()
    (row,) = rows("picture")
    assert row["state"] == "ready"
    for name, width in {"avatar": ((96, 96), (400, 400)), "banner": ((640, 600), (1500, 600))}[
        purpose
    ]:
        cut = stored(f"{row['key']}/{name}.webp")
        ratio = 1 if purpose == "avatar" else 3
        assert abs(cut.width / cut.height - ratio) < 0.03
        assert cut.width <= width
        assert is_close(cut.getpixel((cut.width // 8, cut.height // 2)), left)
        assert is_close(cut.getpixel((cut.width * 7 // 8, cut.height // 2)), right)


def test_what_is_cut_out_is_of_the_picture_as_one_sees_it(save, prepare_pictures, rows, stored):
    exif = Image.Exif()
    exif[0x0112] = 6  # It is to be turned to the right: its left half is above then.
    file = picture(400, 600, format="JPEG", exif=exif, quality=95)
    save(avatar=file, avatar_crop="0.0 0.0 0.5 0.75")
    prepare_pictures()
    (row,) = rows("picture")
    cut = stored(f"{row['key']}/96.webp")
    assert is_close(cut.getpixel((48, 10)), RED)
    assert is_close(cut.getpixel((48, 92)), BLUE)


def test_a_tiny_picture_has_the_files_that_pages_ask_for(save, prepare_pictures, rows, stored):
    save(avatar=picture(32, 32))
    prepare_pictures()
    (row,) = rows("picture")
    for name in ("96.avif", "96.webp", "400.avif", "400.webp"):
        assert stored(f"{row['key']}/{name}").size == (32, 32)
    assert stored(f"{row['key']}/original") is None


def test_what_is_replaced_or_removed_goes_and_its_files_later(
    client, save, prepare_pictures, rows, stored, app, travel
):
    save(avatar=picture(), banner=picture())
    prepare_pictures()
    first, banner = rows("picture")
    gone = [f"{first['key']}/96.webp", f"{banner['key']}/640.webp"]
    save(avatar=picture(500, 500))
    assert avatar(client.get("/@ada")) == f"/pictures/{first['key']}/400.webp"
    prepare_pictures()
    save(remove_banner="y")
    absent(client.get("/@ada"), ".banner")
    second = rows("picture", "removed_at IS NULL")[0]
    assert all(map(stored, gone))
    travel.shift(3 * UNDO_WITHIN)
    with app.app_context():
        sweep()
    assert not any(map(stored, gone))
    assert stored(f"{second['key']}/96.webp")
    save(remove_avatar="y")
    assert avatar(client.get("/@ada")) == "/avatars/ada.svg"
    travel.shift(3 * UNDO_WITHIN)
    with app.app_context():
        sweep()
    assert not stored(f"{second['key']}/96.webp")
    assert rows("picture") == []
    absent(client.get("/settings/profile"), "#remove_avatar, #remove_banner")


def test_what_is_taken_back_before_it_is_ready_is_never_shown(client, save, prepare_pictures):
    save(avatar=picture())
    save(remove_avatar="y")
    prepare_pictures()
    assert avatar(client.get("/@ada")) == "/avatars/ada.svg"


def test_of_two_the_later_is_shown_whichever_is_ready_first(app, client, save, rows):
    save(avatar=picture())
    save(avatar=picture())
    first, second = rows("picture")
    for row in (second, first):
        with app.app_context():
            process_picture(row["id"])
    assert avatar(client.get("/@ada")) == f"/pictures/{second['key']}/400.webp"


def test_a_picture_that_cannot_be_read_is_reported_in_words_and_the_old_one_stays(
    client, save, prepare_pictures, rows
):
    save(avatar=picture())
    prepare_pictures()
    shown = avatar(client.get("/@ada"))
    whole = picture(format="JPEG").read()
    save(avatar=BytesIO(whole[: len(whole) // 3]))
    prepare_pictures()
    assert rows("picture")[-1]["state"] == "failed"
    now = text_of(one(client.get("/settings/profile"), "#avatar_now"))
    assert "Your last picture could not be used." in now
    assert "damaged" in now
    assert avatar(client.get("/@ada")) == shown
    save(avatar=picture())
    prepare_pictures()
    assert text_of(one(client.get("/settings/profile"), "#avatar_now")) == ""


@pytest.mark.parametrize("purpose", ["avatar", "banner"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Only words.", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_at_the_field_and_all_stays(
    save, rows, purpose, content, words
):
    answer = save(**{purpose: BytesIO(content)}, display_name="Ada L.", about_me="Tea.")
    assert answer.status_code == 422
    assert words in text_of(one(answer, f"#{purpose}_error"))
    assert attributes(answer, "[name=display_name]", "value") == ["Ada L."]
    assert one(answer, "textarea").text().strip() == "Tea."
    assert rows("picture") == []


def test_a_form_without_files_or_with_text_in_their_place_changes_nothing(
    client, save, prepare_pictures, rows
):
    save(avatar=picture())
    prepare_pictures()
    shown = avatar(client.get("/@ada"))
    for fields in ({}, {"avatar": "me.png", "banner": "x" * 5_000}, {"avatar": (BytesIO(), "")}):
        assert client.post("/settings/profile", {"display_name": "Ada"} | fields).status_code == 303
        assert avatar(client.get("/@ada")) == shown
    assert len(rows("picture")) == 1


def test_profile_pictures_are_given_to_everybody_and_kept_for_ever(
    client, anonymous, save, prepare_pictures, rows
):
    save(avatar=picture(), banner=picture())
    prepare_pictures()
    avatar, banner = (row["key"] for row in rows("picture"))
    for name in (f"{avatar}/96.webp", f"{avatar}/400.avif", f"{banner}/640.webp"):
        for page in (client, anonymous):
            answer = page.get(f"/pictures/{name}")
            assert answer.mimetype in ("image/webp", "image/avif")
            assert answer.cache_control.public
            assert answer.cache_control.immutable
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "Cookie" not in answer.headers.get("Vary", "")
    for name in (f"{avatar}/original.webp", f"{avatar}/97.webp", f"{'x' * 22}/96.webp"):
        assert anonymous.get(f"/pictures/{name}").status_code == 404


def test_a_picture_arrives_even_where_another_field_is_wrong(client, save, prepare_pictures, rows):
    answer = save(avatar=picture(), display_name="x" * 61, about_me="Tea.")
    assert answer.status_code == 422
    one(answer, "#display_name_error")
    assert "being prepared" in text_of(one(answer, "#avatar_now"))
    assert one(answer, "textarea").text().strip() == "Tea."
    prepare_pictures()
    assert avatar(client.get("/@ada")) == f"/pictures/{rows('picture')[0]['key']}/400.webp"


def test_a_picture_that_the_queue_lost_is_made_ready_all_the_same(app, client, save, rows, travel):
    save(avatar=picture())
    travel.shift(60)
    with app.app_context():
        process_waiting()
    assert avatar(client.get("/@ada")) == f"/pictures/{rows('picture')[0]['key']}/400.webp"


def test_the_first_step_of_a_new_member_takes_a_picture_and_no_banner(
    client, save, prepare_pictures, rows
):
    absent(client.get("/welcome"), "#banner")
    assert save("/welcome", avatar=picture(), display_name="Ada L.").status_code == 303
    prepare_pictures()
    assert avatar(client.get("/@ada")) == f"/pictures/{rows('picture')[0]['key']}/400.webp"


def test_cards_that_are_kept_show_another_picture_at_once(
    client, anonymous, save, prepare_pictures, rows, ada, make_post
):
    make_post(ada)
    for page in (client, anonymous):
        assert attributes(page.get("/explore"), "#posts .avatar", "src") == ["/avatars/ada.svg"]
    for _other in range(2):
        save(avatar=picture())
        prepare_pictures()
        small = f"/pictures/{rows('picture')[-1]['key']}/96.webp"
        for page in (client, anonymous):
            assert attributes(page.get("/explore"), "#posts .avatar", "src") == [small]


def test_other_sites_and_programs_show_the_picture_too(
    app, anonymous, save, prepare_pictures, rows, ada, make_post, monkeypatch
):
    monkeypatch.setitem(app.config, "DRAW_PICTURES", True)
    post = make_post(ada)
    save(avatar=picture())
    prepare_pictures()
    with app.app_context():
        draw_picture(post.id)
    page = anonymous.get(f"/posts/{post.id}")
    url = one(page, "meta[property='og:image']").attributes["content"]
    drawn = anonymous.get(urlsplit(url).path)
    with app.app_context():
        remove(post.id)
    card = Image.open(BytesIO(drawn.data)).convert("RGB")
    assert is_close(card.getpixel((120, 138)), RED)
    assert is_close(card.getpixel((176, 138)), BLUE)
    (item,) = anonymous.get("/@ada/feed.json").json["items"]
    avatar = urlsplit(item["authors"][0]["avatar"])
    assert avatar.netloc == "127.0.0.1:8000"
    answer = anonymous.get(avatar.path)
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_an_unavailable_store_is_shown_at_the_field_and_nothing_waits(app, save, rows):
    in_its_place = Path(app.instance_path) / "media"
    shutil.rmtree(in_its_place, ignore_errors=True)
    in_its_place.touch()
    answer = save(avatar=picture(), display_name="Ada L.")
    in_its_place.unlink()
    assert answer.status_code == 422
    assert "could not be stored" in text_of(one(answer, "#avatar_error"))
    assert attributes(answer, "[name=display_name]", "value") == ["Ada L."]
    assert text_of(one(answer, "#avatar_now")) == ""
    assert rows("picture", "removed_at IS NULL") == []


def test_what_does_not_fit_any_more_is_shown_at_the_field(save, rows, set_site):
    set_site(picture_quota=0)
    answer = save(avatar=picture())
    assert answer.status_code == 422
    one(answer, "#avatar_error", text="MB")
    assert rows("picture") == []
