"""Archives: all of one's own and nothing of others, for its owner alone, for some days."""

import csv
import json
import shutil
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.accounts.leaving import leave
from app.accounts.models import User
from app.data.database import db, now
from app.exports.archive import cell
from app.exports.asking import ask_for_export
from app.exports.jobs import delete_over, make_waiting
from app.exports.models import KEPT, Export
from app.follows.models import follow
from app.media.models import Picture
from app.media.orphans import delete_orphans
from app.media.store_protocol import StoreUnavailableError
from app.media.stores import FOLDER, store
from app.posts.drafts import save_draft
from app.posts.reposting import repost
from app.posts.writing import edit
from app.reactions.models import bookmark, like
from tests.conftest import PASSWORD
from tests.html import absent, attributes, one, select

TAKE_ALONG = "main form[action^='/login/export/']"


@pytest.fixture
def files(app):
    """A function that lists the names in the store, which is empty after the test."""

    def names():
        with app.app_context():
            return sorted(store().names())

    yield names
    shutil.rmtree(Path(app.instance_path) / FOLDER, ignore_errors=True)


@pytest.fixture
def client(ada, signed_in, files):
    """Ada's client."""
    return signed_in(ada)


@pytest.fixture
def content(app, ada, bruno, make_post):
    """Have ada and bruno write, like and follow."""
    with app.app_context():
        theirs = make_post(bruno, "Theirs alone")
        own = make_post(ada, "=SUM(1) ¿Qué?", in_reply_to=theirs)
        edit(own, "=SUM(2) ¿Qué?")
        make_post(ada, "Gone").delete()
        for act in (like, bookmark, repost):
            act(ada, theirs)
        like(bruno, own)
        follow(ada, bruno)
        save_draft(ada, "typed", "What I wan")
        save_draft(bruno, "typed", "Secret of bruno")
        picture = {"post_id": own.id, "state": "ready", "width": 480, "description": "A loaf"}
        db.session.add(Picture(key="a-picture", owner_id=ada.id, **picture))
        db.session.commit()
        store().put("a-picture/480.webp", b"a picture", "image/webp")
    return {"theirs": str(theirs.id), "own": str(own.id)}


