"""A later domain adds fields to the form of one's profile: nothing of the form changes for it."""

from dataclasses import replace

import pytest
from jinja2 import DictLoader
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from app.accounts import profile_form
from app.accounts.profile_form import IntroductionForm, ProfileForm, ProfilePart
from app.discover.forms import FirstStepForm
from tests.html import absent, attributes, one, text_of

TEMPLATE = """{% from "_forms.html" import render_field %}{{ render_field(form.pronouns) }}"""


@pytest.fixture
def saved():
    """What the part was given, by username."""
    return {}


@pytest.fixture
def install(app, saved, monkeypatch):
    """Give a function that adds a part to the form."""
    added = []
    loader = DictLoader({"pronouns.html": TEMPLATE})
    monkeypatch.setattr(app.jinja_env, "loader", _Both(loader, app.jinja_env.loader))

    def save(user, values):
        if values["pronouns"] == "away":
            raise ValidationError("Not now.")
        saved[user.username] = values

    def now(user):
        return saved.get(user.username, {})

    def add(**details):
        fields = {"pronouns": StringField("Pronouns", validators=[Length(max=9)])}
        part = ProfilePart(
            fields=fields, template="pronouns.html", save=save, of_user=now, **details
        )
        profile_form.add_to_profile_form(part)
        added.append(part)
        forget_fields()

    yield add
    for part in added:
        profile_form._parts.remove(part)
        delattr(IntroductionForm if part.from_the_start else ProfileForm, "pronouns")
    forget_fields()


def forget_fields():
    """Have WTForms look at the fields of each form again: it did when the first one was made."""
    for form in (ProfileForm, FirstStepForm):
        form._unbound_fields = None


class _Both(DictLoader):
    """The templates of a domain beside those of the application."""

    def __init__(self, first, second):
        super().__init__(first.mapping)
        self.second = second

    def get_source(self, environment, template):
        if template in self.mapping:
            return super().get_source(environment, template)
        return self.second.get_source(environment, template)


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


def test_it_is_shown_and_saved_with_the_profile(client, install, saved, rows):
    install()
    client.get("/settings/profile")
    answer = client.submit("main form", display_name="Ada L.", pronouns="she")
    assert answer.status_code == 303
    assert saved == {"ada": {"pronouns": "she"}}
    assert rows("user")[0]["display_name"] == "Ada L."
    absent(client.get("/welcome"), "[name=pronouns]")
    assert attributes(client.get("/settings/profile"), "[name=pronouns]", "value") == ["she"]


def test_an_error_is_shown_at_its_field_and_all_stays(client, install, saved, rows):
    install()
    for typed, error in (("x" * 10, "9"), ("away", "Not now.")):
        client.get("/settings/profile")
        answer = client.submit("main form", display_name="Ada L.", pronouns=typed)
        assert answer.status_code == 422
        assert error in text_of(one(answer, "#pronouns_error"))
        assert attributes(answer, "[name=display_name]", "value") == ["Ada L."]
        assert attributes(answer, "[name=pronouns]", "value") == [typed]
    assert saved == {}
    assert rows("user")[0]["display_name"] == ""


def test_it_is_saved_even_where_another_field_is_wrong(client, install, saved, rows):
    install()
    client.get("/settings/profile")
    answer = client.submit("main form", display_name="x" * 61, pronouns="she")
    assert answer.status_code == 422
    one(answer, "#display_name_error")
    assert saved == {"ada": {"pronouns": "she"}}


def test_the_first_step_of_a_new_member_may_have_it(client, install, saved):
    install(from_the_start=True)
    for path in ("/welcome", "/settings/profile"):
        client.get(path)
        assert client.submit("main form", pronouns="they").status_code == 303
        assert saved.pop("ada") == {"pronouns": "they"}


def test_a_form_that_expired_carries_it_along(client, install):
    install()
    sent = {"display_name": "Ada L.", "pronouns": "she"}
    answer = client.post("/settings/profile", sent, token=None)
    assert answer.status_code == 400
    assert attributes(answer, "main form [name=pronouns]", "value") == ["she"]


@pytest.mark.parametrize("name", ["display_name", "about_me", "submit", "shows_last_seen"])
def test_the_name_of_a_field_that_the_form_has_is_refused(name):
    part = ProfilePart(fields={}, template="", save=print, of_user=print)
    with pytest.raises(ValueError, match=name):
        profile_form.add_to_profile_form(replace(part, fields={name: StringField()}))
