"""Pictures are decoded one at a time, and their owners take turns."""

import threading

import pytest

from app.data.database import writing
from app.media import jobs
from app.media.models import Picture
from tests.media.drawn import upload


@pytest.fixture
def send(signed_in, files, monkeypatch):
    """A function that sends pictures of a person while nobody works off the queue."""
    monkeypatch.setattr("app.media.uploads.enqueue", lambda *_args: None)

    def send(user, count):
        client = signed_in(user)
        client.get("/")
        pictures = [upload(colour=(number, 0, 0)) for number in range(count)]
        client.post("/posts", {"body": "Loaves", "nonce": "abc", "pictures": pictures})

    return send


@pytest.fixture
def made(app, monkeypatch):
    """The owners of the pictures that the worker begins with, in order."""
    owners = []
    process_picture = jobs.process_picture

    def note(id):
        with writing() as session:
            owners.append(session.get(Picture, id).owner_id)
        return process_picture(id)

    monkeypatch.setattr(jobs, "process_picture", note)
    return owners


def test_nobody_waits_for_all_pictures_of_somebody_else(app, send, made, ada, bruno):
    send(ada, 4)
    send(bruno, 2)
    with app.app_context():
        jobs.process()
    assert made == [ada.id, bruno.id, ada.id, bruno.id, ada.id, ada.id]


def test_while_one_thread_makes_a_picture_the_others_are_free(app, send, ada, monkeypatch, rows):
    send(ada, 2)
    begun, may_end = threading.Event(), threading.Event()
    process_picture = jobs.process_picture

    def slow(id):
        begun.set()
        assert may_end.wait(20)
        return process_picture(id)

    monkeypatch.setattr(jobs, "process_picture", slow)

    def work():
        with app.app_context():
            jobs.process()

    first, second = (threading.Thread(target=work) for _ in range(2))
    first.start()
    assert begun.wait(20)
    second.start()
    second.join(20)
    is_free = not second.is_alive()
    may_end.set()
    for thread in (first, second):
        thread.join(20)
    assert is_free
    # The first goes on with what the second left.
    assert [row["state"] for row in rows("picture")] == ["ready", "ready"]


def test_after_some_seconds_other_jobs_have_their_turn(app, send, ada, made, monkeypatch):
    send(ada, 3)
    left = []
    monkeypatch.setattr(jobs, "SECONDS", 0)
    monkeypatch.setattr(jobs, "enqueue", left.append)
    with app.app_context():
        jobs.process()
    assert (len(made), left) == (1, [jobs.process])
