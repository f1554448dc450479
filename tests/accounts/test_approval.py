"""Registration with approval: the question, the queue at the desk, and the mails."""

import pytest

from app.accounts.applications import apply_to_join
from app.accounts.models import by_username
from app.accounts.registering import register
from app.accounts.signals import application_decided
from app.administration.queue_routes import MOST_AT_ONCE
from app.data.database import db, writing
from tests.client import Client
from tests.html import absent, messages, one, select, text_of

NEW = {"username": "newcomer", "email": "new@example.org", "password": "a long password"}


@pytest.fixture
def asked(make_client, set_site, ada):
    """Have somebody ask to join; ada was here before."""
    set_site(registration="approval", question="Who sent you?")
    client = make_client()
    client.get("/register")
    answer = client.submit("main form", **NEW, answer="Bruno,\r\nfrom the allotment.")
    assert (answer.status_code, answer.location) == (303, "/register/waiting")
    return client


@pytest.fixture
def moderator(bruno, give_role, signed_in):
    """Give the client of a moderator."""
    give_role(bruno, "moderator")
    return signed_in(bruno)


def waiting_ids(page):
    return [box.attributes["value"] for box in select(page, "[name=people]")]


def test_who_asks_sees_what_happens_next_and_is_not_signed_in(asked, rows):
    page = asked.get("/register/waiting")
    one(page, "h1", text="You are on the list")
    assert not asked.is_signed_in
    assert rows("user", "username = 'newcomer'")[0]["state"] == "waiting"
    assert rows("application")[0]["answer"] == "Bruno,\nfrom the allotment."
    assert asked.log_in("newcomer", NEW["password"]).status_code == 403
    assert not asked.is_signed_in
    assert asked.get("/@newcomer").status_code == 404


def test_the_question_of_the_site_is_asked_and_needs_an_answer(anonymous, ada, set_site, rows):
    set_site(registration="approval", question="Who sent you?")
    page = anonymous.get("/register")
    one(page, "label[for=answer]", text="Who sent you?")
    for answer, error in (("", "required"), ("x" * 1001, "longer than 1000")):
        page = anonymous.submit("main form", to=page, **NEW, answer=answer)
        assert page.status_code == 422
        one(page, ".invalid-feedback", text=error)
    set_site(question="")
    absent(anonymous.get("/register"), "[name=answer]")
    assert anonymous.submit("main form", **NEW).location == "/register/waiting"


def test_the_first_account_of_a_site_waits_for_nobody(anonymous, set_site, rows):
    set_site(registration="approval")
    anonymous.get("/register")
    assert anonymous.submit("main form", **NEW).status_code == 303
    assert [(row["role"], row["state"]) for row in rows("user")] == [("administrator", "active")]


def test_only_moderators_find_the_queue(asked, ada, anonymous, signed_in):
    assert anonymous.get("/desk/people").status_code == 303
    client = signed_in(ada)
    assert client.get("/desk/people").status_code == 404
    assert client.post("/desk/people", {"decision": "let_in"}).status_code == 404


def test_somebody_is_let_in_notified_by_mail_and_logs_in(app, asked, moderator, rows, make_client):
    one(moderator.get("/desk"), "a[href='/desk/people']")
    assert "1" in text_of(one(moderator.get("/"), ".nav-desk"))
    page = moderator.get("/desk/people")
    assert "from the allotment" in text_of(one(page, ".applicant"))
    fields = {"people": waiting_ids(page), "decision": "let_in"}
    page = moderator.follow(moderator.post("/desk/people", fields))
    assert messages(page) == ["1 person is in."]
    assert "1" not in text_of(one(page, ".nav-desk"))
    assert rows("application") == []
    absent(page, ".applicant")
    mail = rows("outbox_mail")[-1]
    assert (mail["recipient"], mail["subject"]) == ("new@example.org", "You can come in")
    client = make_client()
    client.get("/login?next=/explore")
    answer = client.submit("main form", login="newcomer", password=NEW["password"])
    # As for whoever joins an open site, the first steps come before the page they wanted.
    assert (answer.status_code, answer.location) == (303, "/welcome?next=/explore")
    assert make_client().log_in("newcomer", NEW["password"]).location == "/"


def test_an_account_that_a_command_made_begins_at_home(app, make_client):
    with app.app_context():
        register("newcomer", password=NEW["password"])
    assert make_client().log_in("newcomer", NEW["password"]).location == "/"


def test_somebody_is_turned_away_with_a_reason_and_nothing_is_kept(
    asked, moderator, rows, make_client
):
    page = moderator.get("/desk/people")
    fields = {"people": waiting_ids(page), "decision": "turn_away", "why": "We know no Bruno."}
    moderator.post("/desk/people", fields)
    mail = rows("outbox_mail")[-1]
    assert mail["recipient"] == "new@example.org"
    assert "We know no Bruno." in mail["body"]
    assert rows("user", "username = 'newcomer'") == []
    assert rows("application") == []
    client = make_client()
    client.get("/register")
    assert client.submit("main form", **NEW, answer="Carmen").status_code == 303


