"""From a report to a suspension and back: the victim, the moderator, and who misbehaves."""

import re

from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import card, flash, in_menu, log_in
from .watching import Watch


def decide(page: Page, action: str, why: str) -> None:
    page.get_by_label(action).check()
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Decide").click()


def test_from_a_report_to_a_suspension_and_back(
    site: Site, author: User, own_page: Page, browse: Browse, scripts: bool, watch: Watch
):
    watch.allow(403)
    post = site.writes(author, "Cheap quaggas")[0]
    moderators = [site.person(), site.person()]
    for moderator in moderators:
        site.gives_role(moderator, "moderator")
    theirs = browse(as_=author, java_script_enabled=scripts)
    desk, second = (browse(as_=each, java_script_enabled=scripts) for each in moderators)

    own_page.goto("/")
    in_menu(card(own_page, post), "Report").click()
    own_page.get_by_label("Spam").check()
    own_page.get_by_label("In your words").fill("The third one")
    own_page.get_by_role("button", name="Report").click()
    expect(flash(own_page)).to_contain_text("The moderators look at it")

    desk.goto("/explore")
    expect(desk.locator(".nav-desk .desk-badge")).to_contain_text(re.compile(r"[1-9]\d* open case"))
    # With icons alone, the number is on the shoulder of its icon.
    desk.set_viewport_size({"width": 900, "height": 800})
    number, entry = desk.locator(".nav-desk .desk-badge"), desk.locator(".nav-desk")
    ends = [box["x"] + box["width"] for box in (number.bounding_box(), entry.bounding_box())]
    assert ends[0] <= ends[1]
    desk.set_viewport_size({"width": 1280, "height": 720})
    desk.locator(".nav-desk").click()
    desk.get_by_role("link", name=f"Post by @{author.username}").click()
    expect(desk.locator("blockquote")).to_contain_text("Cheap quaggas")
    expect(desk.get_by_text("The third one")).to_be_visible()
    desk.get_by_role("button", name="Take this case").click()
    decide(desk, "Suspend", "Spam, again")
    expect(flash(desk)).to_contain_text("Account suspended")

    own_page.goto("/")
    expect(card(own_page, post)).to_have_count(0)
    theirs.goto("/notifications")
    expect(theirs).to_have_url(re.compile("/login"))
    log_in(theirs, author)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Your account is suspended")
    expect(theirs.get_by_text("Spam, again")).to_be_visible()
    theirs.get_by_label("In your words").fill("It was a joke")
    theirs.get_by_role("button", name="Send").click()
    expect(flash(theirs)).to_contain_text("Your appeal is with the moderators.")

    second.goto("/desk")
    second.get_by_role("link", name=f"Appeal of @{author.username}").click()
    decide(second, "Take the decision back", "All right")
    expect(flash(second)).to_contain_text("Decision undone")
    own_page.goto("/")
    expect(card(own_page, post)).to_be_visible()


def test_who_comes_second_sees_what_was_done_and_keeps_the_words(
    site: Site, author: User, browse: Browse, scripts: bool, watch: Watch
):
    watch.allow(409)
    post = site.writes(author, "Cheap quaggas")[0]
    moderators = [site.person(), site.person()]
    for moderator in moderators:
        site.gives_role(moderator, "moderator")
    first, second = (browse(as_=each, java_script_enabled=scripts) for each in moderators)
    for page in (first, second):
        page.goto(f"/desk/posts/{post.id}")
    decide(first, "Remove the post", "Spam")
    expect(flash(first)).to_contain_text("Post removed")
    decide(second, "Put a warning", "Loud, too")
    expect(flash(second)).to_contain_text("This is decided already: Post removed")
    expect(second.locator(".desk-list")).to_contain_text(f"by @{moderators[0].username}")
    second.get_by_role("button", name="Leave a note").click()
    expect(flash(second)).to_contain_text("Your note is kept.")
    expect(second.locator(".desk-report")).to_contain_text("Loud, too")
    second.get_by_role("button", name="Undo: Post removed").click()
    expect(flash(second)).to_contain_text("It is undone")
