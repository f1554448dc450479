"""People with roles, and a post to be reported."""

import pytest

from app.accounts.models import User
from app.data.database import db
from app.moderation.models import Case
from tests.html import parse


@pytest.fixture
def with_role(app, make_user):
    """Give a function that makes a user in a role."""

    def make(name, role="moderator"):
        user = make_user(name)
        with app.app_context():
            db.session.get_one(User, user.id).set_role(role)
        return user

    return make


@pytest.fixture
def moderator(with_role):
    """Give a moderator."""
    return with_role("mo")


@pytest.fixture
def mallory(make_user):
    """Give who misbehaves."""
    return make_user("mallory", display_name="Mallory Kunz")


@pytest.fixture
def spam(mallory, make_post):
    """Give a post of theirs."""
    return make_post(mallory, "Cheap quaggas")


@pytest.fixture
def report(signed_in):
    """Give a function that reports a URL as a user; it returns the answer."""

    def report(user, url, **fields):
        client = signed_in(user)
        client.get(f"{url}/report")
        return client.post(f"{url}/report", {"reason": "spam"} | fields)

    return report


@pytest.fixture
def case(app, report, ada, spam):
    """Have ada report the post; give the id of the case."""
    assert report(ada, f"/posts/{spam.id}").status_code == 303
    with app.app_context():
        return db.session.scalars(db.select(Case.id)).one()


@pytest.fixture
def desk(signed_in, moderator):
    """Give the client of the moderator."""
    return signed_in(moderator)


@pytest.fixture
def decide(desk):
    """Give a function that decides a case as the moderator."""

    def decide(case, action, client=desk, **fields):
        client.token()
        return client.post(f"/desk/{case}/decide", {"action": action, "why": ""} | fields)

    return decide


def act(client, url, action, **fields):
    """Decide about a person or a post at the ``url`` of its page, as with its form."""
    page = client.get(url)
    form = f"main form[action='{url}'], main form[action='{url}/decide']"
    return client.submit(form, to=page, action=action, **fields)


def texts(answer, css):
    return [" ".join(node.text().split()) for node in parse(answer).css(css)]
