"""A PostgreSQL that does not answer: what is sent is answered 503 and not lost."""

from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from app.data.failures import is_away
from app.logs import OneLine
from tests.client import Client
from tests.html import messages, one

TYPED = "A long walk, and nowhere to keep it"
AWAY = "The database of this site does not answer."


@pytest.fixture
def site(make_app):
    """An application whose database is not there."""
    database = "postgresql://nobody@/none?host=/nowhere"
    return make_app({"DATABASE_URL": database}, PROPAGATE_EXCEPTIONS=False)


def test_pages_say_so(site):
    for path in ("/", "/explore", "/@ada", "/search?q=bread"):
        answer = Client(site).get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60"), path
        one(answer, "h1", text=AWAY)


def test_what_was_typed_is_there(site, monkeypatch):
    monkeypatch.setattr("flask_wtf.csrf.validate_csrf", lambda *_token: None)
    answer = Client(site).post("/register", {"username": "ada"}, token=None)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    one(answer, "h1", text="That could not be stored")
    assert one(answer, "input[name=username]").attributes["value"] == "ada"


def test_a_connection_that_ends_is_no_failure_of_ours(make_app, app):
    site = make_app(PROPAGATE_EXCEPTIONS=False)

    def fail(state):
        statement, sqlstate = (None, None) if state == "0" else ("INSERT", state)
        raise OperationalError(statement, {}, SimpleNamespace(sqlstate=sqlstate))

    site.add_url_rule("/fails/<state>", "fails", fail, methods=["POST"])
    client = Client(site)
    for state in ("0", "57P01", "57P03", "53300", "08006"):
        page = client.post(f"/fails/{state}", {"body": TYPED})
        assert one(page, "textarea").text().strip() == TYPED
        fragment = client.post(f"/fails/{state}", {"body": TYPED}, htmx=True)
        assert f"{AWAY} Nothing you typed is lost" in messages(fragment)[0]
        for answer in (page, fragment):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


def test_a_statement_that_the_driver_cannot_send_is_a_bug():
    # One with too many parameters, on a connection that goes on.
    assert not is_away(OperationalError("INSERT", {}, SimpleNamespace(sqlstate=None)))


def test_it_is_one_line_of_the_log(site, caplog):
    Client(site).get("/explore")
    (record,) = [each for each in caplog.records if each.exc_info]
    line = OneLine("%(where)s%(message)s").format(record)
    assert "Traceback" not in line
    assert "\n" not in line
    assert "/nowhere" in line
