"""Registration."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from app.accounts.registering import register
from app.web.limits import limiter
from tests.html import messages, one, text_of

NEW = {"username": "Newcomer", "email": "New@Example.org", "password": "a long password"}


def register_by_form(client, **typed):
    client.get("/register")
    return client.submit("main form", **NEW | typed)


def test_registering_signs_in_and_welcomes(anonymous, rows):
    answer = register_by_form(anonymous)
    assert answer.status_code == 303
    assert answer.location == "/welcome"
    assert messages(anonymous.follow(answer))[0].startswith("Welcome, Newcomer!")
    assert anonymous.is_signed_in
    user = rows("user")[0]
    assert user["username"] == "Newcomer"
    assert user["email"] == "new@example.org"
    assert NEW["password"] not in user["password_hash"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("username", "ADA", "This name is taken."),
        ("username", "Explore", "This name is taken."),
        ("username", "posts", "This name is taken."),
        ("username", "no spaces", "Only letters"),
        ("username", "ünïcode", "Only letters"),
        ("username", "ada\n", "Only letters"),
        ("username", "x" * 31, "longer than 30"),
        ("username", "", "required"),
        ("email", "ADA@example.ORG", "Someone already uses this address."),
        ("email", "nonsense", "That is no e-mail address."),
        ("email", "x" * 300 + "@example.org", "longer than 254"),
        ("password", "short", "Between 8 and 128"),
        ("password", "x" * 129, "Between 8 and 128"),
        ("password", "x" * 500_000, "Between 8 and 128"),
        ("password", "nul \x00 within", "cannot be kept"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_an_error_is_shown_at_its_field_and_the_input_is_kept(
    ada, anonymous, rows, field, value, error, htmx
):
    anonymous.get("/register")
    answer = anonymous.submit("main form", htmx=htmx, **NEW | {field: value})
    assert answer.status_code == 422
    wrong = one(answer, ".is-invalid[name]")
    assert wrong.attributes["name"] == field
    assert error in text_of(wrong.parent)
    for name in {"username", "email"} - {field}:
        assert one(answer, f"[name={name}]").attributes["value"] == NEW[name]
    assert not one(answer, "[name=password]").attributes.get("value")
    assert len(rows("user")) == 1


def test_the_first_segment_of_every_url_is_a_reserved_username(app, anonymous):
    parts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    for name in sorted(part for part in parts if part.isidentifier()):
        assert register_by_form(anonymous, username=name).status_code == 422, name


def test_registering_leads_to_the_requested_page_by_the_first_steps(anonymous):
    anonymous.get("/register?next=/@ada")
    assert anonymous.submit("main form", **NEW).location == "/welcome?next=/@ada"


def test_a_signed_in_user_cannot_register(ada, signed_in):
    assert signed_in(ada).get("/register").location == "/"


def test_of_concurrent_registrations_of_one_username_one_succeeds(app, make_client, together, rows):
    clients = [make_client() for _ in range(12)]
    for client in clients:
        client.get("/register")

    def act(n):
        name = "Newcomer" if n % 2 else "NEWCOMER"
        fields = {"username": name, "email": f"n{n}@example.org", "password": "a long password"}
        return clients[n].post("/register", fields).status_code

    assert sorted(together(act, range(12))) == [303] + [422] * 11
    assert len(rows("user")) == 1


@pytest.mark.parametrize("taken", [{"username": "ADA"}, {"email": "Ada@EXAMPLE.org"}])
def test_the_database_refuses_a_username_or_email_in_another_case(app, ada, taken):
    fresh = {"username": "other", "email": "other@example.org"}
    with app.app_context(), pytest.raises(IntegrityError):
        register(**fresh | taken)


def test_twenty_users_can_register_from_one_ip_address_within_an_hour(app, make_client):
    for n in range(20):
        typed = {"username": f"n{n}", "email": f"n{n}@example.org"}
        assert register_by_form(make_client(), **typed).status_code == 303


def test_registration_can_be_closed(anonymous, set_site, rows):
    set_site(registration="closed")
    answer = anonymous.get("/register")
    assert answer.status_code == 403
    one(answer, "h1", text="Registration is closed")
    assert anonymous.post("/register", NEW).status_code == 403
    assert rows("user") == []
    assert "/register" not in anonymous.get("/").text


@given(username=st.text(max_size=40), email=st.text(max_size=60), password=st.text(max_size=140))
@settings(max_examples=40)
def test_any_input_gets_an_answer_with_an_error(anonymous, username, email, password):
    limiter.reset()
    typed = {"username": username, "email": email, "password": password}
    encoded = {k: v.encode("utf-8", "surrogatepass") for k, v in typed.items()}
    assert anonymous.post("/register", encoded).status_code in (422, 400)


@pytest.mark.parametrize(
    "name",
    [
        *("admin", "Administrator", "moderator", "support", "root", "help", "staff", "security"),
        *("mod", "Moderators", "owner", "team", "everyone", "here", "null"),
        *(
            "abuse",
            "postmaster",
            "webmaster",
            "system",
            "Microblog",
            "ADMIN_",
            "_ad_min_",
            "sup_port",
        ),
    ],
)
def test_names_of_those_who_run_the_site_are_reserved(anonymous, name):
    answer = register_by_form(anonymous, username=name)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="This name is taken.")


def test_the_name_of_the_site_is_reserved(anonymous, set_site):
    set_site(name="The Village")
    assert register_by_form(anonymous, username="the_village").status_code == 422
    assert register_by_form(anonymous, username="villager").status_code == 303
