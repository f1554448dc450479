"""Static files."""

import hashlib
import json
import re
import shutil

import brotli
import pytest

import config
from app.web.assets import SCRIPTS, STYLES, join
from app.web.urls import static_url
from tests.html import one

VENDOR = config.ROOT / "static" / "vendor"
# Bytes of our own stylesheets and scripts together, compressed as they are served.
OWN = 30_000
COMPRESSED = {".br", ".gz"}


def files():
    return [
        file
        for file in sorted((config.ROOT / "static").rglob("*"))
        if file.is_file() and file.suffix not in COMPRESSED
    ]


def test_vendored_files_equal_the_manifest():
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    here = {str(f.relative_to(VENDOR)) for f in files() if f.is_relative_to(VENDOR)}
    assert here - {"manifest.json"} == set(manifest)
    for path, entry in manifest.items():
        assert entry["sha256"] == hashlib.sha256((VENDOR / path).read_bytes()).hexdigest(), path
        assert entry["package"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
        assert entry["source"]


def test_a_vendored_file_that_was_made_from_another_says_how():
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    fonts = [path for path in manifest if path.endswith(".woff2")]
    assert fonts
    for font in fonts:
        assert any(font in command for command in manifest[font]["made_by"])
        licence = manifest[font]["licence"].rpartition(" in ")[2]
        assert "SIL OPEN FONT LICENSE" in (VENDOR / licence).read_text()


def test_files_are_served_under_their_release_and_cached_for_ever(anonymous):
    for file in files():
        answer = anonymous.get(f"{static_url()}/{file.relative_to(config.ROOT / 'static')}")
        assert answer.status_code == 200, file
        assert answer.data == file.read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["../config.py", "%2e%2e/config.py", "nothing.css", ""])
def test_no_other_file_is_served(anonymous, path):
    assert anonymous.get(f"{static_url()}/{path}").status_code == 404


def test_the_404_of_a_static_url_is_not_cached(ada, signed_in):
    answer = signed_in(ada).get(f"{static_url()}/nothing.css")
    one(answer, "#actions [name=csrf_token]")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.vary


def test_every_file_that_a_page_links_to_exists(anonymous):
    page = anonymous.get("/explore").text
    asked = set(re.findall(r'(?:src|href)="(/[^"#]*\.(?:js|css|svg|png|woff2))["#]', page))
    assert len(asked) >= 6
    for path in asked:
        assert anonymous.get(path).status_code == 200, path


def test_no_file_loads_from_another_host():
    for file in files():
        if file.suffix in (".css", ".svg") and not file.is_relative_to(VENDOR):
            text = file.read_text()
            assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text), file
            assert "@import" not in text


def test_templates_have_no_inline_script_or_style():
    for template in (config.ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on", text), (
            template
        )


def test_app_js_stays_small():
    lines = (config.ROOT / "static" / "js" / "app.js").read_text().splitlines()
    assert len(lines) < 150


# The joined files of every page


def kept(folder, **texts):
    """Write ``texts`` in place of the joined files' parts, and return what is joined of them."""
    for kind, names in (("css", STYLES), ("js", SCRIPTS)):
        (folder / kind).mkdir()
        for name in names.split():
            (folder / kind / f"{name}.{kind}").write_text("")
        (folder / kind / f"{names.split()[0]}.{kind}").write_text(texts.get(kind, ""))
    join(folder)
    return {kind: (folder / kind / f"site.{kind}").read_text() for kind in ("css", "js")}


def test_joined_files_have_no_comments_and_no_indentation(tmp_path):
    css = (
        "/* One\n   comment. */\n\na {\n  /* Why */\n  color: red; /* beside */\n}\n/* b */ b {}\n"
    )
    js = '  // Why\n  const url = "https://example.org/*"; // beside\n  /* End */\n'
    found = kept(tmp_path, css=css, js=js)
    assert found["css"].strip() == "a {color: red; /* beside */\n}/* b */ b {}"
    assert found["js"].strip() == 'const url = "https://example.org/*"; // beside'


def test_no_string_of_a_script_has_several_lines():
    for file in (config.ROOT / "static" / "js").glob("*.js"):
        assert not [line for line in file.read_text().splitlines() if line.count("`") % 2], file


def test_our_own_stylesheets_and_scripts_stay_small(tmp_path):
    for kind in ("css", "js"):
        shutil.copytree(config.ROOT / "static" / kind, tmp_path / kind)
    join(tmp_path)
    joined = {f"{name}.css" for name in STYLES.split()} | {f"{name}.js" for name in SCRIPTS.split()}
    # Only in debug mode.
    joined.add("styleguide.css")
    served = [
        file
        for file in sorted(tmp_path.rglob("*"))
        if file.suffix in (".css", ".js") and file.name not in joined
    ]
    sizes = {file.name: len(brotli.compress(file.read_bytes())) for file in served}
    assert {"site.css", "site.js"} <= set(sizes)
    assert sum(sizes.values()) < OWN, sizes
