"""The first steps of a new member, and the empty home page."""

import pytest

from tests.html import absent, attributes, one, people, select, text_of

STEPS = ("/welcome", "/welcome/people", "/welcome/hello")


@pytest.fixture
def newcomer(make_user, signed_in):
    """The client of somebody who has just joined."""
    return signed_in(make_user("newcomer"))


@pytest.fixture
def village(bruno, make_user, make_post, refresh):
    """Two people who write, one of them about bread; as the worker has found them."""
    make_post(bruno, "#bread")
    make_post(make_user("carmen"))
    refresh()


@pytest.mark.parametrize("url", STEPS)
def test_each_step_leads_to_the_others_and_past_them(newcomer, village, url):
    page = newcomer.get(url)
    assert attributes(page, ".steps li a", "href") == list(STEPS)
    assert attributes(page, ".steps [aria-current=step]", "href") == [url]
    assert one(page, ".steps-skip").attributes["href"] == "/"


def test_the_steps_lead_to_where_the_new_member_was_going(newcomer, village):
    page = newcomer.get("/welcome?next=/@bruno")
    assert one(page, ".steps-skip").attributes["href"] == "/@bruno"
    answer = newcomer.submit("main form", display_name="New")
    assert answer.location == "/welcome/people?next=/@bruno"
    page = newcomer.get(one(newcomer.follow(answer), ".steps-next a").attributes["href"])
    answer = newcomer.submit("form#composer")
    assert newcomer.follow(answer).location == "/@bruno"


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil", "x", ""])
@pytest.mark.parametrize("url", STEPS)
def test_the_steps_lead_to_no_other_site(newcomer, url, next):
    page = newcomer.get(url, query_string={"next": next})
    assert one(page, ".steps-skip").attributes["href"] == "/"


def test_a_name_and_a_sentence_are_saved(newcomer, rows):
    newcomer.get("/welcome")
    answer = newcomer.submit("main form", display_name="Newcomer N.", about_me="Tea.")
    assert answer.location == "/welcome/people"
    user = rows("user")[0]
    assert (user["display_name"], user["about_me"]) == ("Newcomer N.", "Tea.")


def test_a_name_that_is_too_long_is_refused_at_its_field(newcomer):
    newcomer.get("/welcome")
    answer = newcomer.submit("main form", display_name="x" * 61, about_me="Tea.")
    assert answer.status_code == 422
    assert one(answer, ".is-invalid[name]").attributes["name"] == "display_name"
    assert one(answer, "[name=about_me]").text().strip() == "Tea."


def test_people_are_shown_with_why_and_stay_when_followed(newcomer, village, bruno):
    page = newcomer.get("/welcome/people")
    assert people(page) == ["carmen", "bruno"]
    assert [text_of(why) for why in select(page, ".person-why")] == ["New here", "New here"]
    answer = newcomer.submit(f"form#follow_{bruno.id}")
    assert answer.location == f"/welcome/people#follow_{bruno.id}"
    page = newcomer.follow(answer)
    assert people(page) == ["carmen", "bruno"]
    one(page, f"form#follow_{bruno.id}[action='/@bruno/unfollow']")


def test_before_the_worker_has_run_the_newest_others_are_shown(newcomer, bruno):
    assert people(newcomer.get("/welcome/people")) == ["bruno"]


def test_without_anybody_else_the_step_says_so(newcomer):
    one(newcomer.get("/welcome/people"), "#people .empty")


def test_hello_begins_with_a_text_and_goes_home_once_it_is_posted(newcomer, rows):
    page = newcomer.get("/welcome/hello")
    assert one(page, "#composer_body").text().strip() == "Hello! I am newcomer."
    answer = newcomer.submit("form#composer", body="Hello! I like #bread.")
    assert newcomer.follow(answer).location == "/"
    assert [row["body"] for row in rows("post")] == ["Hello! I like #bread."]


def test_who_is_not_signed_in_logs_in_first(anonymous):
    for url in STEPS:
        assert anonymous.get(url).location.startswith("/login?next=")


def test_the_empty_home_page_offers_the_same_start(newcomer, bruno, make_post):
    page = newcomer.get("/")
    assert set(attributes(page, "#posts .start a", "href")) == set(STEPS)
    newcomer.get("/@bruno")
    newcomer.submit(f"form#follow_{bruno.id}")
    absent(newcomer.get("/"), ".start")


def test_home_is_home_whatever_steps_remain(newcomer):
    one(newcomer.get("/"), "form#composer")
