"""The pictures of what was reported are kept for moderators, and for nobody else."""

from datetime import timedelta

import pytest

from app.accounts.leaving import delete_account, leave
from app.accounts.models import User
from app.data.database import db
from app.media.jobs import sweep
from app.moderation.actions import Decision, suspend
from app.moderation.jobs import EVIDENCE_KEPT, delete_old_cases
from app.moderation.log import Moderator
from app.moderation.models import Case
from app.posts.jobs import erase_deleted
from app.posts.models import UNDO_WITHIN
from tests.html import attributes, cards, one, select
from tests.media.drawn import upload


@pytest.fixture
def clean(app, travel):
    """Give a function that runs what runs each minute, once nothing can be undone."""

    def run():
        travel.shift(3 * UNDO_WITHIN)
        with app.app_context():
            erase_deleted()
            sweep()
            delete_old_cases()

    return run


@pytest.fixture
def author(mallory, signed_in, files):
    client = signed_in(mallory)
    client.get("/")
    return client


@pytest.fixture
def shown(author):
    """Give the id of a post with a picture."""
    fields = {"body": "Look", "nonce": "abc", "pictures": [upload()], "description_1": "A pill"}
    author.post("/posts", fields)
    return cards(author.get("/"))[0]


@pytest.mark.parametrize("reported", ["/posts/{post}", "/@mallory"])
@pytest.mark.parametrize("how", ["deleted", "edited", "left"])
def test_pictures_stay_with_the_case(
    app,
    author,
    ada,
    bruno,
    mallory,
    shown,
    report,
    desk,
    clean,
    rows,
    travel,
    how,
    reported,
    signed_in,
    files,
):
    report(ada, reported.format(post=shown))
    public = attributes(author.get(f"/posts/{shown}"), ".picture img", "src")[0]
    if how == "deleted":
        author.post(f"/posts/{shown}/delete")
    elif how == "left":
        with app.app_context():
            leave(db.session.get_one(User, mallory.id), within=timedelta(0))
            delete_account(mallory.id)
    else:
        author.get(f"/posts/{shown}/edit")
        author.submit(f"#composer_edit_{shown}", attached="", body="Never mind")
    clean()
    with app.app_context():
        case = db.session.scalars(db.select(Case.id)).one()
    page = desk.get(f"/desk/{case}")
    [url] = attributes(page, "main blockquote img", "src")
    assert one(page, "main blockquote img").attributes["alt"]
    select(page, "main blockquote", text="Look")
    for client in (author, desk, signed_in(bruno)):
        assert client.get(public).status_code == 404
    assert [row["owner_id"] for row in rows("picture")] == [None]
    answer = desk.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert signed_in(bruno).get(url).status_code == 404
    assert desk.get(f"{url}x").status_code == 404
    desk.token()
    desk.post(f"/desk/{case}/decide", {"action": "dismiss", "why": ""})
    travel.shift(EVIDENCE_KEPT)
    clean()
    clean()
    assert (rows("picture"), rows("report"), rows("kept_picture"), files()) == ([], [], [], [])


def test_a_picture_stays_as_long_as_one_case_shows_it(
    app, author, ada, bruno, shown, report, desk, clean, rows, travel
):
    report(ada, f"/posts/{shown}")
    author.post(f"/posts/{shown}/delete")
    with app.app_context():
        first = db.session.scalars(db.select(Case.id)).one()
    desk.token()
    desk.post(f"/desk/{first}/decide", {"action": "dismiss", "why": ""})
    author.post(f"/posts/{shown}/restore")
    report(bruno, f"/posts/{shown}")
    author.post(f"/posts/{shown}/delete")
    travel.shift(EVIDENCE_KEPT)
    clean()
    clean()
    assert [row["id"] for row in rows("moderation_case")] != [first]
    assert len(rows("picture")) == 1


@pytest.mark.parametrize("how", ["blocks", "suspends"])
def test_the_desk_links_to_what_the_moderator_can_open_elsewhere(
    app, case, desk, moderator, mallory, spam, make_block, how
):
    pages = (f"/desk/{case}", "/desk/people/mallory")
    there = [attributes(desk.get(page), "main a", "href") for page in pages]
    assert f"/posts/{spam.id}" in there[0]
    assert all("/@mallory" in links for links in there)
    if how == "blocks":
        make_block(moderator, mallory)
    else:
        with app.app_context():
            suspend(Moderator(), db.session.get_one(User, mallory.id), Decision(reason="Ads"))
    links = [link for page in pages for link in attributes(desk.get(page), "main a", "href")]
    assert links
    assert not {f"/posts/{spam.id}", "/@mallory"} & set(links)
