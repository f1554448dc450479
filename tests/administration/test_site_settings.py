"""The page of the settings of the site."""

import pytest

from app.accounts.leaving import write_deleted
from app.media.quota import MB, most_bytes
from app.site import Rule, site_now
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import absent, messages, one, select, text_of

LONG = "x" * 20_001
LIMITS = {"longest_post": "500", "picture_quota": "1000", "links_wait_days": "0"}


@pytest.fixture
def administrator(ada, give_role, signed_in):
    """Give the client of an administrator."""
    give_role(ada, "administrator")
    return signed_in(ada)


def test_only_administrators_find_the_settings(ada, bruno, anonymous, give_role, signed_in):
    give_role(bruno, "moderator")
    assert anonymous.get("/settings/site").status_code == 303
    for user in (ada, bruno):
        client = signed_in(user)
        assert client.get("/settings/site").status_code == 404
        assert client.post("/settings/site", {"name": "Mine"}).status_code == 404
        assert "/admin" not in client.get("/settings/profile").text


def test_the_settings_are_saved_and_show_at_once(app, administrator, ada, rows):
    administrator.get("/settings/site")
    typed = {
        "name": "Village",
        "description": "By\nthe  sea.",
        "registration": "approval",
        "question": "Who sent you?",
        "contact": "help@example.org",
        "reads": "everybody",
        "rules-0-title": "Be kind",
        "rules-0-explanation": "Always.\r\nTo all.",
        "rules-1-title": "No spam",
    }
    answer = administrator.submit("main form.form", **typed)
    assert (answer.status_code, answer.location) == (303, "/settings/site")
    page = administrator.follow(answer)
    assert messages(page) == ["The settings are saved."]
    assert text_of(one(page, ".brand")) == "Village"
    with app.app_context():
        found = site_now()
    assert (found.description, found.registration) == ("By the sea.", "approval")
    assert found.rules == (Rule("Be kind", "Always.\nTo all."), Rule("No spam"))
    assert {row["changed_by_id"] for row in rows("site_setting")} == {ada.id}
    # Two empty ones follow.
    select(page, ".rule-fields", count=4)


def test_a_rule_is_removed_by_emptying_it(app, administrator, set_site):
    set_site(rules=(Rule("Be kind"), Rule("No spam", "None.")))
    administrator.get("/settings/site")
    administrator.submit("main form.form", **{"rules-0-title": ""})
    with app.app_context():
        assert site_now().rules == (Rule("No spam", "None."),)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("name", "", "required"),
        ("name", "\u202e\u200b", "required"),
        ("name", "\u2800", "required"),
        ("name", "\u0301", "Nothing of it can be seen."),
        ("name", "x" * 41, "longer than 40"),
        ("description", "x" * 301, "longer than 300"),
        ("contact", "the office", "Give an e-mail address"),
        ("contact", "javascript:alert(1)", "Give an e-mail address"),
        ("about", LONG, "longer than 20000"),
        ("about", "\u3164", "Nothing of it can be seen."),
        ("privacy", "nul \x00 within", "cannot be kept"),
        ("registration", "sometimes", "Not a valid choice"),
        ("rules-0-explanation", "Why", "Say the rule in a few words."),
        ("rules-1-title", "x" * 121, "longer than 120"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_lost(administrator, rows, field, value, error):
    administrator.get("/settings/site")
    typed = {"description": "By the sea.", "terms": "Be good."} | {field: value}
    answer = administrator.submit("main form.form", **typed)
    assert answer.status_code == 422
    assert error in " ".join(text_of(each) for each in select(answer, ".invalid-feedback"))
    if field != "description":
        assert one(answer, "main [name=description]").attributes["value"] == "By the sea."
    assert text_of(one(answer, "[name=terms]")) == "Be good."
    assert rows("site_setting") == []


@pytest.mark.parametrize("number", ["²", "9" * 5_000])
def test_a_rule_without_a_number_of_ours_is_refused(administrator, rows, number):
    answer = administrator.post("/settings/site", {f"rules-{number}-title": "Be kind"})
    assert answer.status_code == 400
    assert rows("site_setting") == []


def test_what_the_environment_sets_is_shown_and_not_asked(make_app, app, ada, give_role):
    give_role(ada, "administrator")
    client = Client(make_app({"SITE_NAME": "Harbour"}))
    client.log_in("ada", PASSWORD)
    page = client.get("/settings/site")
    absent(page, "[name=name]")
    assert "SITE_NAME in the environment counts" in text_of(one(page, ".by-environment"))
    assert client.submit("main form.form", description="Boats.").status_code == 303
    with app.app_context():
        assert (site_now().name, site_now().description) == ("Microblog", "Boats.")


def test_the_languages_offered_are_chosen(app, administrator, make_client):
    page = administrator.get("/settings/site")
    select(page, "[name=languages][checked]", count=2)
    fields = {
        "name": "Village",
        "registration": "open",
        "reads": "everybody",
        "languages": "es",
        **LIMITS,
    }
    assert administrator.post("/settings/site", fields).status_code == 303
    english = make_client()
    page = english.get("/explore", headers={"Accept-Language": "en"})
    assert one(page, "html").attributes["lang"] == "es"
    absent(page, "[name=language]")
    english.get("/language?language=en")
    assert one(english.get("/explore"), "html").attributes["lang"] == "es"


@pytest.mark.parametrize("chosen", [None, "en"])
def test_mails_are_in_a_language_that_is_offered(app, administrator, chosen):
    fields = {"name": "Village", "registration": "open", "reads": "everybody", **LIMITS}
    administrator.post("/settings/site", {**fields, "languages": "es"})
    with app.app_context():
        letter = write_deleted("ada@example.org", username="ada", language=chosen, reason="")
    assert "cuenta" in letter.subject.lower()


def test_a_site_has_a_language(administrator):
    administrator.get("/settings/site")
    fields = {"name": "Village", "registration": "open", "reads": "everybody", **LIMITS}
    answer = administrator.post("/settings/site", fields)
    assert answer.status_code == 422
    assert "Choose one at least." in answer.text


def test_a_change_is_in_the_log_of_the_moderators(administrator, ada, rows):
    administrator.get("/settings/site")
    administrator.submit("main form.form", name="Village", reads="members")
    entry = rows("moderation_log", "action = 'site'")[0]
    assert entry["actor_id"] == ada.id
    assert '"reads": "members"' in str(entry["after"]).replace("'", '"')


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("longest_post", ""),
        ("longest_post", "0"),
        ("longest_post", "many"),
        ("longest_post", "9" * 6000),
        ("picture_quota", "1000001"),
        ("links_wait_days", "-1"),
    ],
)
def test_a_limit_that_is_none_is_refused_at_its_field(administrator, rows, field, wrong):
    administrator.get("/settings/site")
    answer = administrator.submit("main form.form", **{field: wrong, "name": "Village"})
    assert answer.status_code == 422
    one(answer, f"#{field}_error")
    assert one(answer, f"#{field}").attributes["value"] == wrong
    assert rows("site_setting") == []


