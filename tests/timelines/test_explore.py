"""The public timeline, and the welcome page of an anonymous viewer."""

from app.data.database import writing
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one


def test_the_public_timeline_shows_all_posts_to_everybody(
    ada, bruno, make_post, anonymous, signed_in
):
    posts = [make_post(author).id for author in (ada, bruno, ada)]
    for client in (anonymous, signed_in(bruno)):
        assert cards(client.get("/explore")) == sorted(posts, reverse=True)


def test_the_welcome_page_shows_the_public_timeline(ada, make_post, anonymous):
    post = make_post(ada)
    page = anonymous.get("/")
    one(page, "h1", text="Welcome to Microblog")
    assert cards(page) == [post.id]
    one(page, ".welcome a[href='/register']")
    one(page, ".welcome a[href='/login']")
    absent(page, "main form")


def test_the_welcome_page_goes_on_by_scrolling(app, ada, make_post, anonymous):
    with app.app_context(), writing():
        posts = sorted((make_post(ada).id for _ in range(PAGE + 4)), reverse=True)
    page = anonymous.get("/")
    fragment = anonymous.get(attributes(page, "#more", "href")[0], htmx=True)
    assert cards(page) + cards(fragment) == posts


def test_after_signing_out_elsewhere_an_open_home_page_fetches_only_the_new_posts_bar(
    ada, make_post, anonymous
):
    assert anonymous.get("/?since=0", htmx=True).status_code == 204
    make_post(ada)
    answer = anonymous.get("/?since=0", htmx=True)
    one(answer, "#new_posts a[href='/']", text="1 new post")
    assert cards(answer) == []


def test_explore_shows_the_new_posts_bar_to_anonymous_viewers_too(ada, make_post, anonymous):
    one(anonymous.get("/explore"), "#new_posts[hx-get='/explore?since=0']")
    make_post(ada)
    one(anonymous.get("/explore?since=0", htmx=True), "a[href='/explore']", text="1 new post")


def test_deleted_posts_are_not_listed(app, ada, make_post, anonymous):
    with app.app_context(), writing():
        make_post(ada).delete()
    page = anonymous.get("/explore")
    assert cards(page) == []
    one(page, ".empty", text="Be the first.")
