"""The look of the site: its accent and its banner."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select as query

from app.accounts.leaving import delete_account
from app.data.database import db
from app.media.jobs import sweep
from app.media.models import Picture
from app.media.signals import picture_ready
from app.media.site_banner import describe_site_banner
from app.posts.models import UNDO_WITHIN
from app.site import site_now
from tests.html import absent, attributes, messages, one, select, text_of

LATER = "The new banner is being prepared. It will be here in a moment."


@pytest.fixture
def administrator(ada, give_role, signed_in, app, monkeypatch, files):
    """Give the client of an administrator; the test does what the worker does."""
    give_role(ada, "administrator")
    monkeypatch.setattr(app.extensions["jobs"].open(), "immediate", False)
    return signed_in(ada)


@pytest.fixture
def save(administrator):
    """Give a function that sends the form."""

    def send(**typed):
        administrator.get("/settings/site/look")
        return administrator.submit("main form.form", **typed)

    return send


def picture(colour="red"):
    file = BytesIO()
    Image.new("RGB", (900, 300), colour).save(file, "PNG")
    file.seek(0)
    return (file, "us.png")


def banner(page):
    """Return the URL of the banner that a page shows, and its description."""
    shown = one(page, "img.banner").attributes
    return shown["src"], shown["alt"]


def test_only_administrators_change_the_look(ada, bruno, give_role, signed_in, anonymous):
    give_role(bruno, "moderator")
    assert anonymous.get("/settings/site/look").status_code == 303
    assert signed_in(bruno).get("/settings/site/look").status_code == 404
    assert signed_in(bruno).post("/settings/site/look", {"accent": "#1d4ed8"}).status_code == 404


def test_an_accent_is_saved_shown_and_given_up_again(app, administrator, save):
    answer = save(accent=" #1D4ED8 ")
    assert (answer.status_code, answer.location) == (303, "/settings/site/look")
    page = administrator.follow(answer)
    assert messages(page) == ["The settings are saved."]
    assert attributes(page, "#accent", "value") == ["#1d4ed8"]
    assert "/accent/1d4ed8.css" in page.text
    save(usual="1")
    page = administrator.get("/settings/site/look")
    assert attributes(page, "#accent", "value") == ["#17654f"]
    absent(page, "#usual")
    with app.app_context():
        assert site_now().accent == ""


@pytest.mark.parametrize(
    ("accent", "error"),
    [
        ("#ffff00", "Too light: links in this colour are hard to read."),
        ("green", "Give a colour as # and six digits, such as #17654f."),
        ("", "Give a colour as # and six digits, such as #17654f."),
        ("#" + "1" * 5000, "Give a colour as # and six digits, such as #17654f."),
    ],
)
def test_an_accent_that_cannot_be_used_is_refused_at_the_field(app, save, accent, error):
    answer = save(accent=accent, banner_description="Our hall")
    assert answer.status_code == 422
    assert text_of(one(answer, "#accent_error")) == error
    assert attributes(answer, "#banner_description", "value") == ["Our hall"]
    with app.app_context():
        assert site_now().accent == ""


def test_a_banner_is_shown_once_it_is_ready_and_the_old_one_until_then(
    app, administrator, anonymous, save, prepare_pictures, rows, travel
):
    absent(anonymous.get("/"), ".banner")
    shown = None
    for colour, description in (("red", "Our hall"), ("blue", "")):
        answer = save(banner=picture(colour), banner_description=description)
        page = administrator.follow(answer)
        assert LATER in messages(page)
        assert "being prepared" in text_of(one(page, "#banner_now"))
        if shown:
            assert banner(anonymous.get("/about")) == shown
        prepare_pictures()
        key = rows("picture")[-1]["key"]
        shown = (f"/banner/{key}/640.webp", description)
        for path in ("/", "/about", "/login"):
            assert banner(anonymous.get(path)) == shown
        file = anonymous.get(shown[0])
        assert (file.status_code, file.mimetype) == (200, "image/webp")
        assert file.cache_control.public
    earlier = f"/banner/{rows('picture')[0]['key']}/640.webp"
    assert anonymous.get(earlier).status_code == 200, "pages that are open have this URL"
    travel.shift(UNDO_WITHIN * 3)
    with app.app_context():
        sweep()
    assert anonymous.get(earlier).status_code == 404


def test_a_banner_that_is_ready_at_once_is_shown(app, anonymous, save, monkeypatch):
    monkeypatch.setattr(app.extensions["jobs"].open(), "immediate", True)
    save(banner=picture(), banner_description="Our hall")
    assert banner(anonymous.get("/about"))[1] == "Our hall"


def test_a_description_that_changes_while_the_banner_is_prepared_is_shown(
    app, ada, anonymous, save
):
    save(banner=picture(), banner_description="A hall")
    with app.app_context():
        prepared = db.session.scalars(query(Picture)).one()
        with app.app_context():
            describe_site_banner(ada, "Our hall")
        picture_ready.send(prepared)
    assert banner(anonymous.get("/about"))[1] == "Our hall"


def test_where_only_members_read_everybody_sees_the_banner(
    anonymous, save, prepare_pictures, rows, set_site
):
    save(banner=picture())
    prepare_pictures()
    set_site(reads="members")
    assert anonymous.get(f"/banner/{rows('picture')[0]['key']}/640.avif").status_code == 200
    one(anonymous.get("/"), ".welcome img.banner")


def test_a_banner_is_described_anew_and_removed(
    administrator, anonymous, save, prepare_pictures, rows
):
    save(banner=picture(), banner_description="A hall")
    save(banner_description="Our hall")
    prepare_pictures()
    assert banner(anonymous.get("/about"))[1] == "Our hall"
    save(banner_description="The hall")
    assert banner(anonymous.get("/about"))[1] == "The hall"
    save(remove_banner="y")
    absent(anonymous.get("/about"), ".banner")
    assert rows("picture")[0]["removed_at"]
    absent(administrator.get("/settings/site/look"), "#remove_banner")


def test_one_that_is_removed_before_it_is_ready_never_shows(anonymous, save, prepare_pictures):
    save(banner=picture())
    save(remove_banner="y")
    prepare_pictures()
    absent(anonymous.get("/about"), ".banner")


def test_a_banner_arrives_even_where_the_accent_is_wrong(anonymous, save, prepare_pictures):
    answer = save(banner=picture(), banner_description="Our hall", accent="#ffff00")
    assert answer.status_code == 422
    one(answer, "#accent_error")
    assert "being prepared" in text_of(one(answer, "#banner_now"))
    assert attributes(answer, "#banner_description", "value") == ["Our hall"]
    prepare_pictures()
    assert banner(anonymous.get("/about"))[1] == "Our hall"


def test_a_file_that_is_no_picture_is_refused(app, anonymous, save, rows):
    answer = save(banner=(BytesIO(b"Not at all"), "us.png"), accent="#1d4ed8")
    assert answer.status_code == 422
    assert "us.png" in text_of(one(answer, "#banner_error"))
    assert attributes(answer, "#accent", "value") == ["#1d4ed8"]
    assert rows("picture") == []


def test_the_banner_stays_when_who_chose_it_has_left(
    app, ada, anonymous, save, prepare_pictures, travel
):
    save(banner=picture())
    prepare_pictures()
    with app.app_context():
        delete_account(ada.id)
    travel.shift(UNDO_WITHIN * 3)
    with app.app_context():
        sweep()
        key = site_now().banner
    assert anonymous.get(f"/banner/{key}/640.webp").status_code == 200


def test_the_log_says_which_accent_and_once_that_there_is_another_banner(
    administrator, save, prepare_pictures
):
    save(banner=picture(), accent="#1d4ed8")
    prepare_pictures()
    save(banner=picture("blue"), usual="")
    prepare_pictures()
    save(remove_banner="y", usual="")
    entries = select(administrator.get("/desk/log?action=site"), "article", count=4)
    said = [" ".join(entry.text().split()) for entry in entries]
    ends = ["Banner: yes no", "Banner: yes", "Banner: yes", "Accent: #1d4ed8"]
    assert all(map(str.endswith, said, ends)), said


def test_who_changes_the_accent_leaves_what_another_has_described_meanwhile(
    app, administrator, save, prepare_pictures, bruno, give_role, signed_in
):
    save(banner=picture(), banner_description="A hall")
    prepare_pictures()
    opened = administrator.get("/settings/site/look")
    give_role(bruno, "administrator")
    other = signed_in(bruno)
    other.get("/settings/site/look")
    other.submit("main form.form", banner_description="Our hall")
    administrator.submit("main form.form", to=opened, accent="#1d4ed8")
    with app.app_context():
        site = site_now()
    assert (site.accent, site.banner_description) == ("#1d4ed8", "Our hall")


def test_a_description_is_changed_back_although_the_accent_was_refused(
    app, administrator, save, prepare_pictures
):
    save(banner=picture(), banner_description="A hall")
    prepare_pictures()
    refused = save(banner_description="Our hall", accent="none")
    administrator.submit(
        "main form.form", to=refused, banner_description="A hall", accent="#1d4ed8"
    )
    with app.app_context():
        assert site_now().banner_description == "A hall"
