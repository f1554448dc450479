"""A full disk: what is sent is answered 503 and not lost; pages are read; it heals by itself."""

import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.client import Client
from tests.conftest import DATABASE
from tests.faults.processes import run_flask, serve
from tests.html import attributes, messages, one

SIZE = "12m"
TYPED = "A long walk, and nowhere to keep it"


class Browser:
    """A browser without JavaScript."""

    def __init__(self, url):
        self.url, self.token = url, ""
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.open = urllib.request.build_opener(cookies).open

    def get(self, path):
        return self._answer(self.url + path)

    def post(self, path, **fields):
        fields["csrf_token"] = self.token
        return self._answer(self.url + path, urllib.parse.urlencode(fields).encode())

    def _answer(self, url, data=None):
        try:
            answer = self.open(url, data, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            tokens = attributes(text, "[name=csrf_token]", "value")
            self.token = tokens[0] if tokens else self.token
            return answer.status, text, answer.headers


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


def test_writing_waits_and_reading_goes_on(small_disk):
    instance = small_disk / "instance"
    run_flask(instance, "db", "upgrade")
    run_flask(instance, "community", "demo")
    with serve(instance) as url:
        browser = Browser(url)
        browser.get("/login")
        assert browser.post("/login", login="ada", password="demo-demo")[0] == 200
        ballast = fill(small_disk)
        assert until_full(browser) == TYPED

        for path in (
            "/",
            "/explore",
            "/@ada",
            "/notifications",
            "/search?q=bread",
            "/settings/account",
        ):
            assert browser.get(path)[0] == 200, path
        assert Browser(url).get("/explore")[0] == 200
        assert browser.get("/healthz")[0] == 200
        status, text, headers = browser.post("/posts", body=TYPED)
        assert (status, headers["Retry-After"]) == (503, "60")
        one(text, "h1", text="That could not be stored")
        assert one(text, "textarea[name=body]").text().strip() == TYPED

        ballast.unlink()
        assert browser.post("/posts", body=TYPED)[0] == 200
        assert TYPED in browser.get("/@ada")[1]
        assert browser.get("/healthz")[0] == 200
    run_flask(instance, "counters", "check")


def until_full(browser):
    """Post until there is no room; return what the page that says so still holds."""
    for number in range(2_000):
        status, text, _headers = browser.post("/posts", body=f"{TYPED} {number} " + "x" * 300)
        if status == 503:
            return one(text, "textarea[name=body]").text().strip()[: len(TYPED)]
        assert status == 200, (status, text)
    raise AssertionError("The disk did not fill up.")


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
        raise OperationalError("INSERT", {}, SimpleNamespace(sqlite_errorcode=5, sqlstate="40001"))

    site.add_url_rule("/busy", "busy", fail, methods=["POST"])
    assert Client(site).post("/busy", {"body": TYPED}).status_code == 500
