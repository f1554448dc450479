"""What moderators open and do costs few statements, however much there is at the desk."""

import pytest

from app.accounts.applications import apply_to_join
from app.accounts.models import User
from app.administration.models import announce, cached_announcements
from app.data.database import db, writing
from app.follows.models import follow
from app.mail.models import OutboxMail
from app.moderation.actions import Decision, warn
from app.moderation.log import Moderator
from app.moderation.models import CannedReason, Case
from app.moderation.notes import add_note
from app.moderation.reporting import appeal, report
from app.site import Rule, change_site, site_now
from tests.html import attributes

pytestmark = pytest.mark.thorough

# More than the statements by which a request may stay below its budget.
MANY = 8


@pytest.fixture
def community(app, make_user, make_post):
    """Have many of everything at the desk; give the ids in URLs."""
    with app.app_context():
        boss, mo, mallory = (make_user(name) for name in ("boss", "mo", "mallory"))
        boss.set_role("administrator")
        mo.set_role("moderator")
        people = [make_user(password=None) for _ in range(MANY)]
        reported = make_post(mallory, "Cheap quaggas")
        rules = tuple(Rule(f"Rule {n}") for n in range(MANY))
        change_site(links_wait_days=7, rules=rules)
        held = make_post(people[0], "Quaggas at https://quagga.example/")
        with writing() as session:
            for n, person in enumerate(people):
                report(person, mallory, reported, reason="spam")
                report(boss, person, make_post(person, f"Post {n}"), reason="spam")
                follow(person, mallory)
                make_post(mallory, f"Post {n}")
                add_note(boss, mallory.id, f"Note {n}")
                entry = warn(Moderator(mo.id), mallory, Decision(reason=f"Because {n}"))
                session.add(CannedReason(words=f"Reason {n}"))
                mail = OutboxMail(recipient=f"{n}@example.org", subject="Hi", attempts=2)
                session.add(mail)
                announcement = announce(f"Announcement {n}")
                mallory.sign_in(address=f"192.0.2.{n}", agent="", remembered=False)
                applicant = make_user(f"applicant{n}")
                apply_to_join(applicant, answer="Bread", network="192.0.2.0")
            appealed = appeal(mallory, entry, "No")
        found = {"post": reported.id, "entry": entry.id, "appeal": appealed.id}
        found |= {"applicant": applicant.id, "mail": mail.id, "announcement": announcement.id}
        cases = {"case": reported.id, "held": held.id}
        for name, post in cases.items():
            found[name] = db.session.scalars(db.select(Case.id).filter_by(post_id=post)).one()
        site_now()
        cached_announcements.stored()
    return found


@pytest.fixture
def queued(app):
    """Have jobs wait in the queue, as for the worker."""
    huey = app.extensions["jobs"].open()
    huey.immediate = False
    yield
    huey.flush()
    huey.immediate = True


@pytest.fixture
def cost(app, community, signed_in, statements, queued):
    """Give a function that returns the statements of a request of the administrator."""
    client = signed_in(type("Named", (), {"username": "boss"}))
    client.token()

    def cost(url, fields=None):
        url = url.format(**community)
        named = {
            name: value if isinstance(value, list) else value.format(**community)
            for name, value in (fields or {}).items()
        }
        if "action" in named:
            page = client.get(url.removesuffix("/decide"))
            seen = attributes(page, "[name=seen]", "value")
            named |= {"seen": seen[0]} if seen else {}
        with statements() as sent:
            answer = client.get(url) if fields is None else client.post(url, named)
        assert answer.status_code == (200 if fields is None else 303), answer.text
        return sent

    return cost


FILTERS = "q=person&role=member&state=active&network=192&invited_by=x&unconfirmed=y"
PAGES = {
    "/desk": 4,
    "/desk?by=reports": 4,
    "/desk?reason=spam": 4,
    "/desk/{case}": 11,
    "/desk/{held}": 11,
    "/desk/{appeal}": 12,
    "/desk/people/mallory": 9,
    "/desk/people/mallory/removal": 4,
    "/desk/people/mallory/delete": 4,
    "/desk/posts/{post}": 6,
    "/desk/reasons": 4,
    "/desk/log": 4,
    "/desk/log?by=mo&action=warn&to=mallory": 4,
    "/desk/people": 4,
    "/admin": 6,
    "/admin/people": 4,
    f"/admin/people?{FILTERS}": 4,
    "/admin/people/bulk?network=192.": 5,
    "/admin/mails": 4,
    "/settings/site": 4,
    "/settings/site/lists": 4,
    "/settings/site/announcements": 4,
}


def test_pages_send_few_statements_and_none_twice(cost):
    for url, budget in PAGES.items():
        sent = cost(url)
        assert len(sent) <= budget, (url, sent)
        assert len(set(sent)) == len(sent), url


CASE, APPEAL, HELD = "/desk/{case}/decide", "/desk/{appeal}/decide", "/desk/{held}/decide"
PERSON, POST = "/desk/people/mallory/decide", "/desk/posts/{post}"
DECISIONS = [
    (CASE, "dismiss", 14),
    (CASE, "remove", 24),
    (CASE, "mark", 20),
    (CASE, "warn", 18),
    (CASE, "limit", 23),
    (CASE, "suspend", 29),
    (APPEAL, "undo", 21),
    (APPEAL, "uphold", 18),
    (HELD, "let_through", 24),
    (HELD, "refuse", 19),
    # With the open case about the post, which the decision closes.
    (POST, "remove", 25),
    (POST, "mark", 21),
    (PERSON, "warn", 14),
    (PERSON, "limit", 18),
    (PERSON, "suspend", 24),
    (PERSON, "remove_all", 14),
]
ACTIONS = [
    *((url, {"action": action, "why": "Why"}, budget) for url, action, budget in DECISIONS),
    ("/desk/{case}/take", {}, 9),
    ("/desk/{case}/release", {}, 6),
    ("/desk/log/{entry}/undo", {}, 13),
    ("/desk/people/mallory/note", {"words": "Again"}, 9),
    ("/desk/people/mallory/role", {"role": "moderator"}, 9),
    ("/desk/people/mallory/delete", {"typed_username": "mallory", "why": "Why"}, 20),
    ("/desk/reasons", {"words": "Again"}, 8),
    ("/desk/mail/on", {}, 4),
    ("/desk/people", {"people": "{applicant}", "decision": "let_in"}, 19),
    ("/desk/people", {"people": "{applicant}", "decision": "turn_away"}, 10),
    ("/admin/mails/{mail}/send", {}, 8),
    ("/settings/site/announcements", {"text": "We move."}, 7),
    ("/settings/site/announcements/{announcement}/end", {}, 7),
    ("/settings/site/lists", {"blocked_words": "pills"}, 10),
    ("/settings/invitations", {"uses": "1", "days": "1"}, 7),
]


@pytest.mark.parametrize(("url", "fields", "budget"), ACTIONS, ids=str)
def test_an_action_sends_few_statements(url, fields, budget, cost):
    sent = cost(url, fields)
    assert len(sent) <= budget, sent


def test_many_are_let_in_with_few_statements_each(app, cost):
    with app.app_context():
        ids = db.session.scalars(db.select(User.id).filter_by(state="waiting")).all()
    assert len(ids) == MANY
    sent = cost("/desk/people", {"people": [str(id) for id in ids], "decision": "let_in"})
    assert len(sent) <= 5 + 15 * MANY, sent
    # Of each a mail and an index; what the community looks like is worked out once.
    jobs = app.extensions["jobs"].open().storage
    assert len(jobs.enqueued_items()) <= 2 * MANY + 1
