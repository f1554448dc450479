"""What Lighthouse says of our pages: ``python -m benchmarks.lighthouse``.

Moves the demo community into a folder of its own, serves it as ``make run`` does, and lets
Lighthouse load each page on its phone profile (a middling phone, a slow 4G network). Prints
a row for each page, the median of some rounds, and fails where performance is below 95.

Scores fall when the machine is busy: the last column is Lighthouse's own measure of the
machine, about 1,000 and more when it is at rest.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask, Response, session
from sqlalchemy import select

import config
from app import create_app
from app.accounts.models import by_username
from app.accounts.sign_in import begin_session
from app.community.demo import load_demo
from app.data.database import db
from app.posts.models import Post
from tests.browser import chromium

# The last that runs on Debian's Node: 13 wants a newer one.
LIGHTHOUSE = "lighthouse@12.8.2"
# First-party and offline: nothing is reported to anyone, and no trial asks a question.
QUIETLY = ["--quiet", "--output=json", "--output-path=stdout", "--no-enable-error-reporting"]
CHROMIUM = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
ENOUGH = 95
SECONDS_TO_START = 60

AUDITS = {
    "FCP s": ("first-contentful-paint", 1000, 1),
    "LCP s": ("largest-contentful-paint", 1000, 1),
    "TBT ms": ("total-blocking-time", 1, 0),
    "CLS": ("cumulative-layout-shift", 1, 3),
    "KB": ("total-byte-weight", 1000, 1),
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def move_in(instance: Path) -> Flask:
    """Return the application with the demo community in the folder ``instance``."""
    app = create_app({"INSTANCE_PATH": str(instance)})
    with app.app_context():
        flask_migrate.upgrade()
        load_demo()
    return app


@contextmanager
def served(instance: Path) -> Iterator[str]:
    """Serve ``instance`` as ``make run`` does, on a free port; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flask = Path(sys.executable).with_name("flask")
    environment = os.environ | {"INSTANCE_PATH": str(instance), "PORT": str(port)}
    with (instance / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [flask, "--no-debug", "serve"], env=environment, stdout=log, stderr=log
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Return when ``url`` answers."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer.")


def cookie(app: Flask, username: str, url: str) -> str:
    """Return the header with which a browser is signed in as ``username``."""
    where = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "Lighthouse"}
    with app.test_request_context(base_url=url, environ_base=where):
        begin_session(db.session.scalars(by_username(username)).one(), remember=False)
        response = Response()
        app.session_interface.save_session(app, session, response)
    kept = SimpleCookie(response.headers["Set-Cookie"])
    return "; ".join(f"{morsel.key}={morsel.value}" for morsel in kept.values())


def pages(app: Flask) -> dict[str, str]:
    """Return the paths to load by name."""
    with app.app_context():
        busiest = db.session.scalars(select(Post).order_by(Post.replies_count.desc())).first()
        return {
            "home": "/",
            "explore": "/explore",
            "profile": "/@greta",
            "thread": f"/posts/{busiest.id}",
        }


def load(url: str, headers: dict[str, str], browser: str) -> dict[str, Any]:
    """Return Lighthouse's report on ``url``, asked for with ``headers``."""
    with_headers = [f"--extra-headers={json.dumps(headers)}"] if headers else []
    command = ["npm", "exec", "--yes", LIGHTHOUSE, "--", url, *with_headers, *QUIETLY, CHROMIUM]
    ran = subprocess.run(
        command,
        env=os.environ | {"CHROME_PATH": browser},
        stdout=subprocess.PIPE,
        check=True,
    )
    report: dict[str, Any] = json.loads(ran.stdout)
    if report.get("runtimeError"):
        raise SystemExit(f"{url}: {report['runtimeError']['message']}")
    return report


def score(report: dict[str, Any], category: str) -> int:
    """Return a category's score, of 100."""
    return round(report["categories"][category]["score"] * 100)


def row(name: str, report: dict[str, Any]) -> str:
    """Return what is printed of a report."""
    audits = report["audits"]
    figures = [
        f"{audits[audit]['numericValue'] / unit:>8.{digits}f}"
        for audit, unit, digits in AUDITS.values()
    ]
    scores = [f"{score(report, category):>16}" for category in CATEGORIES]
    machine = f"{report['environment']['benchmarkIndex']:>9.0f}"
    return f"{name:10}" + "".join((*figures, *scores, machine))


def main() -> int:
    """Load every page, print a row for each; 1 where one is too slow."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=3, help="how often each page is loaded")
    asked = options.parse_args()
    if not shutil.which("npm"):
        raise SystemExit("Lighthouse needs Node and npm. On Debian: apt-get install npm")
    browser = chromium.ensure()
    heading = "".join(f"{name:>8}" for name in AUDITS)
    print(f"{'':10}{heading}{''.join(f'{name:>16}' for name in CATEGORIES)}{'machine':>9}")
    least = 100
    with tempfile.TemporaryDirectory(prefix="microblog-") as folder:
        app = move_in(Path(folder))
        with served(Path(folder)) as url:
            for name, path in pages(app).items():
                headers = {"Cookie": cookie(app, "ada", url)} if name == "home" else {}
                reports = [load(url + path, headers, browser) for _round in range(asked.rounds)]
                reports.sort(key=lambda report: score(report, "performance"))
                median = reports[len(reports) // 2]
                print(row(name, median), flush=True)
                least = min(least, score(median, "performance"))
    return int(least < ENOUGH)


if __name__ == "__main__":
    os.chdir(config.ROOT)
    sys.exit(main())
