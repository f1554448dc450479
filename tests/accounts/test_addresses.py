"""E-mail addresses: one account for one address, however it is written."""

import unicodedata

import flask_migrate
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.addresses import canonical
from app.accounts.registering import register
from app.data.database import db
from app.web.limits import limiter
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import one

CANONICAL = "ana+x@xn--bcher-kva.example"
TWINS = [
    "Ana+x@bücher.example",
    CANONICAL,
    unicodedata.normalize("NFD", "Ana+x@bücher.example"),
    "ANA+X@BÜCHER.EXAMPLE",
    "  ana+x@XN--BCHER-KVA.example\t",
    "ana+x@bücher。example",
    "ana+x@bücher.example.",
]
EACH_TWIN = pytest.mark.parametrize("twin", TWINS)


@pytest.fixture
def ana(make_user):
    """A user whose address can be written in many ways."""
    return make_user("ana", email=TWINS[0])


def join(client, email, username="ines"):
    client.get("/register")
    return client.submit("main form", username=username, email=email, password=PASSWORD)


@EACH_TWIN
def test_an_address_is_stored_in_its_canonical_form(anonymous, rows, twin):
    assert join(anonymous, twin).status_code == 303
    assert rows("user")[0]["email"] == CANONICAL


def test_an_address_that_no_mail_reaches_is_refused(anonymous, rows):
    answer = join(anonymous, "josé@example.org")
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="No mail reaches this address.")
    assert not rows("user")


@EACH_TWIN
def test_the_twin_of_an_address_cannot_be_registered(ana, anonymous, rows, twin):
    answer = join(anonymous, twin)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="Someone already uses this address.")
    assert one(answer, "[name=email]").attributes["value"] == twin
    assert len(rows("user")) == 1


@EACH_TWIN
def test_every_spelling_logs_in(ana, anonymous, twin):
    assert anonymous.log_in(twin, PASSWORD).status_code == 303


@EACH_TWIN
def test_a_link_is_sent_for_every_spelling(ana, anonymous, rows, twin):
    anonymous.get("/reset-password")
    assert anonymous.submit("main form", email=twin).status_code == 303
    assert [mail["recipient"] for mail in rows("outbox_mail")] == [CANONICAL]


@EACH_TWIN
def test_an_address_cannot_be_changed_to_the_twin_of_another(ana, ada, signed_in, rows, twin):
    client = signed_in(ada)
    client.get("/settings/account")
    answer = client.submit("main form", email=twin, current_password=PASSWORD)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="Someone already uses this address.")


@EACH_TWIN
def test_another_spelling_of_ones_own_address_is_no_change(ana, signed_in, rows, twin):
    client = signed_in(ana)
    client.get("/settings/account")
    assert client.submit("main form", email=twin).status_code == 303
    assert rows("user")[0]["email"] == CANONICAL


def test_failures_count_by_account_across_spellings(ana, make_client):
    for n in range(10):
        client = make_client()
        client.http.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        assert client.log_in(TWINS[n % len(TWINS)], "wrong").status_code == 422
    assert make_client().log_in("ana", "wrong").status_code == 429


@pytest.mark.parametrize(
    ("one_address", "another"),
    [
        ("straße@example.org", "strasse@example.org"),
        ("ana@faß.example", "ana@fass.example"),
        ("ana+x@example.org", "ana@example.org"),
        ("a.na@example.org", "ana@example.org"),
    ],
)
def test_what_only_looks_alike_is_another_address(one_address, another):
    assert canonical(one_address) != canonical(another)


LOCAL = st.text(st.characters(categories=["L", "N"], max_codepoint=0x3000), min_size=1, max_size=9)


@given(local=LOCAL, domain=LOCAL)
@example("I\u0307", "x")
@example("ΑΣ", "ß")
@example("\u212aate", "bücher")
def test_the_canonical_form_is_one(local, domain):
    address = f"{local}@{domain}.example"
    try:
        form = canonical(address)
    except ValueError:
        assume(False)
    assert canonical(form) == form
    at = form.rpartition("@")[2]
    assert at.isascii()
    assert at.islower() or not at.upper().isupper()
    for twin in (
        unicodedata.normalize("NFC", address),
        unicodedata.normalize("NFD", address),
        f" {address}\u00a0",
        f"{local}@{at}",
        f"{local}@{at.upper()}",
    ):
        assert canonical(twin) == form


@pytest.mark.thorough
@given(st.text(max_size=300))
@example("e\u0301\u0323" * 100)
@example("a@" + "x." * 126 + "example")
@example("a@xn--0.example")
@example("a@xn--.example")
@example("\ud800@example.org")
@settings(max_examples=60)
def test_any_text_as_an_address_gets_an_answer(ada, anonymous, address):
    limiter.reset()
    for typed in (address, f"{address}@example.org", f"ada@{address}", f"ada@{address}.example"):
        encoded = typed.encode("utf-8", "surrogatepass")
        new = {"username": "ADA", "email": encoded, "password": PASSWORD}
        assert anonymous.post("/register", new).status_code == 422
        assert anonymous.post("/reset-password", {"email": encoded}).status_code in (303, 422)
        login = {"login": encoded, "password": ""}
        assert anonymous.post("/login", login).status_code == 422


@given(st.text(max_size=100))
def test_what_has_a_canonical_form_has_a_user_or_none(app, text):
    with app.app_context():
        try:
            form = canonical(text)
        except ValueError:
            return
        assert canonical(form) == form


@pytest.fixture
def before(make_app, make_database):
    """An application whose database is of the release before there was a canonical form."""
    before = make_app({"DATABASE_URL": make_database()})
    with before.app_context():
        flask_migrate.upgrade(revision="0010")
    return before


def test_the_upgrade_makes_stored_addresses_canonical(before):
    stored = {
        "decomposed": unicodedata.normalize("NFD", "zoë@example.org"),
        "unicode": "ana@bücher.example",
        "kept": CANONICAL,
        "twin": "ana+x@bücher.example",
        "invalid": "someone@localhost",
        "plain": "bob@example.org",
    }
    with before.app_context():
        add = text(
            'INSERT INTO "user" (id, username, email, display_name, about_me, is_admin,'
            " posts_count, followers_count, following_count)"
            " VALUES (:id, :username, :email, '', '', false, 0, 0, 0)"
        )
        with db.engine.begin() as connection:
            for id, (username, email) in enumerate(stored.items(), 1):
                connection.execute(add, {"id": id, "username": username, "email": email})
        flask_migrate.upgrade()
        found = dict(db.session.execute(text('SELECT username, email FROM "user"')).all())
        assert found == stored | {
            "decomposed": "zoë@example.org",
            "unicode": "ana@xn--bcher-kva.example",
        }
        db.session.remove()
        with pytest.raises(ValueError, match="@-sign"):
            register("ines", email="nobody")
        assert Client(before).log_in("decomposed", "x").status_code == 422
