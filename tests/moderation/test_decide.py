"""What moderators decide, and what follows from it."""

from datetime import timedelta

import pytest

from app.accounts.jobs import end_states
from app.accounts.models import User
from app.data.database import db
from app.jobs import enqueue  # noqa: F401 - jobs run at once in tests
from app.mail.models import OutboxMail
from app.moderation.actions import Decision, record_decision
from app.moderation.log import Moderator
from app.notifications.models import notify_users
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from tests.conftest import PASSWORD
from tests.html import absent, attributes, cards, messages, one, select

from .conftest import act

SUSPENDED = "Your account is suspended"


@pytest.fixture
def log(rows):
    """Give a function that returns the actions in the log."""
    return lambda: [row["action"] for row in rows("moderation_log") if row["action"] != "role"]


def test_the_desk_lists_open_cases_once(case, desk, decide):
    page = desk.get("/desk")
    one(page, f"a[href='/desk/{case}']")
    decide(case, "dismiss")
    absent(desk.get("/desk"), f"a[href='/desk/{case}']")


def test_a_case_is_dismissed(case, decide, log, ada, mallory, spam, signed_in, anonymous):
    assert decide(case, "dismiss").location == "/desk"
    assert log() == ["dismiss"]
    assert cards(anonymous.get("/explore")) == [spam.id]
    told = signed_in(ada).get("/decisions")
    select(told, "li", text="there was nothing to be done")
    select(signed_in(ada).get("/notifications"), "article", text="looked at what you reported")
    absent(signed_in(mallory).get("/notifications"), "article")


def test_a_removed_post_leaves_a_tombstone(app, case, decide, spam, anonymous, mallory, signed_in):
    from app.site import Rule, change_site  # noqa: PLC0415

    with app.app_context():
        change_site(rules=(Rule("No ads"),))
    decide(case, "remove", rule="No ads", why="It sells.")
    page = anonymous.get(f"/posts/{spam.id}")
    one(page, ".post-gone", text="Removed by the moderators. Rule: No ads")
    assert "quagga" not in page.text
    assert cards(anonymous.get("/explore")) == []
    client = signed_in(mallory)
    told = client.get("/decisions")
    select(told, "article", text="The moderators removed a post of yours. ")
    select(told, "article", text="No ads")
    client.token()
    assert client.post(f"/posts/{spam.id}/restore").status_code == 410
    with app.app_context():
        mail = db.session.scalars(db.select(OutboxMail)).one()
        assert mail.recipient == "mallory@example.org"
        assert "It sells." in mail.body


def test_a_removed_post_can_be_put_back_for_long(app, case, decide, spam, desk, anonymous, travel):
    decide(case, "remove", why="No")
    travel.shift(timedelta(days=29))
    with app.app_context():
        erase_deleted()
    entry = undo_button(desk, case)
    assert desk.post(entry).status_code == 303
    assert cards(anonymous.get("/explore")) == [spam.id]
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output


def undo_button(desk, case):
    return one(desk.get(f"/desk/{case}"), "button", text="Undo").attributes["formaction"]


def test_a_suspended_person_is_out_at_once_and_sees_why(
    case, decide, desk, mallory, signed_in, make_client, spam
):
    browser = signed_in(mallory, remember=True)
    assert browser.get("/notifications").status_code == 200
    decide(case, "suspend", why="Spam, again", days="7")
    assert browser.get("/notifications").status_code == 303
    newcomer = make_client()
    answer = newcomer.log_in("mallory", PASSWORD)
    assert answer.status_code == 403
    one(answer, "h1", text=SUSPENDED)
    select(answer, "p", text="Until")
    one(answer, "p", text="Spam, again")
    assert newcomer.get("/notifications").status_code == 303
    assert make_client().log_in("mallory", "wrong").status_code == 422
    assert desk.get(f"/posts/{spam.id}").status_code == 404


def test_a_suspension_ends_by_itself(app, case, decide, mallory, make_client, travel, rows):
    decide(case, "suspend", why="Spam", days="1")
    travel.shift(timedelta(days=1, seconds=1))
    assert make_client().log_in("mallory", PASSWORD).status_code == 303
    decide_again = rows("user", "username = 'mallory'")[0]
    assert decide_again["state"] == "active"


