"""Passwords: which are accepted, how they are spelled, and how many are hashed at once."""

import threading
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from app.accounts import passwords
from app.accounts.models import User
from app.accounts.resets import reset_token
from app.data.database import db, writing
from app.web.limits import limiter
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import one, text_of

COMPOSED = "contraseña segura"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
LONG = "el ñandú corre lejos " * 6 + "ñu"
TOO_EASY = "Others would guess this password soon."


@pytest.fixture
def set_by(app, ada, anonymous, signed_in):
    """Give a function that sets a password by one of the forms: the answer, and whose it is."""

    def by(form, password):
        if form == "register":
            new = {"username": "margaret_h", "email": "apollo-eleven@example.org"}
            anonymous.get("/register")
            return anonymous.submit("main form", password=password, **new), "margaret_h"
        if form == "reset":
            with app.app_context():
                token = reset_token(db.session.get(User, ada.id))
            anonymous.get(f"/reset-password/{token}")
            return anonymous.submit("main form", password=password), "ada"
        client = signed_in(ada)
        client.get("/settings/account")
        typed = {"password": password, "current_password": PASSWORD}
        return client.submit("main form", **typed), "ada"

    return by


FORMS = pytest.mark.parametrize("form", ["register", "reset", "change"])


@FORMS
@pytest.mark.parametrize(
    ("password", "error"),
    [
        (" ", "Between 8 and 128"),
        (" " * 8, TOO_EASY),
        ("\u3000" * 8, TOO_EASY),
        ("short", "Between 8 and 128"),
        ("n\u0303" * 7, "Between 8 and 128"),
        ("x" * 129, "Between 8 and 128"),
        ("e\u0301\u0323" * 20_000, "Between 8 and 128"),
        ("password", TOO_EASY),
        ("Password1", TOO_EASY),
        ("12345678", TOO_EASY),
        (" 12345678 ", TOO_EASY),
        ("iloveyou", TOO_EASY),
        ("Microblog", TOO_EASY),
        ("ｐａｓｓｗｏｒｄ", TOO_EASY),
        ("\u200b" * 8, TOO_EASY),
        ("pa\u200bssword", TOO_EASY),
        ("pass\xadword", TOO_EASY),
        ("pa\u2800ss\x01word\u200d", TOO_EASY),
        ("\u0301" * 8, TOO_EASY),
        ("00000000", TOO_EASY),
        ("987654321", TOO_EASY),
        ("123123123", TOO_EASY),
        ("abcdefgh", TOO_EASY),
        ("administrator", TOO_EASY),
        ("hola1234", TOO_EASY),
        ("rain\x00on the roof", "cannot be kept"),
    ],
)
def test_a_weak_password_is_refused_at_its_field(set_by, rows, form, password, error):
    answer, _username = set_by(form, password)
    assert answer.status_code == 422
    field = one(answer, "[name=password]")
    assert error in text_of(field.parent)
    assert not field.attributes.get("value")


@FORMS
def test_without_a_password_none_is_set(set_by, rows, form, anonymous):
    answer, _username = set_by(form, "")
    # In the settings an empty field keeps the password.
    assert answer.status_code == (303 if form == "change" else 422)
    assert Client(anonymous.app).log_in("ada", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "password", ["margaret_h", "MARGARET_H", "apollo-eleven", "apollo-eleven@example.org"]
)
def test_ones_own_name_and_address_are_no_passwords(set_by, app, password):
    answer, _username = set_by("register", password)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text=TOO_EASY)


@pytest.mark.parametrize("form", ["reset", "change"])
def test_ones_own_address_is_no_password_later_either(set_by, form):
    answer, _username = set_by(form, "Ada@example.org")
    one(answer, ".invalid-feedback", text=TOO_EASY)


@FORMS
@pytest.mark.parametrize(
    "password",
    [
        COMPOSED,
        DECOMPOSED,
        "  two spaces  ",
        LONG,
        unicodedata.normalize("NFD", LONG),
        "🐈🚲🌧🪴🎺🧦🍋🔧",
    ],
)
def test_a_password_opens_the_account_in_either_spelling(set_by, app, form, password):
    answer, username = set_by(form, password)
    assert answer.status_code == 303
    for spelling in ("NFC", "NFD"):
        typed = unicodedata.normalize(spelling, password)
        assert Client(app).log_in(username, typed).status_code == 303
    assert Client(app).log_in(username, password + " ").status_code == 422


@pytest.fixture
def store_hash(app, ada):
    """Give a function that stores the hash of a password as earlier releases did."""

    def store(password, method="pbkdf2:sha256:1"):
        with app.app_context(), writing():
            old = generate_password_hash(password, method=method)
            db.session.get(User, ada.id).password_hash = old

    return store


