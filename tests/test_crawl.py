"""A crawl of the demo community as six people: no link of ours leads to an error."""

import os
from collections import deque
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from app.accounts.applications import apply_to_join
from app.accounts.invitations import invite, join_with
from app.accounts.models import by_username
from app.accounts.registering import register
from app.administration.models import announce
from app.community.demo import PASSWORD, load_demo
from app.community.loading import load_folder
from app.data.database import db, writing
from app.follows.models import block
from app.moderation.actions import Decision, remove_post, suspend
from app.moderation.log import Moderator
from app.moderation.reporting import report
from app.posts.models import Post
from app.site import Rule, change_site
from tests.client import Client
from tests.html import parse

pytestmark = pytest.mark.thorough

# A folder with users.csv, follows.csv and posts.csv, to crawl in place of the demo.
FOLDER = os.environ.get("CRAWL")
PAGES = 2_000


def crawl(client: Client, start: str = "/", most: int = PAGES) -> dict[str, tuple[int, str]]:
    """Follow links within the site; return the status of every page, and which one led to it."""
    seen, waiting = {}, deque([(start, "")])
    while waiting and len(seen) < most:
        path, led_here = waiting.popleft()
        if path in seen:
            continue
        answer = client.get(path)
        seen[path] = answer.status_code, led_here
        if answer.status_code in (302, 303):
            waiting.append((answer.location, path))
        if answer.mimetype != "text/html":
            continue
        for link in parse(answer).css("a[href], [hx-get]"):
            target = link.attributes.get("hx-get") or link.attributes["href"]
            url = urlsplit(urljoin(f"http://localhost{path}", target))
            if url.netloc == "localhost":
                waiting.append((url.path + (f"?{url.query}" if url.query else ""), path))
    return seen


@pytest.fixture(scope="module")
def community(make_app, make_database):
    """Give an application with a community in it, in which two people blocked each other."""
    app = make_app({"DATABASE_URL": make_database()})
    runner = app.test_cli_runner()
    runner.invoke(args=["db", "upgrade"])
    with app.app_context():
        if FOLDER:
            load_folder(Path(FOLDER), PASSWORD)
        else:
            load_demo(with_pictures=False)
        demo = ("ada", "bruno", "greta", "carmen", "farid")
        names = tuple(f"user{n}" for n in (80, 0, 1, 2, 3)) if FOLDER else demo
        people = [db.session.scalars(by_username(name)).one() for name in names]
        block(people[0], people[1])
        block(people[1], people[0])
        replied_to = select(Post).where(Post.replies_count > 0, Post.author_id == people[1].id)
        for post in db.session.scalars(replied_to.limit(1)):
            post.delete()
        be_moderated(*people[1:])
        return app, names


def be_moderated(blocked, member, moderator, administrator):
    """Have something of each kind at the desk, and on the pages of administrators."""
    with writing():
        moderator.set_role("moderator")
        administrator.set_role("administrator")
        change_site(rules=[Rule("Be kind")], members_invite=True, about="[Tea](/tags/tea)")
        announce("Read [the rules](/about).", administrator)
        applicant, spammer = register("applicant"), register("spammer")
        apply_to_join(applicant, answer="Tea.", network="192.0.2.1")
        join_with(invite(member, uses=2), spammer)
        newest = select(Post).where(Post.author_id == blocked.id, Post.deleted_at.is_(None))
        removed, *reported = db.session.scalars(newest.order_by(Post.id.desc()).limit(3)).all()
        for post in (*reported, None):
            report(member, blocked, post, reason="spam", words="Ads")
        remove_post(Moderator(), removed, Decision("Be kind", "It was not."))
        suspend(Moderator(), spammer, Decision(reason="Ads"))


WHO = ("blocks", "is blocked", "member", "moderator", "administrator", "anonymous")


@pytest.mark.parametrize("number", range(6), ids=WHO)
def test_no_link_leads_to_an_error(community, number):
    app, names = community
    client = Client(app)
    if number < 5:
        client.log_in(names[number], PASSWORD)
        assert client.is_signed_in
    seen = crawl(client)
    assert len(seen) > 50
    wrong = {path: found for path, found in seen.items() if found[0] >= 400}
    assert not wrong