def test_the_worker_ends_states_in_time(app, case, decide, travel, rows):
    decide(case, "limit", why="Calm down", days="1")
    travel.shift(timedelta(days=2))
    with app.app_context():
        end_states()
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"


@pytest.mark.parametrize(("action", "state"), [("limit", "limited"), ("suspend", "suspended")])
def test_a_state_is_undone(case, decide, desk, rows, log, action, state):
    decide(case, action, why="No")
    assert rows("user", "username = 'mallory'")[0]["state"] == state
    assert desk.post(undo_button(desk, case)).status_code == 303
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"
    assert log() == [action, "undo"]
    absent(desk.get(f"/desk/{case}"), "button", text="Undo")


def test_undoing_twice_is_refused(case, decide, desk, log):
    decide(case, "warn", why="No")
    button = undo_button(desk, case)
    desk.post(button)
    assert desk.post(button).status_code == 409
    assert log() == ["warn", "undo"]


def test_a_decision_about_a_person_needs_a_rule_or_a_reason(case, decide, log):
    answer = decide(case, "suspend", days="7")
    assert answer.status_code == 422
    one(answer, "#why_error")
    one(answer, "option[value='7'][selected]")
    assert log() == []


def test_two_moderators_do_not_act_twice(case, decide, with_role, signed_in, desk, log):
    other = signed_in(with_role("omar"))
    desk.post(f"/desk/{case}/take")
    select(other.get(f"/desk/{case}"), "p", text="@mo has taken this case.")
    answer = decide(case, "warn", client=other, why="Never again")
    assert (answer.status_code, messages(answer)) == (409, ["@mo has taken this case."])
    one(answer, "textarea[name=words]", text="Never again")
    assert log() == ["take"]
    for action in ("take", "release"):
        other.post(f"/desk/{case}/{action}")
        assert "@mo has taken this case." in messages(other.get("/desk"))
    desk.post(f"/desk/{case}/release")
    decide(case, "warn", client=other, why="No")
    answer = decide(case, "suspend", why="He must go")
    sentence = "This is decided already: Person warned, by @omar."
    assert (answer.status_code, messages(answer)) == (409, [sentence])
    one(answer, "textarea[name=words]", text="He must go")
    select(desk.get(f"/desk/{case}"), "p", text=sentence)
    assert log() == ["take", "release", "warn"]


def test_two_moderators_at_the_same_moment_act_once(
    case, desk, with_role, signed_in, log, together
):
    clients = [desk, signed_in(with_role("omar"))]
    for client in clients:
        client.token()
    fields = {"action": "warn", "why": "No"}
    together(lambda client: client.post(f"/desk/{case}/decide", fields), clients)
    assert log() == ["warn"]


@pytest.mark.parametrize("role", ["moderator", "administrator"])
def test_nobody_moderates_equals_or_superiors(app, desk, with_role, make_post, log, role):
    post = make_post(with_role("peer", role), "I am in charge")
    desk.token()
    fields = {"action": "suspend", "why": "No"}
    assert desk.post("/desk/people/peer/decide", fields).status_code == 403
    answer = desk.post(f"/desk/posts/{post.id}", {"action": "remove", "why": "No"})
    assert answer.status_code == 403
    absent(desk.get("/desk/people/peer"), "input[name=action]")
    assert log() == []
    with app.app_context():
        assert db.session.get_one(Post, post.id).deleted_at is None


def test_a_moderator_acts_without_a_case(desk, mallory, spam, log, rows):
    act(desk, f"/desk/posts/{spam.id}", "remove", why="No")
    act(desk, "/desk/people/mallory", "limit", why="Calm down")
    assert log() == ["remove", "limit"]
    assert rows("user", "username = 'mallory'")[0]["state"] == "limited"
    act(desk, "/desk/people/mallory", "restore")
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"


def test_notes_are_for_moderators(case, desk, mallory, signed_in):
    desk.get(f"/desk/{case}")
    desk.post("/desk/people/mallory/note", {"words": "Second account of trudy"})
    select(desk.get(f"/desk/{case}"), "p", text="Second account of trudy")
    assert "trudy" not in signed_in(mallory).get("/decisions").text
    assert desk.post("/desk/people/mallory/note", {"words": ""}).status_code == 422


