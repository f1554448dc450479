"""A test client that handles cookies, CSRF tokens, forms and the headers of htmx."""

from collections import defaultdict
from http.cookies import SimpleCookie
from typing import Any

from flask import Flask, Response
from werkzeug.test import TestResponse

from tests.html import check_markup, one, parse

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
COOKIES = (
    ("session", "/"),
    ("remember", "/"),
    ("known-browser", "/login"),
    ("known-browser", "/reset-password"),
)


class Client:
    """Sends requests as one browser does, and checks the markup of every HTML answer."""

    def __init__(self, app: Flask, cookies: dict[str, str] | None = None) -> None:
        self.http = app.test_client()
        self.page: TestResponse | None = None
        self.csrf_token: str | None = None
        for name, path in COOKIES:
            if cookies and name in cookies:
                self.http.set_cookie(name, cookies[name], path=path)
        self.app = app

    def cookies(self) -> dict[str, str]:
        """Return the cookies, by name."""
        kept = {name: self.http.get_cookie(name, path=path) for name, path in COOKIES}
        return {name: cookie.value for name, cookie in kept.items() if cookie}

    def keep_cookies(self, response: Response) -> None:
        """Keep the cookies that an answer to this browser sets."""
        for header in response.headers.getlist("Set-Cookie"):
            for cookie in SimpleCookie(header).values():
                self.http.set_cookie(cookie.key, cookie.value, path=cookie["path"])

    def twin(self) -> "Client":
        """Return another client with the same cookies."""
        return Client(self.app, self.cookies())

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        """Request a page, or with ``htmx`` its fragment."""
        return self._send("GET", path, htmx, options)

    def post(
        self,
        path: str,
        data: dict[str, Any] | bytes | None = None,
        *,
        htmx: bool = False,
        token: str | None = "from a page",
        **options: Any,
    ) -> TestResponse:
        """Send a form with the CSRF token of the last page, or with ``token`` (None for none)."""
        fields: Any = data if isinstance(data, bytes) else dict(data or {})
        if token is not None:
            fields["csrf_token"] = self.token() if token == "from a page" else token
        if self.page is not None:
            headers = options.setdefault("headers", {})
            headers.setdefault("Referer", f"http://localhost{self.page.request.full_path}")
        return self._send("POST", path, htmx, {"data": fields} | options)

    def token(self) -> str:
        """Return the CSRF token of the last page, or else of the first page that has a form."""
        for path in ("/", "/login"):
            if self.csrf_token is None:
                self.get(path)
        assert self.csrf_token, "no page of ours carries a token"
        return self.csrf_token

    def submit(
        self, css: str, *, to: TestResponse | None = None, htmx: bool = False, **typed: Any
    ) -> TestResponse:
        """Send the form ``css`` of the last page (or of ``to``), with ``typed`` in its fields.

        As in a browser, the first button is pressed, unless ``typed`` names another one.
        """
        page = to or self.page
        form = one(page, css)
        fields: dict[str, list[str]] = defaultdict(list)
        names = set()
        found = form.css("input[type=submit], button:not([type=button], [disabled])")
        buttons = {button.mem_id: button.attributes.get("name") for button in found}
        named = (id for id, name in buttons.items() if name in typed)
        pressed = next(named, next(iter(buttons), None))
        for field in form.css("input[name], textarea[name], select[name], button[name]"):
            name, kind = field.attributes["name"], field.attributes.get("type")
            names.add(name)
            if field.mem_id in buttons and field.mem_id != pressed:
                continue
            if kind in ("checkbox", "radio") and "checked" not in field.attributes:
                continue
            if field.tag == "textarea":
                fields[name].append(field.text())
            elif field.tag == "select":
                chosen = field.css_first("option[selected]") or field.css_first("option")
                fields[name].append(chosen.attributes.get("value", ""))
            else:
                fields[name].append(field.attributes.get("value") or "")
        assert set(typed) <= names, f"{css} lacks a field of {set(typed)}"
        path = form.attributes.get("action") or page.request.full_path.rstrip("?")
        return self.post(path, fields | typed, htmx=htmx, token=None)

    def press(self, css: str, *, htmx: bool = False) -> TestResponse:
        """Press a button of the last page that sends the form ``actions``."""
        button = one(self.page, css)
        assert button.attributes["form"] == "actions"
        return self.post(button.attributes["formaction"], htmx=htmx)

    def follow(self, response: TestResponse) -> TestResponse:
        """Follow a redirect."""
        assert response.status_code in (302, 303), (response.status_code, response.text)
        return self.get(response.location)

    def log_in(self, login: str, password: str, *, remember: bool = False) -> TestResponse:
        """Fill in the log-in form."""
        self.get("/login")
        typed = {"login": login, "password": password} | ({"remember": "y"} if remember else {})
        return self.submit("main form", **typed)

    @property
    def is_signed_in(self) -> bool:
        """Whether the session of this client is signed in."""
        return self.get("/settings/sessions").status_code == 200

    def _send(self, method: str, path: str, htmx: bool, options: dict[str, Any]) -> TestResponse:
        headers = options.pop("headers", {}) | (HTMX if htmx else {})
        response = self.http.open(path, method=method, headers=headers, buffered=True, **options)
        if response.mimetype == "text/html" and response.text:
            check_markup(response.text)
            self._read(response, whole=not htmx)
        if response.status_code in (302, 303):
            # Signing in or out gives a new token; a browser goes on to a page that has it.
            self.csrf_token = None
        return response

    def _read(self, response: TestResponse, *, whole: bool) -> None:
        field = parse(response).css_first("input[name=csrf_token]")
        if field is not None:
            self.csrf_token = field.attributes["value"]
        if whole and response.status_code in (200, 401, 422):
            self.page = response
