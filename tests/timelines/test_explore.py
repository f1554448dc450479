"""The public timeline, and the welcome of a stranger."""

from app.data.database import writing
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one


def test_anybody_reads_everybodys_posts(ada, bruno, make_post, stranger, signed_in):
    posts = [make_post(author).id for author in (ada, bruno, ada)]
    for client in (stranger, signed_in(bruno)):
        assert cards(client.get("/explore")) == sorted(posts, reverse=True)


def test_a_stranger_is_welcomed_with_the_public_timeline(ada, make_post, stranger):
    post = make_post(ada)
    page = stranger.get("/")
    one(page, "h1", text="Welcome to Microblog")
    assert cards(page) == [post.id]
    one(page, ".welcome a[href='/register']")
    one(page, ".welcome a[href='/login']")
    absent(page, "form")


def test_a_stranger_scrolls_the_welcome_page_too(app, ada, make_post, stranger):
    with app.app_context(), writing():
        posts = sorted((make_post(ada).id for _ in range(PAGE + 4)), reverse=True)
    page = stranger.get("/")
    fragment = stranger.get(attributes(page, "#more", "href")[0], htmx=True)
    assert cards(page) + cards(fragment) == posts


def test_a_home_whose_reader_signed_out_meanwhile_asks_on_for_the_bar_alone(
    ada, make_post, stranger
):
    assert stranger.get("/?since=0", htmx=True).status_code == 204
    make_post(ada)
    answer = stranger.get("/?since=0", htmx=True)
    one(answer, "#new_posts a[href='/']", text="1 new post")
    assert cards(answer) == []


def test_explore_tells_of_new_posts_also_to_strangers(ada, make_post, stranger):
    one(stranger.get("/explore"), "#new_posts[hx-get='/explore?since=0']")
    make_post(ada)
    one(stranger.get("/explore?since=0", htmx=True), "a[href='/explore']", text="1 new post")


def test_deleted_posts_are_gone(app, ada, make_post, stranger):
    with app.app_context(), writing():
        make_post(ada).delete()
    page = stranger.get("/explore")
    assert cards(page) == []
    one(page, ".empty", text="Be the first.")
