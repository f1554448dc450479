"""The commands that check, sweep and move the files of pictures."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from app.data.database import db, now, writing
from app.media.models import Picture
from app.media.orphans import FORGOTTEN_AFTER, LOOKED_FOR_EVERY, delete_orphans_at_times
from app.media.processing import process_picture
from app.media.stores import store, store_of
from app.media.workspaces import delete_abandoned, folder_of_all, workspace
from tests.conftest import periodic_jobs
from tests.media.s3_server import S3Server


def png(colour="teal", size=(64, 48)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def files(app):
    """Give the store, which is empty again afterwards."""
    with app.app_context():
        yield store()
        store().delete(list(store().names()))


@pytest.fixture
def make_picture(app, files, ada, make_post):
    """Give a function that makes a picture of a post, by default one that is ready."""

    def make(content=None, *, is_ready=True, **details):
        post = make_post(ada, f"With a picture {time.time_ns()}")
        with writing() as session:
            own = {"owner_id": ada.id, "post_id": post.id, "due_at": now()}
            picture = Picture(bytes=len(png()), **own, **details)
            session.add(picture)
            session.flush()
        files.put(f"{picture.key}/original", content or png(), "image/png")
        if is_ready:
            process_picture(picture.id)
            db.session.refresh(picture)
            assert picture.state == "ready"
        return picture

    return make


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["media", *arguments])


def make_old(files, name):
    """Have a file be as old as one that nobody will ever have."""
    path = files.folder / name[:2] / name
    before = time.time() - FORGOTTEN_AFTER.total_seconds() - 60
    os.utime(path, (before, before))


def test_check_finds_nothing_where_all_is_there(app, make_picture):
    make_picture()
    make_picture(is_ready=False)
    result = run(app, "check")
    assert result.exit_code == 0, result.output
    assert "2 pictures (1 ready, 1 waiting); 0 lack files." in result.output


@pytest.mark.parametrize("is_ready", [True, False])
def test_check_names_what_is_missing(app, files, make_picture, is_ready):
    picture = make_picture(is_ready=is_ready)
    name = next(iter(files.names(f"{picture.key}/")))
    files.delete([name])
    result = run(app, "check")
    assert result.exit_code == 1
    assert f"Missing, of post {picture.post_id}: {name}" in result.output


@pytest.mark.parametrize("gone", [{"removed_at": now()}, {"post_id": None, "nonce": None}])
def test_check_asks_for_no_files_of_what_is_to_be_deleted(app, files, make_picture, gone):
    picture = make_picture()
    with writing() as session:
        session.execute(update(Picture).values(gone))
    files.delete(list(files.names(f"{picture.key}/")))
    assert run(app, "check").exit_code == 0


def test_sweep_deletes_what_nobody_has_and_nothing_else(app, files, make_picture):
    picture = make_picture()
    files.put("nobody-has-this-one-00/480.avif", b"pixels", "image/avif")
    files.put("on-its-way-00000000000/480.avif", b"pixels", "image/avif")
    of_picture = set(files.names(f"{picture.key}/"))
    for name in ("nobody-has-this-one-00/480.avif", *of_picture):
        make_old(files, name)
    result = run(app, "sweep")
    assert (result.exit_code, result.output) == (0, "Deleted 1 files that nobody has.\n")
    assert set(files.names()) == {"on-its-way-00000000000/480.avif", *of_picture}


def test_sweep_deletes_what_a_crash_left_half_written(app, files, make_picture):
    make_picture()
    half = files.folder / ".writing" / "0af1"
    half.write_bytes(b"half")
    assert run(app, "sweep").exit_code == 0
    assert half.exists()
    before = time.time() - FORGOTTEN_AFTER.total_seconds() - 60
    os.utime(half, (before, before))
    assert run(app, "sweep").exit_code == 0
    assert not half.exists()


def test_the_worker_sweeps_by_itself(app, files, travel):
    jobs = {name.rpartition(".")[2] for name in periodic_jobs(app)}
    assert {"delete_orphans_at_times", "sweep", "delete_abandoned"} <= jobs
    delete_orphans_at_times()
    files.put("nobody-has-this-one-00/480.avif", b"pixels", "image/avif")
    # The worker was away for a while.
    travel.shift(FORGOTTEN_AFTER + timedelta(minutes=1))
    delete_orphans_at_times()
    assert list(files.names()) == []


def test_orphans_are_looked_for_now_and_then(app, files, travel):
    travel.shift(LOOKED_FOR_EVERY)
    delete_orphans_at_times()
    files.put("nobody-has-this-one-00/480.avif", b"pixels", "image/avif")
    make_old(files, "nobody-has-this-one-00/480.avif")
    travel.shift(LOOKED_FOR_EVERY / 2)
    delete_orphans_at_times()
    assert list(files.names())
    travel.shift(LOOKED_FOR_EVERY / 2)
    delete_orphans_at_times()
    assert list(files.names()) == []


def test_what_a_killed_worker_left_is_deleted(app):
    with app.app_context(), workspace() as in_use:
        left = folder_of_all() / "left"
        left.mkdir()
        (left / "original").write_bytes(b"where it was taken")
        os.utime(left, (0, 0))
        delete_abandoned()
        assert [Path(in_use).exists(), left.exists()] == [True, False]


def test_with_one_store_there_is_nothing_to_move(app):
    result = run(app, "move")
    assert result.exit_code == 1
    assert "Set MEDIA_STORE_URL" in result.output


@pytest.fixture
def moving(app, s3: S3Server, monkeypatch):
    """Give a function that has the site use the object store, or the folder again."""

    def use(kind):
        settings = {"MEDIA_STORE": kind, "MEDIA_STORE_REGION": "us-east-1", **s3.settings}
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)
        monkeypatch.setitem(app.extensions, "media_store", store_of(app))

    return use


def test_pictures_move_to_the_object_store_and_back(app, files, make_picture, moving):
    for colour in ("teal", "maroon"):
        make_picture(png(colour))
    names = set(files.names())
    whole = {name: b"".join(files.open(name)[0]) for name in names}
    for kind in ("object", "folder"):
        moving(kind)
        both = store()
        assert set(both.names()) == names
        assert not set(both.current.names())
        result = run(app, "move")
        assert result.exit_code == 0, result.output
        assert f"Moved {len(names)} files." in result.output
        assert set(both.current.names()) == names
        assert not set(both.other.names())
        assert {name: b"".join(both.open(name)[0]) for name in names} == whole
        assert run(app, "check").exit_code == 0


def test_a_move_goes_on_where_it_was_stopped(app, files, make_picture, moving, monkeypatch):
    make_picture()
    names = set(files.names())
    moving("object")
    both = store()

    class Stopped(BaseException):
        pass

    def stop(number):
        if number == 2:
            raise Stopped

    with pytest.raises(Stopped):
        both.move(stop)
    assert len(set(both.current.names())) == 2
    assert set(both.names()) == names
    result = run(app, "move")
    assert f"Moved {len(names) - 2} files." in result.output
    assert set(both.current.names()) == names
    both.delete(names)


@pytest.mark.parametrize("command", ["check", "sweep", "move"])
def test_an_unavailable_store_is_reported_in_one_line(
    app, make_picture, moving, monkeypatch, command
):
    make_picture()
    moving("object")
    both = store()
    both.current.options["endpoint"] = "http://127.0.0.1:9"
    result = run(app, command)
    assert result.exit_code == 2
    assert "fails" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "sweep", "move"])
def test_help_says_the_exit_codes(app, command):
    help = run(app, command, "--help").output
    assert "Exit codes: 0 if all" in help
    assert "\b" not in help


def test_nothing_of_the_files_is_in_the_static_folder(app, files):
    assert Path(app.instance_path) in files.folder.parents