def test_addresses_are_for_administrators(case, desk, mallory, with_role, signed_in):
    signed_in(mallory)
    assert "127.0.0.1" not in desk.get("/desk/people/mallory").text
    boss = signed_in(with_role("boss", "administrator"))
    assert "127.0.0.1" in boss.get("/desk/people/mallory").text


def test_cases_are_filtered_and_ordered(ada, bruno, make_user, make_post, report, desk):
    first, second = (make_post(make_user(), f"Post {n}") for n in range(2))
    report(ada, f"/posts/{first.id}", reason="spam")
    report(ada, f"/posts/{second.id}", reason="harassment")
    report(bruno, f"/posts/{second.id}", reason="spam")

    def shown(query):
        return [node.text().strip() for node in select(desk.get(f"/desk{query}"), ".desk-text")]

    assert shown("") == ["Post 0", "Post 1"]
    assert shown("?by=reports") == ["Post 1", "Post 0"]
    assert shown("?reason=harassment") == ["Post 1"]
    assert shown("?reason=spam") == ["Post 0", "Post 1"]
    absent(desk.get("/desk?reason=illegal"), ".desk-case")
    for reason in ("nonsense", "rule: %00", "rule: x"):
        assert desk.get(f"/desk?reason={reason}").status_code == 404


@pytest.mark.parametrize("url", ["/desk", "/desk/{case}", "/desk/people/ada", "/desk/posts/{post}"])
def test_members_do_not_find_the_desk(case, spam, ada, signed_in, anonymous, url):
    url = url.format(case=case, post=spam.id)
    assert signed_in(ada).get(url).status_code == 404
    assert anonymous.get(url).status_code == 303


@pytest.mark.parametrize("action", ["take", "release", "decide"])
def test_members_do_not_act(case, ada, signed_in, log, action):
    client = signed_in(ada)
    client.token()
    fields = {"action": "suspend", "why": "No"}
    assert client.post(f"/desk/{case}/{action}", fields).status_code == 404
    assert log() == []


def test_the_command_line_suspends_and_restores(app, mallory, rows, log):
    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["user", *arguments])
        return result.exit_code, result.output

    assert run("suspend", "mallory", "--reason", "Spam") == (0, "mallory is suspended for good.\n")
    assert rows("user")[0]["state"] == "suspended"
    assert run("restore", "mallory") == (0, "mallory is active again.\n")
    assert run("restore", "mallory")[0] == 1
    assert log() == ["suspend", "restore"]


def test_the_last_administrator_is_not_suspended(app, with_role, rows):
    boss = with_role("boss", "administrator")
    result = app.test_cli_runner().invoke(args=["user", "suspend", "boss"])
    assert result.exit_code == 1
    assert "last administrator" in result.output
    with app.app_context():
        assert db.session.get_one(User, boss.id).state == "active"


def test_a_warning_on_a_post_comes_before_it_and_is_undone(case, decide, desk, spam, anonymous):
    decide(case, "mark", why="Sells something")
    for url in ("/explore", f"/posts/{spam.id}"):
        select(anonymous.get(url), "details.post-warning", text="Sells something")
    desk.post(undo_button(desk, case))
    absent(anonymous.get("/explore"), ".post-warning")