def read(data):
    """Return the lists in an archive, by name, and the names of its files."""
    archive = ZipFile(BytesIO(data))
    assert archive.testzip() is None
    names = archive.namelist()
    lists = {
        name.removesuffix(".json"): json.loads(archive.read(name))
        for name in names
        if name.endswith(".json")
    }
    for name, rows in lists.items():
        table = list(csv.reader(StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"))))
        assert len(table) == len(rows) + 1
        assert not rows or table[0] == list(rows[0])
    return lists, archive


def test_the_archive_has_all_of_ones_own(ada, client, content):
    client.get("/settings/export")
    assert client.press("main button[formaction='/settings/export']").status_code == 303
    page = client.get("/settings/export")
    link = one(page, "main a[download]").attributes["href"]
    answer = client.get(link)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ada.zip"'
    lists, archive = read(answer.data)
    assert lists["account"][0]["email"] == "ada@example.org"
    (post,) = lists["posts"]
    assert (post["id"], post["text"]) == (content["own"], "=SUM(2) ¿Qué?")
    assert post["in_reply_to_id"] == content["theirs"]
    assert post["written_at"].startswith(str(now().year))
    assert [each["text"] for each in lists["earlier_versions"]] == ["=SUM(1) ¿Qué?"]
    assert [each["text"] for each in lists["drafts"]] == ["What I wan"]
    for name in ("likes", "bookmarks", "reposts"):
        assert [each["post_id"] for each in lists[name]] == [content["theirs"]]
    assert [each["username"] for each in lists["following"]] == ["bruno"]
    assert [(each["kind"], each["by"]) for each in lists["notifications"]] == [("like", "bruno")]
    (picture,) = lists["pictures"]
    assert picture["description"] == "A loaf"
    assert archive.read(picture["file"]) == b"a picture"
    table = archive.read("posts.csv").decode("utf-8-sig")
    assert "'=SUM(2)" in table
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (b"Secret of bruno", b"Theirs alone", b"pbkdf2", b"bruno@example.org"):
        assert secret not in everything


def test_every_list_is_there_also_when_it_is_empty(app, ada, client):
    client.get("/settings/export")
    client.press("main button[formaction='/settings/export']")
    lists, _archive = read(client.get("/settings/export/archive.zip").data)
    assert set(lists) >= {"posts", "blocked", "muted", "pinned", "reports", "decisions", "sessions"}
    assert lists["posts"] == []


def test_the_archive_is_its_owners_alone(client, content, bruno, signed_in, anonymous):
    client.post("/settings/export")
    assert signed_in(bruno).get("/settings/export/archive.zip").status_code == 404
    assert anonymous.get("/settings/export/archive.zip").status_code == 303


def test_the_page_says_that_the_archive_is_being_prepared(app, ada, client, monkeypatch):
    monkeypatch.setattr("app.exports.asking.enqueue", lambda *_job: None)
    client.post("/settings/export")
    page = client.get("/settings/export")
    polled = one(page, "#archive[hx-get='/settings/export'][hx-trigger='every 2s']")
    select(page, "#archive a[href='/settings/export']", text="Look again")
    absent(page, "main button[formaction='/settings/export']")
    assert client.get("/settings/export/archive.zip").status_code == 404
    assert client.get("/settings/export", htmx=True).text.strip() == polled.html
    with app.app_context():
        make_waiting()
    absent(client.get("/settings/export", htmx=True), "#archive[hx-get]")


def test_an_archive_that_waits_is_not_asked_for_twice(app, ada, client, monkeypatch, rows):
    monkeypatch.setattr("app.exports.asking.enqueue", lambda *_job: None)
    client.post("/settings/export")
    client.post("/settings/export")
    assert len(rows("export")) == 1


def test_a_new_archive_takes_the_place_of_the_one_before(app, client, files, rows):
    client.post("/settings/export")
    client.post("/settings/export")
    assert len(files()) == 2
    with app.app_context():
        delete_over()
    (export,) = rows("export")
    assert files() == [f"{export['key']}/archive.zip"]
    assert client.get("/settings/export/archive.zip").status_code == 200


def test_an_archive_is_deleted_after_some_days(app, client, files, rows, travel):
    client.post("/settings/export")
    travel.shift(KEPT - timedelta(hours=1))
    with app.app_context():
        delete_over()
        delete_orphans()
    assert len(files()) == 1
    travel.shift(timedelta(hours=2))
    with app.app_context():
        delete_over()
    assert files() == []
    assert rows("export") == []


def test_a_store_that_is_unavailable_is_tried_again(app, client, rows, travel, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(
            "app.exports.jobs.store", lambda: (_ for _ in ()).throw(StoreUnavailableError)
        )
        client.post("/settings/export")
    assert rows("export")[0]["state"] == "waiting"
    travel.shift(timedelta(minutes=2))
    with app.app_context():
        make_waiting()
    assert rows("export")[0]["state"] == "ready"


def test_what_fails_too_often_is_given_up(app, client, rows, travel, monkeypatch):
    def fails(*_given):
        raise OSError

    monkeypatch.setattr("app.exports.jobs.write_archive", fails)
    client.post("/settings/export")
    for _ in range(4):
        travel.shift(timedelta(minutes=2))
        with app.app_context():
            make_waiting()
    assert rows("export")[0]["state"] == "failed"
    one(client.get("/settings/export"), "#archive", text="could not be prepared")
    one(client.get("/settings/export"), "main button[formaction='/settings/export']")


@pytest.mark.parametrize("state", ["suspended", "leaving"])
def test_who_cannot_sign_in_takes_it_along(app, ada, content, state, make_client, files, rows):
    with app.app_context():
        user = db.session.get_one(User, ada.id)
        leave(user) if state == "leaving" else user.set_state("suspended")
    client = make_client()
    page = client.log_in("ada", PASSWORD)
    assert page.status_code == 403
    assert list(attributes(page, "main form", "action"))[-1].startswith("/login/export/")
    action = one(page, TAKE_ALONG).attributes["action"]
    answer = client.submit(TAKE_ALONG, to=page)
    assert answer.status_code == 303
    taken = client.get(answer.location)
    data = client.get(one(taken, "main a[download]").attributes["href"]).data
    assert read(data)[0]["posts"][0]["id"] == content["own"]
    assert not client.is_signed_in
    # The form is used: it leads to the same archive.
    key = rows("export")[0]["key"]
    client.post(action)
    assert [row["key"] for row in rows("export")] == [key]


def test_a_form_or_link_that_is_none_is_refused(anonymous, ada):
    assert anonymous.get("/login/export/nonsense").status_code == 404
    assert anonymous.get("/login/export/nonsense/archive.zip").status_code == 404
    assert anonymous.post("/login/export/nonsense").status_code == 404


def test_who_waits_for_approval_takes_nothing_along(app, ada, make_client):
    with app.app_context():
        db.session.get_one(User, ada.id).set_state("waiting")
    absent(make_client().log_in("ada", PASSWORD), TAKE_ALONG)


def test_the_archive_goes_with_the_account(app, ada, client, files, rows):
    client.post("/settings/export")
    with app.app_context():
        leave(db.session.get_one(User, ada.id), within=timedelta(0))
        delete_over()
    assert files() == []
    assert rows("export") == []


def test_the_command_writes_the_archive(app, ada, content, files, tmp_path):
    run = app.test_cli_runner().invoke
    target = tmp_path / "own.zip"
    result = run(args=["user", "export", "ADA", "--output", str(target)])
    assert result.exit_code == 0, result.output
    assert read(target.read_bytes())[0]["posts"][0]["id"] == content["own"]
    result = run(args=["user", "export", "ada", "--output", str(target)])
    assert (result.exit_code, "is there already" in result.output) == (1, True)
    result = run(args=["user", "export", "nobody"])
    assert (result.exit_code, "Nobody here is called nobody." in result.output) == (1, True)


def test_two_who_ask_at_once_have_one_made(app, ada, files, together, rows, monkeypatch):
    monkeypatch.setattr("app.exports.asking.enqueue", lambda *_job: None)

    def ask(nonce):
        with app.app_context():
            return ask_for_export(ada, nonce).id

    assert len(set(together(ask, ["one", "two"]))) == 1
    with app.app_context():
        assert len(db.session.scalars(db.select(Export)).all()) == 1


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_spreadsheet_computes_nothing(begins):
    assert cell(f"{begins}1+1") == f"'{begins}1+1"
    assert cell(-1) == -1
