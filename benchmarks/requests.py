"""Requests as the load sends them, and the people who are signed in behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from flask import Flask, Response, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event

from app.accounts.models import User
from app.accounts.sign_in import begin_session
from app.data.database import db


@dataclass(frozen=True)
class Visitor:
    """A browser in which somebody is signed in."""

    user: User
    cookie: str
    token: str


@dataclass(frozen=True)
class Request:
    """What is asked for, by whom (None for a stranger), and whether htmx asks."""

    path: str
    visitor: Visitor | None = None
    htmx: bool = False
    # A form is posted rather than a page read.
    is_form: bool = False

    @property
    def method(self) -> str:
        """GET or POST."""
        return "POST" if self.is_form else "GET"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that a browser would send."""
        headers = {"Cookie": self.visitor.cookie} if self.visitor else {}
        if self.htmx:
            headers |= {"HX-Request": "true", "HX-Request-Type": "partial"}
        if self.is_form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    @property
    def body(self) -> str:
        """What a form holds: its token."""
        held = self.is_form and self.visitor
        return urlencode({"csrf_token": self.visitor.token}) if held and self.visitor else ""


def sign_in(app: Flask, user: User) -> Visitor:
    """Begin a login session of ``user`` by the application's own verbs.

    In a context of its own, or the next would find what Flask keeps of this one in ``g``.
    """
    where = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "benchmark"}
    with app.test_request_context(environ_base=where):
        begin_session(user, remember=False)
        token = generate_csrf()
        response = Response()
        app.session_interface.save_session(app, session, response)
    kept = SimpleCookie(response.headers["Set-Cookie"])
    cookie = "; ".join(f"{morsel.key}={morsel.value}" for morsel in kept.values())
    return Visitor(user, cookie, token)


def ask(app: Flask, request: Request) -> str:
    """Return the answer of the application itself, without a server."""
    answer = app.test_client(use_cookies=False).open(
        request.path, method=request.method, headers=request.headers, data=request.body
    )
    if answer.status_code >= 300:
        raise SystemExit(f"{request.path} was answered with {answer.status}")
    return answer.text


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """List the statements that are sent to the database within the context."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
