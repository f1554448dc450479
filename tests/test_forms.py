"""Forms: the hint and the errors of a field are tied to it, and a refused form says so."""

import pytest

from tests.conftest import PASSWORD
from tests.html import absent, attributes, one, parse, select

FIELDS = "main input:not([type=hidden]), main textarea, main select"
# A form of an anonymous viewer: what is wrong in it, and the fields with an error, from the top.
REFUSED = [
    ("/register", {"username": "a b", "email": "none", "password": "short"}, 3),
    ("/register", {"username": "grace", "email": "none", "password": PASSWORD}, 1),
    ("/login", {"login": "ada", "password": "wrong"}, 1),
    ("/reset-password", {"email": "none"}, 1),
]
REFUSED_IN_SETTINGS = [
    ("/settings/profile", {"display_name": "a" * 200, "about_me": "a" * 2_000}, 2),
    ("/settings/account", {"email": "none", "language": "", "password": "short"}, 3),
    ("/posts", {"body": ""}, 1),
    ("/posts", {"body": "a" * 2_000}, 1),
]


def notes_of(page, field):
    """Return the texts that are read with a field."""
    ids = (field.attributes.get("aria-describedby") or "").split()
    return [one(page, f"#{id}").text().strip() for id in ids]


def check_refused(page, errors):
    assert page.status_code == 422
    assert one(page, "title").text().startswith("Error: ")
    fields = parse(page).css(FIELDS)
    wrong = [field for field in fields if field.attributes.get("aria-invalid") == "true"]
    assert len(wrong) == errors
    assert all(any(notes_of(page, field)) for field in wrong)
    focused = one(page, "[autofocus]")
    assert focused.attributes["name"] == wrong[0].attributes["name"]
    links = attributes(page, ".form-summary a", "href")
    assert links == ([f"#{field.attributes['id']}" for field in wrong] if errors > 1 else [])


@pytest.mark.parametrize(("path", "typed", "errors"), REFUSED)
def test_a_refused_form_leads_to_its_first_error(anonymous, ada, path, typed, errors):
    anonymous.get(path)
    check_refused(anonymous.post(path, typed), errors)


@pytest.mark.parametrize(("path", "typed", "errors"), REFUSED_IN_SETTINGS)
def test_a_refused_form_of_a_member_leads_to_its_first_error(ada, signed_in, path, typed, errors):
    check_refused(signed_in(ada).post(path, typed), errors)


@pytest.mark.parametrize("path", ["/register", "/settings/account", "/settings/profile"])
def test_a_hint_is_read_with_its_field(ada, anonymous, signed_in, path):
    page = (anonymous if path == "/register" else signed_in(ada)).get(path)
    hints = set(attributes(page, ".form-text", "id"))
    tied = " ".join(attributes(page, "[aria-describedby]", "aria-describedby")).split()
    assert hints
    assert hints <= set(tied)
    absent(page, "[autofocus], [aria-invalid], .form-summary")
    assert not one(page, "title").text().startswith("Error")


def test_a_field_says_its_rules_to_the_browser_which_leaves_the_check_to_us(anonymous):
    page = anonymous.get("/register")
    assert "required" in one(page, "#username").attributes
    assert one(page, "#password").attributes["minlength"] == "8"
    select(page, "label[for=username]", count=1)
    one(page, "form.form[novalidate]")


def test_a_wrong_field_keeps_its_hint(anonymous):
    page = anonymous.post("/register", {"username": "a b"})
    error, hint = notes_of(page, one(page, "#username")), one(page, "#username_hint").text()
    assert len(error) == 2
    assert hint.strip() in error


@pytest.mark.parametrize(
    ("path", "form", "typed", "focused"),
    [
        ("/@bruno/report", "report", {}, "reason-0"),
        ("/desk/people/bruno", "decide", {}, "action-0"),
        ("/settings/site", "site", {"contact": "none", "longest_post": "0"}, "contact"),
        ("/settings/site/look", "look", {"banner_description": "a" * 2_000}, "banner_description"),
    ],
)
def test_a_refused_form_of_those_who_run_the_site_leads_to_its_first_error(
    ada, bruno, give_role, signed_in, path, form, typed, focused
):
    give_role(ada, "administrator")
    client = signed_in(ada)
    client.get(path)
    page = client.submit(f"form[action$='/{form}']", **typed)
    assert page.status_code == 422
    assert one(page, "[autofocus]").attributes["id"] == focused


def test_the_error_of_a_list_of_choices_stands_above_it(ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno/report")
    page = client.submit("form[action$='/report']")
    one(page, ".choices > legend + #reason_error", text="Choose one.")
