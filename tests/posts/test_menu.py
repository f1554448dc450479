"""The menu of a card: read when it is opened, and a page of its own."""

import pytest

from tests.html import absent, attributes, cards, messages, one, select, text_of


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Hello")


def entries(page):
    return [text_of(entry) for entry in select(page, "[id^=menu_] > .menu-items > *")]


def test_the_card_links_to_its_menu_which_htmx_puts_in_its_place(post, anonymous):
    link = one(anonymous.get("/explore"), f"#post_{post.id} a.act.more")
    assert link.attributes["href"] == f"/posts/{post.id}/menu"
    assert "hx-get" in link.attributes
    menu = anonymous.get(link.attributes["href"], htmx=True)
    one(menu, f"details#menu_{post.id}[open] > summary.act.more")
    absent(menu, "article, h1")


def test_each_viewer_gets_what_they_can_do_and_what_is_dangerous_comes_last(
    ada, bruno, post, signed_in, anonymous
):
    menu = f"/posts/{post.id}/menu"
    assert entries(anonymous.get(menu)) == ["Copy link", "Share"]
    mine = signed_in(bruno).get(menu)
    assert entries(mine) == ["Edit", "Pin to my profile", "Copy link", "Share", "Delete"]
    theirs = signed_in(ada).get(menu)
    assert entries(theirs) == ["Copy link", "Share", "Mute @bruno", "Block @bruno", "Report"]
    for page in (mine, theirs):
        one(page, "[id^=menu_] > .menu-items > .danger:last-child")


@pytest.mark.parametrize(("role", "removes"), [("member", True), ("moderator", False)])
def test_who_moderates_removes_posts_of_members_alone(
    ada, bruno, post, give_role, signed_in, role, removes
):
    give_role(ada, "moderator")
    give_role(bruno, role)
    page = signed_in(ada).get(f"/posts/{post.id}/menu")
    assert ("Remove" in entries(page)) == removes


def test_copying_works_by_the_permalink(post, anonymous):
    page = anonymous.get(f"/posts/{post.id}/menu")
    assert attributes(page, "[data-copy]", "href") == [f"/posts/{post.id}"]
    assert cards(page) == [post.id]


def open_menu(client, post, came_from):
    """Open the page of the menu as from a link on another page; return its hidden fields."""
    client.get(f"/posts/{post.id}/menu", headers={"Referer": f"http://localhost{came_from}"})
    fields = select(client.page, "[name][form=actions]:not(button)")
    return {field.attributes["name"]: field.attributes["value"] for field in fields}


@pytest.mark.parametrize("came_from", ["/explore?before=99999999999999999", "/@bruno"])
def test_muting_and_its_undo_lead_back_to_the_page_before_the_menu(ada, post, signed_in, came_from):
    client = signed_in(ada)
    answer = client.post("/@bruno/mute", open_menu(client, post, came_from))
    assert answer.location == came_from
    page = client.follow(answer)
    assert messages(page)[0].startswith("You muted @bruno")
    assert client.press(".message button").location == came_from


@pytest.mark.parametrize("came_from", ["/", "/@ada"])
def test_pinning_leads_back_to_the_card_in_its_list(ada, make_post, signed_in, came_from):
    client, mine = signed_in(ada), make_post(ada)
    answer = client.post(f"/posts/{mine.id}/pin", open_menu(client, mine, came_from))
    assert answer.location == f"{came_from}#post_{mine.id}"


def test_deleting_leads_back_to_the_list_and_not_to_the_post(ada, make_post, signed_in):
    client, mine = signed_in(ada), make_post(ada)
    for came_from, to in (("/@ada", "/@ada"), (f"/posts/{mine.id}", "/")):
        fields = open_menu(client, mine, came_from)
        assert client.post(f"/posts/{mine.id}/delete", fields).location == to
        client.post(f"/posts/{mine.id}/restore")


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/\\example.org"])
def test_the_way_back_leads_to_our_own_pages_alone(ada, bruno, post, signed_in, elsewhere):
    client = signed_in(ada)
    assert open_menu(client, post, "")["back"] == f"/posts/{post.id}"
    for path in (f"/posts/{post.id}/like", "/@bruno/mute"):
        client.get("/explore")
        to = client.post(path, {"back": elsewhere}).location
        assert to.partition("#")[0] == "/explore"


def test_blocking_leads_to_the_profile_where_it_is_undone(ada, post, signed_in):
    client = signed_in(ada)
    client.get(f"/posts/{post.id}/menu")
    answer = client.press("[formaction='/@bruno/block']")
    assert answer.location == "/@bruno"
    page = client.follow(answer)
    assert messages(page)[0].endswith("Undo")
    client.press(".message button")
    assert client.get(f"/posts/{post.id}").status_code == 200


def test_blocking_from_a_list_leads_back_to_it(ada, post, signed_in):
    client = signed_in(ada)
    client.get("/explore")
    assert client.post("/@bruno/block").location == "/explore"


def test_a_post_that_one_may_not_see_has_no_menu(ada, bruno, post, make_block, signed_in):
    make_block(bruno, ada)
    for id in (post.id, 1):
        assert signed_in(ada).get(f"/posts/{id}/menu").status_code == 404
