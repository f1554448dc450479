"""A small hand-written community: a village choir, a bakery, a repair café, and some weather."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ..accounts.models import User, by_username
from ..data.database import db, now, writing
from ..moderation.actions import Decision, warn
from ..moderation.reporting import appeal, report
from ..posts.models import Post
from ..posts.reposting import repost
from ..reactions.models import bookmark, like
from ..site import Rule, change_site
from .demo_pictures import PICTURES
from .demo_preview import show_previews
from .loading import load

FILE = Path(__file__).with_name("demo.json")
PASSWORD = "demo-demo"  # noqa: S105


def load_demo(*, with_pictures: bool = True) -> bool:
    """Load the demo community, with times counted back from now; False if it was loaded before."""
    if db.session.scalar(by_username("ada")):
        return False
    demo = json.loads(FILE.read_text(encoding="utf-8"))
    if not with_pictures:
        for post in demo["posts"]:
            post.pop("pictures", None)
    joined = (now() - timedelta(days=40)).isoformat()
    load(
        [person | {"created_at": joined} for person in demo["people"]],
        [
            {"follower": person["username"], "followed": followed}
            for person in demo["people"]
            for followed in person["follows"]
        ],
        [
            row
            for number, post in enumerate(demo["posts"])
            for row in (
                _row(post, number=str(number)),
                *(_row(reply, in_reply_to=str(number)) for reply in post.get("replies", ())),
            )
        ],
        PASSWORD,
        lambda name: PICTURES[name](),
    )
    _react(demo["posts"])
    show_previews(demo["posts"])
    _moderate(demo)
    return True


def _moderate(demo: dict[str, Any]) -> None:
    """Make ada an administrator and bruno a moderator, who have reports and a decision."""
    change_site(rules=tuple(Rule(*each) for each in demo["rules"]))
    people = {user.username: user for user in db.session.scalars(select(User))}
    people["ada"].set_role("administrator")
    people["bruno"].set_role("moderator")
    for each in demo["posts"]:
        for reporter, (reason, words) in each.get("reported_by", {}).items():
            post = db.session.scalars(select(Post).where(Post.body == each["body"])).one()
            report(people[reporter], post.author, post, reason=reason, words=words)
    warning = Decision("Be kind", "Not about the people beside you, please.")
    entry = warn(people["bruno"], people["vex"], warning)
    appeal(people["vex"], entry, "I meant nobody here. It was about the radio.")


def _row(post: dict[str, Any], **more: str) -> dict[str, str]:
    written = now() - timedelta(minutes=post["minutes_ago"])
    pictures = post.get("pictures", {})
    return {
        "pictures": "\n".join(pictures),
        "descriptions": "\n".join(pictures.values()),
        "sensitive": "yes" if post.get("sensitive") else "",
        "author": post["author"],
        "created_at": written.isoformat(),
        "body": post["body"],
        **more,
    }


def _react(posts: list[dict[str, Any]]) -> None:
    people = {user.username: user for user in db.session.scalars(select(User))}
    with writing() as session:
        for post in posts:
            found = session.scalars(select(Post).where(Post.body == post["body"])).one()
            for by, react in (("liked_by", like), ("reposted_by", repost)):
                for username in post.get(by, ()):
                    react(people[username], found)
            for username in post.get("bookmarked_by", ()):
                bookmark(people[username], found)
