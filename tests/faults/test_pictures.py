"""Pictures while something fails: a killed process, a full disk, a store that is away."""

import io
import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from random import Random

import psutil
import pytest
from PIL import Image

from app.media.orphans import FORGOTTEN_AFTER
from tests.conftest import DATABASE
from tests.faults.conftest import Site
from tests.faults.sending import send, status
from tests.faults.test_disk_full import fill, small_disk  # noqa: F401
from tests.html import one
from tests.machines import Browser, wait_until
from tests.media.s3_server import S3Server
from tests.ports import free_port

pytestmark = [
    pytest.mark.machines,
    pytest.mark.skipif(DATABASE != "sqlite", reason="The file of the database is looked into."),
]

TYPED = "Low water at the old bridge"
DETAILS = {"email": "ada@example.org", "password": "rain on the tin roof"}
# The worker takes up every minute what was lost.
A_MINUTE = 75


def picture(width: int = 400, height: int = 300, seed: int = 1) -> bytes:
    """Return a PNG that takes some work, the more the larger it is."""
    buffer = io.BytesIO()
    noise = Random(seed).randbytes(width * height // 64 * 3)
    small = Image.frombytes("RGB", (width // 8, height // 8), noise)
    small.resize((width, height), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def s3():
    server = S3Server()
    yield server
    server.go_on()
    server.stop()


@pytest.fixture
def make_site(tmp_path):
    """Give a function that runs a site of one member, and returns it with her browser."""
    made = []

    def make(folder=tmp_path, **settings):
        site = Site("pictures", free_port(), folder)
        site.settings = settings
        made.append(site)
        site.start()
        browser = Browser()
        assert browser.post(site, "/register", on="/register", username="ada", **DETAILS)
        browser.get(site, "/")
        return site, browser

    yield make
    for site in made:
        site.stop()


def ask(site, statement):
    with closing(sqlite3.connect(site.instance / "microblog.sqlite3", timeout=30)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
        return found


def states(site):
    return [state for (state,) in ask(site, "SELECT state FROM picture ORDER BY id")]


def check(site, *, exit_code=0):
    """Look whether every picture has its files."""
    assert site._flask("media", "check").wait(60) == exit_code, site.output


def decoding(site):
    """The process that decodes a picture, if there is one."""
    for process in site.processes():
        with suppress(psutil.Error):
            if any(part.endswith("decoder.py") for part in process.cmdline()):
                return process
    return None


def test_a_worker_that_is_killed_while_it_decodes_starts_again(make_site):
    site, browser = make_site()
    assert status(send(site, browser, picture(4000, 3000), body=TYPED)) == 303
    child = wait_until(lambda: decoding(site))
    worker = site.worker()
    worker.kill()
    wait_until(lambda: not worker.is_running() and not child.is_running())
    assert states(site) == ["waiting"]
    # The site goes on, and the card says how it is.
    assert TYPED in browser.get(site, "/").text
    # As if the time had passed after which it is tried again.
    wait_until(site.worker)
    ask(site, "UPDATE picture SET due_at = '2020-01-01', id = id - (1000000 << 16)")
    wait_until(lambda: states(site) == ["ready"], within=2 * A_MINUTE)
    check(site)


def test_kill_everything_leaves_no_post_without_its_pictures(make_site):
    site, browser = make_site()
    content = [picture(seed=number) for number in range(12)]
    answered = []

    def write():
        for number, each in enumerate(content):
            with suppress(OSError, ValueError):
                if status(send(site, browser, each, body=f"Picture {number}")) == 303:
                    answered.append(f"Picture {number}")

    thread = threading.Thread(target=write)
    thread.start()
    wait_until(lambda: len(answered) >= 4)
    site.kill()
    thread.join()
    site.start()
    bodies = "SELECT body FROM post JOIN picture ON picture.post_id = post.id"
    assert {body for (body,) in ask(site, bodies)} >= set(answered)
    ask(site, "UPDATE picture SET due_at = '2020-01-01', id = id - (1000000 << 16)")
    wait_until(lambda: "waiting" not in states(site), within=2 * A_MINUTE)
    published = "SELECT DISTINCT state, failure FROM picture WHERE post_id IS NOT NULL"
    assert ask(site, published) == [("ready", None)]
    check(site)
    # What was left half written is gone within a day.
    folder = site.instance / "media"
    old = time.time() - FORGOTTEN_AFTER.total_seconds() - 60
    for file in folder.rglob("*"):
        os.utime(file, (old, old))
    site.run("media", "sweep")
    known = {key for (key,) in ask(site, "SELECT key FROM picture")}
    there = {file.parent.name for file in folder.rglob("*") if file.is_file()}
    assert there <= known
    check(site)


def test_on_a_full_disk_the_text_is_kept(make_site, small_disk):  # noqa: F811
    site, browser = make_site(small_disk)
    # A form with files is not even begun, where there is no room for it.
    answer = send(site, browser, bytes(6_000_000), body=TYPED)
    assert status(answer) == 503
    assert "The disk of this site is full." in answer
    assert TYPED in answer
    # A small one arrives, and finds no room then.
    content = picture()
    ballast = fill(small_disk)
    answer = send(site, browser, content, body=TYPED)
    assert status(answer) in (422, 503)
    assert TYPED in answer
    assert Browser().get(site, "/explore").status_code == 200
    ballast.unlink()
    assert status(send(site, browser, content, body=TYPED)) == 303
    wait_until(lambda: "ready" in states(site), within=2 * A_MINUTE)
    one(browser.get(site, "/"), "article.post .post-body", text=TYPED)


def test_a_store_that_is_unavailable_costs_a_picture_and_no_text(make_site, s3):
    site, browser = make_site(**s3.settings)
    content = picture()
    assert status(send(site, browser, content, body="Before")) == 303
    wait_until(lambda: states(site) == ["ready"], within=A_MINUTE)
    shown = one(browser.get(site, "/"), "article.post img[src^='/pictures/']").attributes["src"]
    assert browser.get(site, "/explore").status_code == 200

    s3.pause()
    # Pages go on, also while pictures are asked for.
    asking = [threading.Thread(target=fetch, args=(site, browser, shown)) for _ in range(20)]
    for thread in asking:
        thread.start()
    start = time.monotonic()
    for _ in range(10):
        assert browser.get(site, "/").status_code == 200
    assert time.monotonic() - start < 5
    answer = send(site, browser, picture(seed=2), body=TYPED)
    assert status(answer) in (422, 503)
    assert TYPED in answer
    for thread in asking:
        thread.join()

    s3.go_on()
    # For a few seconds it is not asked again.
    again = picture(seed=2)
    wait_until(lambda: status(send(site, browser, again, body=TYPED)) == 303, within=30)
    wait_until(lambda: states(site).count("ready") == 2, within=A_MINUTE)
    assert fetch(site, browser, shown) == 200
    check(site)


def test_the_worker_waits_for_a_store_that_is_unavailable(make_site, s3):
    site, browser = make_site(**s3.settings)
    site.worker().suspend()
    assert status(send(site, browser, picture(), body=TYPED)) == 303
    s3.pause()
    site.worker().resume()
    wait_until(lambda: "could not be prepared" in site.log, within=A_MINUTE)
    assert states(site) == ["waiting"]
    s3.go_on()
    ask(site, "UPDATE picture SET due_at = '2020-01-01', id = id - (1000000 << 16)")
    wait_until(lambda: states(site) == ["ready"], within=2 * A_MINUTE)
    check(site)


def fetch(site, browser, path):
    """Ask for a picture; return the status."""
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    request = f"GET {path} HTTP/1.1\r\nHost: HOST\r\nCookie: {cookies}\r\n\r\n".encode()
    with closing(site.send(request)) as connection:
        connection.settimeout(60)
        return int(connection.recv(100)[9:12])
