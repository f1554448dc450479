"""Invitations: who joins with them, who makes them, and when they end."""

from datetime import timedelta

import pytest

from app.accounts.invitations import MOST_OPEN_BY_MEMBERS, invite, open_invitation
from app.accounts.leaving import delete_account, leave
from app.accounts.models import User
from app.data.database import db
from app.site import site_now
from tests.html import absent, messages, one, select, text_of

NEW = {"username": "newcomer", "email": "new@example.org", "password": "a long password"}


@pytest.fixture
def make_invitation(app):
    """Give a function that makes an invitation and returns its code."""

    def make(by=None, **options):
        with app.app_context():
            return invite(by, **options).code

    return make


def join(client, code, **typed):
    page = client.get(f"/register?invitation={code}")
    if page.status_code != 200:
        return page
    return client.submit("main form", **NEW | typed)


def test_by_invitation_only_those_who_have_one_join(
    ada, make_client, set_site, make_invitation, rows
):
    set_site(registration="invite")
    page = make_client().get("/register")
    assert page.status_code == 403
    one(page, "h1", text="Only with an invitation")
    assert make_client().post("/register", NEW).status_code == 403
    absent(make_client().get("/"), "a[href^='/register']")
    code = make_invitation(ada)
    assert join(make_client(), code).status_code == 303
    newcomer = rows("user")[-1]
    assert newcomer["state"] == "active"
    assert [row["user_id"] for row in rows("invited")] == [newcomer["id"]]
    assert rows("invitation")[0]["used"] == 1


@pytest.mark.parametrize("code", ["", "nonsense", "x" * 500, "\x00", "é", "%00", "a&b=c"])
def test_a_code_that_is_none_opens_nothing(anonymous, set_site, code):
    set_site(registration="invite")
    assert anonymous.get("/register", query_string={"invitation": code}).status_code == 403
    assert anonymous.post("/register", NEW | {"invitation": code}).status_code == 403


def test_an_invitation_is_used_up_ends_and_is_revoked(
    app, ada, make_client, set_site, make_invitation, travel
):
    set_site(registration="invite")
    for n, (options, act) in enumerate(
        (
            ({"uses": 1}, lambda code: join(make_client(), code)),
            ({"days": 1}, lambda code: travel.shift(timedelta(days=1, seconds=1))),
            ({}, lambda code: open_invitation(code).revoke()),
        )
    ):
        code = make_invitation(ada, **options)
        with app.app_context():
            act(code)
        typed = {"username": f"late{n}", "email": f"late{n}@example.org"}
        assert join(make_client(), code, **typed).status_code == 403


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_what_was_typed_is_kept_where_the_invitation_ended_meanwhile(
    app, ada, anonymous, set_site, make_invitation, registration
):
    set_site(registration="invite")
    code = make_invitation(ada)
    anonymous.get(f"/register?invitation={code}")
    with app.app_context():
        open_invitation(code).revoke()
    set_site(registration=registration)
    refused = anonymous.submit("main form", **NEW)
    assert refused.status_code == 403
    typed = [field.text().strip() for field in select(refused, "textarea")]
    assert typed == ["newcomer", "new@example.org"]


def test_with_approval_who_has_an_ended_invitation_reads_why_there_is_a_question(
    app, ada, anonymous, set_site, make_invitation
):
    set_site(registration="approval", question="Why?")
    code = make_invitation(ada)
    said = "Your invitation has ended, or others have used it up."
    assert said not in anonymous.get(f"/register?invitation={code}").text
    with app.app_context():
        open_invitation(code).revoke()
    asked = anonymous.submit("main form", **NEW)
    assert asked.status_code == 422
    assert said in asked.text
    assert said not in anonymous.get("/register").text


def test_of_concurrent_uses_no_more_succeed_than_there_are(
    app, make_client, set_site, make_invitation, together, rows
):
    set_site(registration="invite")
    code = make_invitation(uses=3)
    clients = [make_client() for _ in range(8)]
    for client in clients:
        client.get(f"/register?invitation={code}")

    def act(n):
        fields = {"username": f"n{n}", "email": f"n{n}@example.org", "password": "a long password"}
        return clients[n].post("/register", fields | {"invitation": code}).status_code

    assert sorted(together(act, range(8))) == [303] * 3 + [403] * 5
    assert len(rows("user")) == 3
    assert rows("invitation")[0]["used"] == 3


def test_with_approval_an_invited_person_comes_in_at_once(
    make_client, set_site, make_invitation, rows
):
    set_site(registration="approval", question="Who sent you?")
    page = make_client().get(f"/register?invitation={make_invitation()}")
    absent(page, "[name=answer]")
    assert join(make_client(), make_invitation()).status_code == 303
    assert rows("user")[0]["state"] == "active"


def test_closed_stays_closed_for_invited_people(make_client, set_site, make_invitation):
    set_site(registration="closed")
    assert join(make_client(), make_invitation()).status_code == 403


def test_an_invitation_survives_an_error_at_a_field(make_client, set_site, make_invitation):
    set_site(registration="invite")
    client = make_client()
    answer = join(client, make_invitation(), password="short")
    assert answer.status_code == 422
    assert client.submit("main form", to=answer, password=NEW["password"]).status_code == 303


