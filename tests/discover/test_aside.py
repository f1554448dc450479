"""The aside: people whom the viewer may know, what is talked about, this place."""

from datetime import timedelta

import pytest

from app.discover.recommendations import NEW_FOR
from tests.html import absent, attributes, one, parse, select, text_of

PANEL = ".site-aside section[aria-labelledby={0}]"
PEOPLE, TAGS, PLACE, AUTHOR = (
    PANEL.format(f"aside_{name}") for name in ("people", "tags", "place", "author")
)
# A page for each shape: a timeline, a profile, a post, a form.
PAGES = ("/", "/@bruno", "/posts/{post}", "/posts/new", "/settings/profile")


def names(response):
    return attributes(response, f"{PEOPLE} .suggestion-name", "href")


@pytest.fixture
def circle(ada, bruno, make_user, make_follow, make_post):
    """Ada follows Bruno and Carmen, who follow Dora; Bruno alone follows Emil, who writes."""
    carmen, dora, emil = (make_user(name) for name in ("carmen", "dora", "emil"))
    for person in (bruno, carmen):
        make_follow(ada, person)
        make_follow(person, dora)
    make_follow(bruno, emil)
    for person in (bruno, carmen, emil):
        make_post(person, "#Bread")
    return {"bruno": bruno, "carmen": carmen, "dora": dora, "emil": emil}


def test_before_the_worker_has_run_there_are_no_empty_blocks(ada, circle, signed_in, anonymous):
    for client in (signed_in(ada), anonymous):
        page = client.get("/explore")
        absent(page, f"{PEOPLE}, {TAGS}")
        absent(page, f"{PLACE} .secondary")
        one(page, PLACE)


def test_people_are_suggested_with_why(ada, circle, signed_in, refresh):
    refresh(ada)
    page = signed_in(ada).get("/")
    assert names(page) == ["/@dora", "/@emil"]
    assert [text_of(node) for node in select(page, f"{PEOPLE} .person-why")] == [
        "Followed by bruno and one more you follow",
        "Followed by bruno, whom you follow",
    ]


def test_who_follows_nobody_gets_featured_people(make_user, circle, signed_in, refresh):
    refresh()
    page = signed_in(make_user("newcomer")).get("/")
    assert names(page) == ["/@emil", "/@carmen", "/@bruno"]
    assert text_of(select(page, f"{PEOPLE} .person-why")[0]) == "New here"


def test_nobody_is_suggested_without_a_reason(ada, circle, signed_in, make_post, travel, refresh):
    travel.shift(NEW_FOR + timedelta(hours=1))
    for person in (ada, circle["carmen"]):
        make_post(person, "Back again")
    refresh()
    # Nobody follows Ada, and she wrote about no tag.
    assert names(signed_in(circle["dora"]).get("/")) == ["/@carmen", "/@emil", "/@bruno"]


def test_follow_in_the_aside_swaps_the_button_and_the_person_is_not_suggested_again(
    ada, circle, signed_in, refresh
):
    refresh(ada)
    client = signed_in(ada)
    dora = circle["dora"].id
    client.get("/")
    answer = client.press(f"{PEOPLE} #follow_{dora}", htmx=True)
    one(answer, f"form#follow_{dora}[action='/@dora/unfollow']")
    assert names(client.get("/")) == ["/@emil"]


def test_follow_in_the_aside_works_without_htmx(ada, circle, signed_in, refresh):
    refresh(ada)
    client = signed_in(ada)
    client.get("/explore")
    answer = client.press(f"{PEOPLE} #follow_{circle['emil'].id}")
    assert answer.location == f"/explore#follow_{circle['emil'].id}"
    assert names(client.get("/explore")) == ["/@dora"]


@pytest.mark.parametrize("after", ["ada blocks", "is blocked", "mutes", "blocks the one between"])
def test_a_relationship_shows_at_once(
    ada, circle, signed_in, refresh, make_block, make_mute, after
):
    refresh(ada)
    if after == "ada blocks":
        make_block(ada, circle["dora"])
    elif after == "is blocked":
        make_block(circle["dora"], ada)
    elif after == "mutes":
        make_mute(ada, circle["dora"])
    else:
        make_block(ada, circle["bruno"])
    page = signed_in(ada).get("/")
    assert "/@dora" not in names(page)
    if after == "blocks the one between":
        assert "bruno" not in one(page, ".site-aside").text()