def test_a_post_is_as_long_as_the_site_says(administrator):
    administrator.get("/settings/site")
    administrator.submit("main form.form", longest_post="20")
    page = administrator.get("/")
    assert one(page, "textarea[name=body]").attributes["data-longest"] == "20"
    answer = administrator.post("/posts", {"body": "x" * 21})
    assert answer.status_code == 422
    select(answer, "[id$=_error]", text="21")
    assert administrator.post("/posts", {"body": "x" * 20}).status_code == 303


def test_pictures_take_as_much_as_the_site_says(app, set_site):
    with app.app_context():
        assert most_bytes() == 1_000 * MB
    set_site(picture_quota=5)
    with app.app_context():
        assert most_bytes() == 5 * MB


def test_a_limit_of_the_environment_counts_and_the_page_says_so(
    administrator, ada, make_app, set_site
):
    set_site(longest_post=900)
    client = Client(make_app({"POST_MAX_CHARS": "80"}))
    client.log_in("ada", PASSWORD)
    page = client.get("/settings/site")
    absent(page, "[name=longest_post]")
    one(page, ".by-environment", text="POST_MAX_CHARS in the environment counts for this one. 80")
    assert one(client.get("/"), "textarea[name=body]").attributes["data-longest"] == "80"


@pytest.fixture
def two(ada, bruno, give_role, signed_in):
    """Give the clients of two administrators who have the settings open, each with the page."""
    for user in (ada, bruno):
        give_role(user, "administrator")
    clients = [signed_in(user) for user in (ada, bruno)]
    return [(client, client.get("/settings/site")) for client in clients]


def test_two_who_save_at_once_undo_nothing_of_each_other(app, two):
    for (client, page), typed in zip(
        two, [{"name": "Oak", "rules-0-title": "Be kind"}, {"description": "Trees."}], strict=True
    ):
        assert client.submit("main form", to=page, **typed).status_code == 303
    with app.app_context():
        site = site_now()
    assert (site.name, site.rules, site.description) == ("Oak", (Rule("Be kind"),), "Trees.")


def test_who_would_undo_the_change_of_another_is_asked(app, two):
    (first, page_of_first), (second, page_of_second) = two
    typed = {"name": "Oak", "description": "Trees.", "rules-0-title": "Be kind"}
    assert first.submit("main form", to=page_of_first, **typed).status_code == 303
    typed = {"name": "Elm", "rules-0-title": "Be brief"}
    asked = second.submit("main form", to=page_of_second, **typed)
    assert asked.status_code == 422
    for field in ("name", "rules-0-title"):
        one(asked, f"#{field}_error", text="Somebody has changed this since you opened the page.")
    with app.app_context():
        assert site_now().name == "Oak"
    assert second.submit("main form", to=asked).status_code == 303
    with app.app_context():
        site = site_now()
    assert (site.name, site.rules, site.description) == ("Elm", (Rule("Be brief"),), "Trees.")


def test_who_would_undo_nothing_but_rules_is_asked_as_well(two):
    (first, page_of_first), (second, page_of_second) = two
    first.submit("main form", to=page_of_first, **{"rules-0-title": "Be kind"})
    asked = second.submit("main form", to=page_of_second, **{"rules-0-title": "Be brief"})
    assert asked.status_code == 422
    one(asked, ".form-summary")
