"""The command behind ``make lighthouse``: Lighthouse's scores of the demo community's pages.

It loads them as a phone on slow 4G does, and fails where the performance of a page is below 95 in
the median of three loads. Scores fall on a busy machine: the last column is Lighthouse's measure of
the machine, about 1,000 and more when it is idle.
"""

import json
import os
import subprocess
import sys
import tempfile

from sqlalchemy import select

from app import create_app
from tests.browser import chromium

from .databases import flask
from .pages import sign_in
from .report import table
from .server import serving

ENOUGH = 95
# The last version that runs on Debian's Node: 13 needs a newer one.
COMMAND = (
    "npm exec --yes lighthouse@12.8.2 -- --quiet --output=json --output-path=stdout "
    "--no-enable-error-reporting"
)
CHROMIUM = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
AUDITS = {
    "FCP": "first-contentful-paint",
    "LCP": "largest-contentful-paint",
    "TBT": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
    "size": "total-byte-weight",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def load(url: str, headers: dict[str, str], browser: str) -> tuple[float, list[str]]:
    """Return the score for performance, of 100, and the cells of the table."""
    command = [*COMMAND.split(), CHROMIUM, f"--extra-headers={json.dumps(headers)}", url]
    env = os.environ | {"CHROME_PATH": browser}
    report = json.loads(subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True).stdout)
    if report.get("runtimeError"):
        raise SystemExit(f"{url}: {report['runtimeError']['message']}")
    scores = [report["categories"][category]["score"] * 100 for category in CATEGORIES]
    cells = [report["audits"][audit]["displayValue"].split("was ")[-1] for audit in AUDITS.values()]
    cells += [f"{figure:.0f}" for figure in (*scores, report["environment"]["benchmarkIndex"])]
    return scores[0], cells


def main() -> int:
    """Load every page and print the table; return 1 where a page is too slow."""
    browser = chromium.ensure()
    lines, least = [["page", *AUDITS, *CATEGORIES, "machine"]], 100.0
    with tempfile.TemporaryDirectory(prefix="microblog-") as folder:
        env = {"INSTANCE_PATH": folder}
        flask(env, "db", "upgrade")
        flask(env, "community", "demo")
        app = create_app(env)
        db = app.extensions["sqlalchemy"]
        post = db.metadata.tables["post"].c
        with app.app_context():
            thread = db.session.scalar(select(post.id).order_by(post.replies_count.desc()).limit(1))
        cookie = {"Cookie": sign_in(app, "ada", "demo-demo").cookie}
        with serving(env) as server:
            for name, path, headers in (
                ("home", "/", cookie),
                ("explore", "/explore", {}),
                ("profile", "/@greta", {}),
                ("thread", f"/posts/{thread}", {}),
            ):
                print(name, "…", file=sys.stderr)
                loads = [load(server.url + path, headers, browser) for _load in range(3)]
                score, cells = sorted(loads)[1]
                lines.append([name, *cells])
                least = min(least, score)
    print(table(lines))
    return int(least < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