@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED, " " * 8, "x"])
def test_an_old_hash_goes_on_working(app, store_hash, stored, make_client):
    store_hash(stored)
    assert make_client().log_in("ada", stored).status_code == 303
    # From then on it is the hash of NFC.
    assert make_client().log_in("ada", unicodedata.normalize("NFC", stored)).status_code == 303
    assert make_client().log_in("ada", stored).status_code == 303


def test_an_old_hash_confirms_a_change(app, ada, store_hash, make_client):
    client = make_client()
    assert client.log_in("ada", PASSWORD).status_code == 303
    store_hash(DECOMPOSED)
    client.get("/settings/account")
    typed = {"password": "another roof", "current_password": DECOMPOSED}
    assert client.submit("main form", **typed).status_code == 303


def test_renewing_a_hash_keeps_a_password_that_was_changed_meanwhile(
    app, ada, store_hash, anonymous
):
    store_hash(PASSWORD, method="pbkdf2:sha256:2")
    with app.app_context():
        loaded = db.session.get(User, ada.id)
        store_hash("another roof")
        loaded.renew_hash(PASSWORD)
    assert anonymous.log_in("ada", "another roof").status_code == 303


@given(password=st.text(max_size=140))
@example("\ud800" * 9)
@example("\u0958" * 128)
@settings(max_examples=50)
def test_any_text_gets_an_answer(ada, anonymous, password):
    limiter.reset()
    encoded = password.encode("utf-8", "surrogatepass")
    new = {"username": "ADA", "email": "ada@example.org", "password": encoded}
    assert anonymous.post("/register", new).status_code == 422
    assert anonymous.post("/login", {"login": "", "password": encoded}).status_code == 422


@given(st.text(max_size=200))
def test_equivalent_passwords_are_one(password):
    normal = passwords.normal(password)
    assert passwords.normal(normal) == normal
    for form in ("NFC", "NFD"):
        assert passwords.normal(unicodedata.normalize(form, password)) == normal


# How many are hashed at once


@pytest.fixture
def busy(app, ada, monkeypatch):
    """Have somebody hash passwords for as long as the test takes; nobody waits for long."""
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.05)
    with app.app_context():
        turns = passwords._hashing_slots(app.config["WEB_WORKERS"])
    taken = 0
    while turns.acquire(blocking=False):
        taken += 1
    yield
    for _ in range(taken):
        turns.release()


def is_refused_for_now(answer):
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 5
    one(answer, ".invalid-feedback", text="Many people are logging in.")
    assert not one(answer, "[name=password]").attributes.get("value")


@pytest.mark.parametrize("login", ["ada", "nobody"])
def test_a_log_in_that_waits_too_long_gets_its_form_again(anonymous, busy, login):
    answer = anonymous.log_in(login, PASSWORD)
    is_refused_for_now(answer)
    assert one(answer, "[name=login]").attributes["value"] == login


def test_other_forms_with_a_password_come_back_too(app, ada, anonymous, signed_in, request):
    client = signed_in(ada)
    with app.app_context():
        token = reset_token(ada)
    request.getfixturevalue("busy")
    anonymous.get("/register")
    new = {"username": "ines", "email": "ines@example.org", "password": PASSWORD}
    answer = anonymous.submit("main form", **new)
    is_refused_for_now(answer)
    assert one(answer, "[name=email]").attributes["value"] == "ines@example.org"
    anonymous.get(f"/reset-password/{token}")
    is_refused_for_now(anonymous.submit("main form", password="another roof"))
    client.get("/settings/account")
    typed = {"email": "ada@example.net", "current_password": PASSWORD}
    answer = client.submit("main form", **typed)
    is_refused_for_now(answer)
    assert one(answer, "[name=email]").attributes["value"] == "ada@example.net"
    assert client.is_signed_in


def test_no_more_hashes_than_cores_are_computed_at_once(app, ada, together, monkeypatch):
    lock, now, most = threading.Lock(), [], []
    check = passwords.check_password_hash

    def counting(*args):
        with lock:
            now.append(1)
            most.append(len(now))
        try:
            return check(*args)
        finally:
            with lock:
                now.pop()

    monkeypatch.setattr(passwords, "check_password_hash", counting)
    monkeypatch.setattr(passwords.os, "cpu_count", lambda: 4)
    passwords._hashing_slots.cache_clear()
    clients = [Client(app) for _ in range(12)]
    answers = together(lambda n: clients[n].log_in("ada", PASSWORD).status_code, range(12))
    passwords._hashing_slots.cache_clear()
    assert answers == [303] * 12
    assert max(most) <= 2