def test_the_person_of_a_profile_is_not_suggested_beside_it(ada, circle, signed_in, refresh):
    refresh(ada)
    assert names(signed_in(ada).get("/@dora")) == ["/@emil"]


@pytest.mark.parametrize("url", ["/@bruno/followers", "/search?q=dora", "/explore/people"])
def test_a_page_that_lists_people_suggests_none(ada, circle, signed_in, refresh, url):
    refresh(ada)
    absent(signed_in(ada).get(url), PEOPLE)


def test_tags_of_the_day_and_members_are_shown_to_everybody(
    ada, circle, signed_in, anonymous, refresh
):
    refresh()
    for client in (signed_in(ada), anonymous):
        page = client.get("/explore")
        tag = one(page, f"{TAGS} a.tag-row[href='/tags/bread']")
        assert text_of(tag) == "#bread 3 people today"
        assert len(tag.css_first("polyline").attributes["points"].split()) == 7
        one(page, f"{PLACE} p", text="5 members")


def test_an_anonymous_viewer_is_asked_to_join(anonymous, ada, signed_in):
    one(anonymous.get("/@ada"), f"{PLACE} a[href='/register?next=/@ada']", text="Join")
    absent(signed_in(ada).get("/@ada"), f"{PLACE} a[href^='/register']")


@pytest.mark.parametrize("url", PAGES)
def test_the_aside_costs_one_statement_and_a_fragment_none(
    ada, circle, signed_in, refresh, statements, make_post, url
):
    refresh(ada)
    client = signed_in(ada)
    url = url.format(post=make_post(ada).id)
    with statements() as sent:
        client.get(url)
    assert len([text for text in sent if "digest" in text]) == 1
    assert not [text for text in sent if "suggestion" in text and "digest" not in text]
    with statements() as sent:
        client.get("/explore?since=0", htmx=True)
    assert not [text for text in sent if "digest" in text]


def more_by(page):
    return [text_of(node) for node in parse(page).css(f"{AUTHOR} .author-more a")]


def test_beside_a_post_stands_its_author_and_more_by_them(
    ada, bruno, make_post, make_follow, signed_in, anonymous, refresh
):
    opened = make_post(bruno, "The oven is on.")
    texts = ("One", "Two", "x" * 300, "Four")
    posts = [make_post(bruno, text) for text in texts]
    make_post(bruno, "A reply", in_reply_to=posts[0])
    gone = make_post(bruno, "Gone")
    signed_in(bruno).post(f"/posts/{gone.id}/delete")
    make_post(ada, "By somebody else")
    make_follow(ada, bruno)
    refresh(ada)
    for client, state in ((anonymous, "Follow"), (signed_in(ada), "FollowingUnfollow")):
        page = client.get(f"/posts/{opened.id}")
        assert text_of(one(page, f"{AUTHOR} #follow_{bruno.id}")) == state
        one(page, f"{AUTHOR} .suggestion-name[href='/@bruno']")
        assert more_by(page) == ["Four", "x" * 160, "Two"]
        one(page, f"{AUTHOR} .panel-more[href='/@bruno']")
        one(page, PLACE)
        absent(page, PEOPLE)


def test_beside_ones_own_post_is_no_button_to_follow_oneself(ada, make_post, signed_in):
    page = signed_in(ada).get(f"/posts/{make_post(ada).id}")
    one(page, AUTHOR)
    absent(page, f"{AUTHOR} .btn, {AUTHOR} .author-more")


@pytest.mark.parametrize("why", ["is deleted", "is by somebody blocked"])
def test_beside_a_placeholder_is_no_author(
    ada, bruno, make_post, make_block, make_user, signed_in, why
):
    post = make_post(bruno, "The oven is on.")
    make_post(make_user("carmen"), "And the bread?", in_reply_to=post)
    if why == "is deleted":
        signed_in(bruno).post(f"/posts/{post.id}/delete")
    else:
        make_block(bruno, ada)
    page = signed_in(ada).get(f"/posts/{post.id}")
    assert page.status_code == 200
    absent(page, AUTHOR)
    assert "bruno" not in one(page, ".site-aside").text()


def test_whom_one_follows_beside_a_post_has_the_other_button(ada, bruno, make_post, signed_in):
    client = signed_in(ada)
    client.get(f"/posts/{make_post(bruno).id}")
    answer = client.submit(f"{AUTHOR} form", htmx=True)
    one(answer, f"form#follow_{bruno.id}[action='/@bruno/unfollow']")