def test_many_are_decided_at_once_and_nobody_twice(
    asked, ada, moderator, make_client, rows, give_role, signed_in
):
    for n in range(3):
        client = make_client()
        client.get("/register")
        typed = {"username": f"n{n}", "email": f"n{n}@example.org", "password": "a long password"}
        client.submit("main form", **typed, answer="Me")
    ids = waiting_ids(moderator.get("/desk/people"))
    assert len(ids) == 4
    decided = []

    def note(user, **details):
        decided.append((user.username, details["is_let_in"]))

    with application_decided.connected_to(note):
        moderator.post("/desk/people", {"people": ids[:3], "decision": "let_in"})
        again = moderator.post("/desk/people", {"people": ids, "decision": "turn_away"})
    assert [each for _name, each in decided] == [True, True, True, False]
    assert messages(moderator.follow(again)) == ["1 person is turned away."]
    states = [row["state"] for row in rows("user")]
    assert states.count("active") == 5


def test_many_who_are_chosen_are_decided_a_page_at_a_time(app, moderator, rows):
    with app.app_context(), writing():
        for n in range(MOST_AT_ONCE + 2):
            apply_to_join(register(f"n{n}"), answer="Me", network="192.0.2.1")
    page = moderator.get("/desk/people")
    assert "None" not in page.text
    ids = waiting_ids(moderator.get(one(page, "#more").attributes["href"]))
    ids = [*ids, *waiting_ids(page)]
    assert len(ids) == MOST_AT_ONCE + 2
    page = moderator.follow(moderator.post("/desk/people", {"people": ids, "decision": "let_in"}))
    assert messages(page) == [
        f"{MOST_AT_ONCE} people are in. At most {MOST_AT_ONCE} at once: the others whom you chose "
        "still wait."
    ]
    # Who asked first is in.
    assert waiting_ids(page) == ids[:2]


def test_a_reason_for_nobody_is_not_lost(asked, moderator):
    fields = {"decision": "turn_away", "why": "We know <nobody>."}
    page = moderator.post("/desk/people", fields)
    assert one(page, "#why").text(deep=True) == "We know <nobody>."
    assert len(waiting_ids(page)) == 1


def test_a_moderator_decides_about_nobody_who_does_not_wait(app, asked, ada, moderator, rows):
    for people in ([str(ada.id)], ["nonsense"], ["9" * 30], []):
        fields = {"people": people, "decision": "turn_away"}
        page = moderator.post("/desk/people", fields)
        assert page.status_code == 422
        assert messages(page) == ["Nobody was chosen, or somebody else has decided already."]
    with app.app_context():
        assert db.session.scalar(by_username("ada"))


@pytest.mark.parametrize("decision", ["", "hang", "let_in\x00"])
def test_a_decision_that_is_none_is_refused(asked, moderator, decision):
    assert moderator.post("/desk/people", {"decision": decision}).status_code == 400


def test_a_reason_has_a_length(asked, moderator, rows):
    ids = waiting_ids(moderator.get("/desk/people"))
    fields = {"people": ids, "decision": "turn_away", "why": "x" * 501}
    assert moderator.post("/desk/people", fields).status_code == 413
    assert len(rows("application")) == 1


def test_who_waits_is_nowhere_to_be_found(asked, ada, signed_in, app):
    client = signed_in(ada)
    for path in ("/search?q=newcomer&by=people", "/completions?text=@new", "/explore/people"):
        assert "/@newcomer" not in client.get(path).text, path
    assert Client(app).get("/@newcomer").status_code == 404


def test_a_decision_is_in_the_log_of_the_moderators(asked, bruno, moderator, rows):
    ids = waiting_ids(moderator.get("/desk/people"))
    fields = {"people": ids, "decision": "turn_away", "why": "We know no Bruno."}
    moderator.post("/desk/people", fields)
    entry = rows("moderation_log", "action = 'turn_away'")[0]
    assert (entry["actor_id"], entry["person_id"]) == (bruno.id, int(ids[0]))
    assert entry["reason"] == "We know no Bruno."


def test_moderators_learn_of_who_asks(moderator, ada, signed_in, set_site, make_client, rows):
    moderator.get("/desk")
    moderator.press("button[formaction='/desk/mail/on']")
    set_site(registration="approval")
    client = make_client()
    client.get("/register")
    client.submit("main form", **NEW)
    told = moderator.get("/notifications")
    one(told, "article a[href='/desk/people']", text="Somebody wants to join")
    absent(signed_in(ada).get("/notifications"), "article")
    one(moderator.get("/desk"), ".tabs .tag", text="1")
    one(moderator.page, ".nav-desk .desk-badge", text="1 open case")
    mail = rows("outbox_mail", "recipient = 'bruno@example.org'")[0]
    assert mail["subject"] == "Somebody wants to join Microblog"
    assert "/desk/people" in mail["body"]


def test_nobody_is_notified_of_who_joins_an_open_site(moderator, make_client):
    client = make_client()
    client.get("/register")
    client.submit("main form", **NEW)
    absent(moderator.get("/notifications"), "article")


def test_the_network_of_who_asks_is_for_administrators(asked, ada, moderator, signed_in, give_role):
    one(moderator.get("/desk/people"), "#people p", text="@")
    assert "127.0.0.1" not in moderator.get("/desk/people").text
    give_role(ada, "administrator")
    one(signed_in(ada).get("/desk/people"), "#people p", text="127.0.0.1")
