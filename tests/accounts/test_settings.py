"""The settings of profile and account."""

import pytest

from tests.conftest import PASSWORD
from tests.html import absent, messages, one, parse, text_of


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


def save(client, path, **typed):
    client.get(path)
    return client.submit("main form", **typed)


def test_the_profile_is_saved_and_shown(client):
    answer = save(
        client, "/settings/profile", display_name="Ada <L>", about_me="Solder & tea\n<script>"
    )
    assert answer.location == "/@ada"
    page = client.follow(answer)
    assert messages(page) == ["Your profile is saved."]
    assert text_of(one(page, "h1")) == "Ada <L> @ada"
    assert text_of(one(page, ".profile-about")) == "Solder & tea <script>"
    assert client.get("/@ada").text.count("<script>") == 0


def test_last_seen_is_shown_to_nobody_until_its_owner_wants_it(client, anonymous):
    def seen():
        return [
            len(parse(page.get("/@ada")).css(".profile time")) - 1 for page in (client, anonymous)
        ]

    assert seen() == [0, 0]
    absent(client.get("/settings/profile"), "#shows_last_seen[checked]")
    client.post("/settings/profile", {"display_name": "", "shows_last_seen": "y"})
    assert seen() == [1, 1]
    one(client.get("/settings/profile"), "#shows_last_seen[checked]")
    client.post("/settings/profile", {"display_name": "Ada", "about_me": ""})
    assert seen() == [0, 0]


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("  Ada\u202e\u200b \u2066Lovelace\x07\x00 ", "Ada Lovelace"),
        ("Ada\tL", "Ada L"),
        ("👩\u200d💻 Ada", "👩\u200d💻 Ada"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\U0001fae9", "\U0001fae9"),
        ("👩\u200d💻" * 20, "👩\u200d💻" * 20),
    ],
)
def test_a_display_name_keeps_what_can_be_seen(client, rows, typed, saved):
    save(client, "/settings/profile", display_name=typed)
    assert rows("user")[0]["display_name"] == saved


@pytest.mark.parametrize("typed", ["", "  \t", "\u3000"])
def test_without_a_display_name_the_username_is_shown(client, typed):
    save(client, "/settings/profile", display_name=typed)
    assert text_of(one(client.get("/@ada"), "h1")) == "ada @ada"


@pytest.mark.parametrize(
    "typed", ["\u200b", "\u2800", " \u3164 ", "\u0301", "\ufe0f", "\ue000", "\u0378"]
)
def test_a_display_name_that_cannot_be_seen_is_refused(client, rows, typed):
    answer = save(client, "/settings/profile", display_name=typed, about_me="Tea.")
    assert answer.status_code == 422
    assert one(answer, ".is-invalid[name]").attributes["name"] == "display_name"
    assert "Nothing of this name can be seen" in answer.text
    assert rows("user")[0]["display_name"] == ""


@pytest.mark.parametrize(
    "typed",
    [
        {"display_name": "x" * 61},
        {"display_name": "👍" * 61},
        {"display_name": "x" * 601},
        {"about_me": "👍" * 501},
        {"about_me": "nul\x00"},
    ],
)
def test_a_refused_profile_shows_an_error_and_keeps_the_input(client, typed):
    answer = save(client, "/settings/profile", **{"about_me": "Tea."} | typed)
    assert answer.status_code == 422
    field = one(answer, ".is-invalid[name]")
    assert field.attributes["name"] == next(iter(typed))
    shown = field.attributes.get("value") or field.text().strip()
    assert shown.replace("\ufffd", "\x00") == next(iter(typed.values()))
    if "about_me" not in typed:
        assert one(answer, "textarea").text().strip() == "Tea."


def test_the_browser_does_not_count_otherwise_than_the_server(client, rows):
    # A browser would count UTF-16 code units, of which an emoji has two.
    for path in ("/settings/profile", "/settings/account"):
        absent(client.get(path), "[maxlength]")
    save(client, "/settings/profile", about_me="👍" * 500)
    assert rows("user")[0]["about_me"] == "👍" * 500


def test_a_line_end_counts_as_one_character(client, rows):
    about = "tea\n" * 125
    client.get("/settings/profile")
    answer = client.submit("main form", about_me=about.replace("\n", "\r\n"))
    assert answer.status_code == 303
    assert rows("user")[0]["about_me"] == about


def test_the_username_does_not_change(client, rows):
    client.get("/settings/profile")
    client.post("/settings/profile", {"username": "eve", "display_name": "Eve"})
    client.post("/settings/account", {"username": "eve", "email": "ada@example.org"})
    assert rows("user")[0]["username"] == "ada"


def test_a_new_password_replaces_the_old_one(client, anonymous, make_client):
    save(client, "/settings/account", password="another roof", current_password=PASSWORD)
    assert anonymous.log_in("ada", PASSWORD).status_code == 422
    assert make_client().log_in("ada", "another roof").status_code == 303


@pytest.mark.parametrize("typed", [{"password": "another roof"}, {"email": "ada@example.net"}])
@pytest.mark.parametrize("current", ["", "wrong"])
def test_changing_password_or_email_needs_the_current_password(client, rows, typed, current):
    before = rows("user")
    answer = save(client, "/settings/account", current_password=current, **typed)
    assert answer.status_code == 422
    assert one(answer, ".is-invalid[name]").attributes["name"] == "current_password"
    assert rows("user") == before


def test_the_email_of_another_user_is_refused_in_any_case(client, bruno, rows):
    answer = save(client, "/settings/account", email="BRUNO@example.org", current_password=PASSWORD)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="Someone already uses this address.")
    assert rows("user", "username = 'ada'")[0]["email"] == "ada@example.org"


def test_the_own_email_in_another_case_is_no_change(client, elsewhere_count):
    answer = save(client, "/settings/account", email="ADA@example.org")
    assert answer.status_code == 303
    assert elsewhere_count() == 1


@pytest.fixture
def elsewhere_count(rows):
    """Give a function that counts the login sessions."""
    return lambda: len(rows("login_session"))


def test_the_chosen_language_overrides_the_browsers(client):
    save(client, "/settings/account", language="es")
    page = client.get("/", headers={"Accept-Language": "en"})
    assert one(page, "html").attributes["lang"] == "es"
    save(client, "/settings/account", language="")
    page = client.get("/", headers={"Accept-Language": "en"})
    assert one(page, "html").attributes["lang"] == "en"


def test_an_unknown_language_is_refused(client, rows):
    answer = client.post("/settings/account", {"email": "ada@example.org", "language": "xx"})
    assert answer.status_code == 422
    assert rows("user")[0]["language"] is None


def test_an_imported_user_without_an_email_can_choose_a_language(make_user, signed_in):
    client = signed_in(make_user("imported", email=None))
    page = client.get("/settings/account")
    absent(page, ".is-invalid")
    assert client.post("/settings/account", {"email": "", "language": "es"}).status_code == 303