def test_a_warned_text_stands_nowhere_without_its_warning(
    app, case, decide, desk, spam, mallory, bruno, make_post, signed_in, anonymous
):
    make_post(bruno, "Why?", in_reply_to=spam)
    other = make_post(mallory, "Weather")
    with app.app_context():
        notify_users([bruno.id], "mention", mallory.id, spam.id)
    places = {
        "/explore/feed.atom": anonymous,
        "/explore/feed.json": anonymous,
        "/@mallory/feed.atom": anonymous,
        "/@mallory/feed.json": anonymous,
        "/search/feed.atom?q=quaggas": anonymous,
        f"/oembed?url=http://localhost/posts/{spam.id}": anonymous,
        f"/posts/{other.id}": anonymous,
        "/@bruno/replies": anonymous,
        "/notifications": signed_in(bruno),
    }

    def read(url):
        return places[url].get(url).text

    def head():
        return "".join(node.html for node in select(anonymous.get(f"/posts/{spam.id}"), "head"))

    assert not [url for url in places if "quaggas" not in read(url)]
    assert "quaggas" in head()
    picture = attributes(anonymous.get(f"/posts/{spam.id}"), "[property='og:image']", "content")
    decide(case, "mark", why="Sells <something>")
    assert not [url for url in places if "Cheap quaggas" in read(url)]
    for url in ("/explore/feed.atom", "/explore/feed.json", f"/posts/{other.id}"):
        assert "Sells" in read(url)
        assert "<something>" not in read(url)
    assert "quaggas" not in head()
    assert "Sells" in head()
    page = anonymous.get(f"/posts/{spam.id}")
    assert attributes(page, "[property='og:image']", "content") != picture
    select(anonymous.get(f"/posts/{spam.id}/history"), "details.post-warning ~ .post-body")
    desk.post(undo_button(desk, case))
    assert not [url for url in places if "quaggas" not in read(url)]
    assert "quaggas" in head()


def test_ready_made_reasons_are_chosen(case, decide, desk, rows):
    desk.token()
    desk.post("/desk/reasons", {"words": "We are no market."})
    select(desk.get(f"/desk/{case}"), "option", text="We are no market.")
    decide(case, "warn", canned="We are no market.", why="Twice.")
    assert rows("moderation_log", "action = 'warn'")[0]["reason"] == "We are no market.\n\nTwice."
    page = desk.get("/desk/reasons")
    button = one(page, "main button", text="Delete").attributes["formaction"]
    desk.post(button)
    absent(desk.get("/desk/reasons"), "main .desk-case")


def test_all_posts_of_a_spammer_are_removed_with_one_form(
    app, desk, mallory, make_post, anonymous, log
):
    for n in range(60):
        make_post(mallory, f"Cheap quagga {n}")
    answer = act(desk, "/desk/people/mallory", "remove_all", why="Spam")
    assert answer.location == "/desk/people/mallory/removal"
    select(desk.get(answer.location), "#removal", text="All posts are removed.")
    assert cards(anonymous.get("/@mallory")) == []
    assert log() == ["remove_all"]
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output


def test_the_progress_of_a_removal_is_polled(app, desk, mallory, make_post):
    one(desk.get("/desk/people/mallory/removal"), "#removal", text="Nobody had all posts removed.")
    make_post(mallory, "Cheap quagga")
    with app.app_context():
        person = db.session.get_one(User, mallory.id)
        record_decision(Moderator(), "remove_all", Decision(reason="Spam"), person)
    make_post(mallory, "Written after the decision")
    page = desk.get("/desk/people/mallory/removal")
    polled = one(page, "#removal[hx-trigger]").attributes["hx-get"]
    assert "1 post is still to be removed." in desk.get(polled, htmx=True).text


def test_a_case_is_left_by_a_moderator_who_is_none_any_more(
    app, case, desk, moderator, decide, with_role, signed_in, log
):
    desk.post(f"/desk/{case}/take")
    with app.app_context():
        db.session.get_one(User, moderator.id).set_role("member")
    other = signed_in(with_role("omar"))
    decide(case, "warn", client=other, why="No")
    assert "warn" in log()


def test_an_administrator_leaves_a_case_that_somebody_else_has_taken(
    case, desk, decide, with_role, signed_in, log
):
    desk.post(f"/desk/{case}/take")
    other, boss = signed_in(with_role("omar")), signed_in(with_role("boss", "administrator"))
    other.post(f"/desk/{case}/release")
    select(other.get(f"/desk/{case}"), "p", text="@mo has taken this case.")
    boss.post(f"/desk/{case}/release")
    decide(case, "warn", client=other, why="No")
    assert log() == ["take", "release", "warn"]


def test_of_an_equal_one_can_only_say_that_it_is_fine(
    desk, moderator, ada, with_role, report, rows
):
    with_role("omar")
    report(ada, "/@omar")
    [row] = rows("moderation_case")
    page = desk.get(f"/desk/{row['id']}")
    assert one(page, "input[name=action]").attributes["value"] == "dismiss"