def test_members_invite_where_the_site_says_so_and_moderators_always(
    ada, bruno, signed_in, give_role, set_site
):
    set_site(registration="invite")
    give_role(bruno, "moderator")
    member, moderator = signed_in(ada), signed_in(bruno)
    assert member.get("/settings/invitations").status_code == 404
    assert member.post("/settings/invitations", {"uses": "1", "days": "7"}).status_code == 404
    absent(member.get("/settings/profile"), "a[href='/settings/invitations']")
    assert moderator.get("/settings/invitations").status_code == 200
    set_site(members_invite=True)
    one(member.get("/settings/profile"), "a[href='/settings/invitations']")


def test_somebody_makes_a_link_gives_it_away_and_sees_who_came(
    ada, signed_in, make_client, set_site
):
    set_site(registration="invite", members_invite=True)
    client = signed_in(ada)
    client.get("/settings/invitations")
    answer = client.submit("main form.form", uses="2", days="3")
    page = client.follow(answer)
    assert messages(page) == ["Here is your invitation: copy its link."]
    link = one(page, ".invitation input").attributes["value"]
    assert join(make_client(), link.partition("invitation=")[2]).status_code == 303
    page = client.get("/settings/invitations")
    assert "@newcomer" in text_of(one(page, ".invitation"))
    assert "Used 1 of 2" in text_of(one(page, ".invitation"))
    assert "ends" in text_of(one(page, ".invitation"))
    revoke = one(page, ".invitation button").attributes["formaction"]
    page = client.follow(client.post(revoke))
    absent(page, ".invitation input")
    assert "ended" in text_of(one(page, ".invitation"))


def test_an_invitation_that_is_used_up_says_no_day_to_come(
    ada, signed_in, make_client, set_site, make_invitation
):
    set_site(registration="invite", members_invite=True)
    join(make_client(), make_invitation(ada))
    said = text_of(one(signed_in(ada).get("/settings/invitations"), ".invitation"))
    assert "Used 1 of 1" in said
    assert "ended" not in said


def test_nobody_revokes_the_invitation_of_another(
    ada, bruno, signed_in, set_site, make_invitation, rows
):
    set_site(registration="invite", members_invite=True)
    make_invitation(ada)
    id = rows("invitation")[0]["id"]
    assert signed_in(bruno).post(f"/settings/invitations/{id}/revoke").status_code == 404


@pytest.mark.parametrize(
    ("typed", "error"),
    [({"uses": "0"}, "between"), ({"uses": "11"}, "between"), ({"days": "366"}, "between")],
)
def test_a_wrong_number_is_refused_at_its_field(ada, signed_in, set_site, typed, error):
    set_site(members_invite=True)
    client = signed_in(ada)
    client.get("/settings/invitations")
    answer = client.submit("main form.form", **typed)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text=error)


def test_a_member_has_only_so_many_open_invitations(ada, signed_in, set_site, make_invitation):
    set_site(members_invite=True)
    for _ in range(MOST_OPEN_BY_MEMBERS):
        make_invitation(ada)
    client = signed_in(ada)
    select(client.get("/settings/invitations"), ".invitation", count=MOST_OPEN_BY_MEMBERS)
    assert client.submit("main form.form").status_code == 422


def test_the_commands_make_list_and_revoke(app, make_client, set_site):
    run = app.test_cli_runner().invoke
    set_site(registration="invite")
    link = run(args=["invite", "create", "--uses", "2"]).output.strip()
    assert link.startswith("http://")
    code = link.partition("invitation=")[2]
    assert "used 0 of 2" in run(args=["invite", "list"]).output
    assert join(make_client(), code).status_code == 303
    revoked = run(args=["invite", "revoke", link])
    assert revoked.exit_code == 0
    assert run(args=["invite", "list"]).output == ""
    assert run(args=["invite", "revoke", "nonsense"]).exit_code == 1
    assert "no invitation -x" in run(args=["invite", "revoke", "-x"]).output
    with app.app_context():
        assert site_now().registration == "invite"


def test_nobody_joins_with_an_invitation_of_who_is_suspended(
    app, ada, make_client, set_site, make_invitation, rows
):
    """Who is suspended would come back by their own link."""
    set_site(registration="invite", members_invite=True)
    code = make_invitation(ada, uses=5)
    late = make_client()
    page = late.get(f"/register?invitation={code}")
    with app.app_context():
        db.session.get_one(User, ada.id).set_state("suspended")
    assert join(make_client(), code).status_code == 403
    assert late.submit("main form", to=page, **NEW).status_code == 403
    with app.app_context():
        db.session.get_one(User, ada.id).set_state("active")
    assert join(make_client(), code).status_code == 303
    assert rows("invitation")[0]["used"] == 1


def test_who_invited_whom_is_kept_once_the_inviter_has_left(
    app, ada, bruno, make_client, set_site, make_invitation, give_role, signed_in, rows
):
    set_site(registration="invite")
    code, from_commands = make_invitation(ada, uses=2), make_invitation()
    join(make_client(), code)
    join(make_client(), from_commands, username="another", email="another@example.org")
    with app.app_context():
        leave(db.session.get_one(User, ada.id), within=timedelta(0))
        delete_account(ada.id)
    assert rows("invitation")[0]["made_by_id"] == ada.id
    give_role(bruno, "administrator")
    boss = signed_in(bruno)
    for name, who in (("newcomer", "somebody who has left"), ("another", "the command line")):
        one(boss.get(f"/desk/people/{name}"), ".desk-facts a", text=f"an invitation of {who}")
    typed = {"username": "late", "email": "late@example.org"}
    assert join(make_client(), code, **typed).status_code == 403
