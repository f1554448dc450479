"""Languages and times."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import config
from app.accounts.models import User
from app.data.counters import tally
from app.data.database import db, writing
from tests.html import one

CATALOGUE = Path(config.ROOT, "translations", "es", "LC_MESSAGES")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def strings(tmp_path_factory):
    """All strings that code and templates mark for translation."""
    template = tmp_path_factory.mktemp("catalogue") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["-F", "babel.cfg", "-k", "_l", "-o", str(template), "app", "templates"]
    subprocess.run(command, cwd=config.ROOT, check=True)
    with template.open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.fixture(scope="module")
def spanish():
    """The Spanish catalogue."""
    with (CATALOGUE / "messages.po").open("rb") as file:
        return read_po(file, locale="es")


def both(forms):
    """Return the singular and the plural; for a message without plural, the string alone."""
    return (forms,) if isinstance(forms, str) else tuple(forms)


def test_every_string_is_translated(strings, spanish):
    assert len(strings) > 50
    missing = [
        m.id for m in strings if not spanish.get(m.id) or not all(both(spanish.get(m.id).string))
    ]
    assert missing == []


def test_no_translation_is_fuzzy_or_obsolete(strings, spanish):
    assert [message.id for message in spanish if message.id and message.fuzzy] == []
    assert {both(m.id)[0] for m in spanish if m.id} == {both(m.id)[0] for m in strings}


def test_translations_keep_the_placeholders(spanish):
    for message in spanish:
        if message.id:
            wanted = {name for text in both(message.id) for name in PLACEHOLDER.findall(text)}
            for text in both(message.string):
                assert set(PLACEHOLDER.findall(text)) <= wanted, message.id
            assert wanted == set(PLACEHOLDER.findall(both(message.string)[-1])), message.id


def test_the_compiled_catalogue_is_up_to_date(spanish):
    with (CATALOGUE / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    for message in spanish:
        if message.id:
            context = message.context and message.context.encode()
            assert both(compiled.get(message.id, context).string) == both(message.string)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("es-AR", "es"),
        ("fr,de", "en"),
        ("", "en"),
        ("nonsense;;q=x", "en"),
    ],
)
def test_accept_language_chooses_the_language(anonymous, asked, got):
    page = anonymous.get("/login", headers={"Accept-Language": asked})
    assert one(page, "html").attributes["lang"] == got
    assert "Accept-Language" in page.vary


def test_a_cached_accept_language_has_a_limited_length(anonymous):
    said = ", ".join(["fr"] * 1_000) + ", es"
    assert 'lang="en"' in anonymous.get("/", headers={"Accept-Language": said}).text


def test_a_time_reads_well_without_javascript(ada, make_post, anonymous, travel):
    travel.move_to("2030-05-06T07:08:09Z")
    make_post(ada)
    time = one(anonymous.get("/explore"), "article time")
    assert time.attributes["datetime"] == "2030-05-06T07:08:09Z"
    assert time.attributes["data-function"] == "short"
    assert time.text() == "6 May 2030, 07:08 UTC"
    time = one(anonymous.get("/explore", headers={"Accept-Language": "es"}), "article time")
    assert time.text() == "6 may 2030, 07:08 UTC"


def test_numbers_are_in_the_viewers_language(app, ada, anonymous):
    with app.app_context(), writing() as session:
        tally(session, User, ada.id, posts_count=1234567)
    assert "1,234,567" in anonymous.get("/@ada").text
    assert "1.234.567" in anonymous.get("/@ada", headers={"Accept-Language": "es"}).text


@pytest.mark.parametrize("path", ["/", "/reset-password", "/settings/sessions", "/nowhere"])
def test_every_page_is_in_the_language_that_the_viewer_chose(app, ada, signed_in, path):
    with app.app_context():
        db.session.get(User, ada.id).choose_language("es")
    page = signed_in(ada).get(path, headers={"Accept-Language": "en"})
    assert one(page, "html").attributes["lang"] == "es"


def test_an_expired_form_is_in_the_language_that_the_viewer_chose(app, ada, signed_in):
    with app.app_context():
        db.session.get(User, ada.id).choose_language("es")
    answer = signed_in(ada).post("/posts", {"body": "Hola"}, token=None)
    assert answer.status_code == 400
    assert one(answer, "html").attributes["lang"] == "es"