def test_all_posts_are_put_back_but_those_that_were_removed_one_by_one(
    app, desk, case, decide, mallory, make_post, anonymous, signed_in, rows
):
    posts = [make_post(mallory, f"Cheap quagga {n}") for n in range(60)]
    decide(case, "remove", why="Spam")
    signed_in(mallory).post(f"/posts/{posts[0].id}/delete")
    act(desk, "/desk/people/mallory", "remove_all", why="Spam")
    assert len(rows("post", "deleted_at IS NULL")) == 0
    page = desk.get("/desk/people/mallory")
    desk.post(one(page, "button[aria-label='Undo: All posts removed']").attributes["formaction"])
    assert len(rows("post", "deleted_at IS NULL")) == 59
    absent(anonymous.get("/@mallory"), "article", text="Cheap quaggas")
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output


def test_one_appeals_against_the_removal_of_all_posts(desk, mallory, spam, signed_in, rows):
    act(desk, "/desk/people/mallory", "remove_all", why="Spam")
    client = signed_in(mallory)
    link = one(client.get("/decisions"), "article a", text="Appeal").attributes["href"]
    client.get(link)
    client.submit("main form", words="They are mine")
    again = rows("moderation_case", "appeals_id IS NOT NULL")[0]["id"]
    desk.token()
    assert desk.post(f"/desk/{again}/decide", {"action": "undo", "why": ""}).location == "/desk"
    assert rows("post", "deleted_at IS NULL")


@pytest.mark.parametrize("action", ["remove", "mark"])
def test_the_person_reads_which_post_it_is_about(case, decide, mallory, signed_in, rows, action):
    decide(case, action, why="We are no market.")
    one(signed_in(mallory).get("/decisions"), "article p", text="Cheap quaggas")
    [mail] = rows("outbox_mail", "kind = 'decision'")
    assert "\n> Cheap quaggas\n" in mail["body"]


def test_a_moderator_reads_no_notes_and_cases_about_themselves(
    desk, moderator, ada, with_role, signed_in, report
):
    boss = signed_in(with_role("boss", "administrator"))
    boss.post("/desk/people/mo/note", {"words": "Sleeps at the desk"})
    report(ada, "/@mo", reason="harassment")
    one(boss.get("/desk/people/mo"), "main li a", text="Harassment")
    own = desk.get("/desk/people/mo").text
    assert "Sleeps at the desk" not in own
    assert "Harassment" not in own


@pytest.mark.parametrize("is_suspended_twice", [False, True])
def test_who_was_limited_is_limited_again_after_a_suspension(
    app, case, decide, desk, mallory, travel, rows, is_suspended_twice
):
    decide(case, "limit", why="Ads")
    page = "/desk/people/mallory"
    for days in ("1", "3") if is_suspended_twice else ("3",):
        act(desk, page, "suspend", why="More ads", days=days)
    travel.shift(timedelta(days=3, minutes=1))
    with app.app_context():
        end_states()
    assert rows("user", "username = 'mallory'")[0]["state"] == "limited"
    act(desk, page, "restore")
    act(desk, page, "suspend", why="More ads", days="1")
    travel.shift(timedelta(days=1, minutes=1))
    with app.app_context():
        end_states()
    assert rows("user", "username = 'mallory'")[0]["state"] == "active"


def test_no_form_is_shown_for_the_post_of_an_equal(desk, moderator, with_role, make_post):
    for author in (with_role("omar"), with_role("boss", "administrator"), moderator):
        answer = desk.get(f"/desk/posts/{make_post(author).id}")
        assert answer.status_code == 403
        assert "You cannot moderate this person." in answer.text


def test_the_menu_offers_to_remove_what_one_may_remove(desk, spam, with_role, make_post):
    for role in ("moderator", "administrator"):
        post = make_post(with_role(f"a_{role}"[:15], role), "I am in charge")
        absent(desk.get(f"/posts/{post.id}/menu"), "a", text="Remove")
    one(desk.get(f"/posts/{spam.id}/menu"), f"a[href='/desk/posts/{spam.id}']", text="Remove")
