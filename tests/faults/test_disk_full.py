"""A full disk: what is sent is answered 503 and not lost; pages are read; it heals by itself."""

import logging
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

import config
from app.logs import LogFile
from tests.client import Client
from tests.conftest import DATABASE
from tests.faults.conftest import Site
from tests.html import messages, one
from tests.machines import STARTS_WITHIN, Browser, wait_until
from tests.ports import free_port

pytestmark = pytest.mark.thorough

SIZE = "12m"
TYPED = "A long walk, and nowhere to keep it"


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of its own, with little room."""
    if DATABASE != "sqlite":
        pytest.skip("The disk of PostgreSQL is that of its server.")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("Only root may mount a small file system.")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Leave no room in ``folder``; return the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return ballast


@pytest.fixture
def small_site(small_disk):
    """A running demo community on the small disk."""
    site = Site("full", free_port(), small_disk)
    site.start()
    site.run("community", "demo")
    yield site
    site.stop()


PAGES = ("/", "/explore", "/@ada", "/notifications", "/search?q=bread", "/settings/account")


def test_writing_waits_and_reading_goes_on(small_site, small_disk):
    browser = Browser()
    login = {"login": "ada", "password": "demo-demo"}
    assert browser.post(small_site, "/login", on="/login", **login).status_code == 200
    ballast = fill(small_disk)
    until_full(small_site, browser)

    for path in (*PAGES, "/healthz"):
        assert browser.get(small_site, path).status_code == 200, path
    assert Browser().get(small_site, "/explore").status_code == 200
    refused = browser.post(small_site, "/posts", body=TYPED)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    one(refused, "h1", text="That could not be stored")
    assert one(refused, "textarea[name=body]").text().strip() == TYPED

    ballast.unlink()
    assert browser.post(small_site, "/posts", body=TYPED).status_code == 200
    assert TYPED in browser.get(small_site, "/@ada").text
    small_site.run("counters", "check")


@pytest.fixture
def kept_elsewhere(small_disk, tmp_path):
    """A running site whose database alone is on the small disk."""
    site = Site("full", free_port(), tmp_path)
    site.settings = {"DATABASE_URL": f"sqlite:///{small_disk}/microblog.sqlite3"}
    site.start()
    yield site
    site.stop()


def test_started_on_a_full_disk_pages_say_so_in_one_line_of_the_log(kept_elsewhere, small_disk):
    browser = Browser()
    joining = {"username": "ada", "email": "ada@example.org", "password": "rain on the tin roof"}
    assert browser.post(kept_elsewhere, "/register", on="/register", **joining).status_code == 200
    kept_elsewhere.stop()
    for file in small_disk.glob("*-shm"):
        file.unlink()
    ballast = fill(small_disk)
    kept_elsewhere.begin_to_start("web")
    wait_until(lambda: reachable(kept_elsewhere), within=STARTS_WITHIN)

    for path in ("/", "/explore", "/@ada"):
        answer = Browser().get(kept_elsewhere, path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60"), path
        one(answer, "h1", text="The disk of this site is full.")
    answer = browser.post(kept_elsewhere, "/posts", body=TYPED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    one(answer, "h1", text="That could not be stored")
    assert one(answer, "textarea").text().strip() == TYPED
    answer = browser.post(kept_elsewhere, "/logout")
    one(answer, "h1 + p", text="The disk of this site is full. It is our fault.")
    (line,) = [line for line in kept_elsewhere.output.splitlines() if "'/explore'" in line]
    assert "No space left on device" in line
    assert "Traceback" not in kept_elsewhere.output

    ballast.unlink()
    assert browser.post(kept_elsewhere, "/posts", body=TYPED).status_code == 200


def reachable(site):
    """Whether the site answers anything."""
    try:
        return bool(Browser().get(site, "/healthz").status_code)
    except OSError:
        return False


def until_full(site, browser):
    """Post until there is no room."""
    for number in range(2_000):
        status = browser.post(site, "/posts", body=f"{number} " + "x" * 400).status_code
        if status == 503:
            return
        assert status == 200
    raise AssertionError("The disk did not fill up.")


def test_a_start_is_refused_in_one_line(small_disk):
    fill(small_disk)
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--no-debug", "db", "upgrade"],
        cwd=config.ROOT,
        env=os.environ | {"INSTANCE_PATH": str(small_disk / "instance")},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = result.stderr.splitlines()
    assert line.startswith("Microblog does not start. ")
    assert line.endswith("cannot be used: No space left on device.")
    assert list(small_disk.rglob(".secret_key*")) == []


def test_a_log_file_that_cannot_be_written_says_so_in_one_line(small_disk, capfd):
    handler = LogFile(str(small_disk / "microblog.log"))
    ballast = fill(small_disk)
    handler.handle(logging.LogRecord("app", logging.ERROR, __file__, 1, "Hello", None, None))
    ballast.unlink()
    handler.close()
    (line,) = capfd.readouterr().err.splitlines()
    assert line == f"{small_disk}/microblog.log lacks a line: [Errno 28] No space left on device"


@pytest.fixture
def full(make_app, app):
    """A site on which every POST to /full fails as on a full disk."""
    causes = {
        "sqlite": SimpleNamespace(sqlite_errorcode=13),
        "postgresql": SimpleNamespace(sqlstate="53100"),
    }
    site: Flask = make_app(PROPAGATE_EXCEPTIONS=False)

    def fail():
        raise OperationalError("INSERT", {}, causes[DATABASE])

    site.add_url_rule("/full", "full", fail, methods=["POST"])
    return Client(site)


def test_with_htmx_the_page_stays(full):
    answer = full.post("/full", {"body": TYPED}, htmx=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "The disk of this site is full. Nothing you typed is lost" in messages(answer)[0]


def test_another_failure_of_the_database_is_none_of_that(make_app, app):
    site = make_app(PROPAGATE_EXCEPTIONS=False)

    def fail():
        raise OperationalError("INSERT", {}, SimpleNamespace(sqlite_errorcode=1, sqlstate="40001"))

    site.add_url_rule("/other", "other", fail, methods=["POST"])
    assert Client(site).post("/other", {"body": TYPED}).status_code == 500
