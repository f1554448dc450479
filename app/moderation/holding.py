"""First posts with links of young accounts wait at the desk, where the site says so."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from ..accounts.models import User
from ..data.database import changed_rows, now, writing
from ..data.ids import moment_of
from ..notifications.models import withdraw_post
from ..notifications.receivers import notify_of_post
from ..posts.models import Mention, Post
from ..posts.signals import post_withdrawn, post_written
from ..posts.text import LINK
from ..site import site
from .actions import Decision, check_may_act, dismiss, log_and_notify, post_from, what_became_of
from .assignment import TakenError, close_case, close_cases
from .log import Actor
from .models import HELD, Case, LogEntry, Report, is_open_report
from .notifying import notify_of_case

# How a link to another site begins in the HTML of a post.
LINK_BEGINS = LINK.partition("{")[0] + "http"

# What becomes of a post that waits, by action.
_AFTER = {"let_through": "shown", "refuse": "refused"}


@post_written.connect
def _hold(post: Post, **_more: Any) -> None:
    if not _must_wait(post):
        return
    with writing() as session:
        post.hold()
        withdraw_post(post.id)
        subject = {"person_id": post.author_id, "post_id": post.id}
        # It may have been reported before it was edited.
        found = select(Case).where(is_open_report()).filter_by(**subject)
        case = session.scalar(found) or Case(**subject)
        case.reason, case.words = HELD, post.body
        session.add(case)
        session.flush()
        notify_of_case(case)


@post_withdrawn.connect
def _close(post: Post, **_more: Any) -> None:
    """Close the case of a post that its author deleted while it waited, unless it was reported."""
    of_post = (Case.post_id == post.id, Case.reason == HELD)
    close_cases(*of_post, Case.reports_count == 0)
    first = select(Report.reason).where(Report.case_id == Case.id).order_by(Report.id).limit(1)
    reported = update(Case).where(*of_post, Case.closed_at.is_(None))
    with writing() as session:
        changed_rows(session, reported.values(reason=first.scalar_subquery(), words=""))


def _must_wait(post: Post) -> bool:
    """Whether ``post`` has a link, and its author is new and has no other with a link."""
    days = site().links_wait_days
    if not days or LINK_BEGINS not in post.body_html:
        return False
    with writing() as session:
        author = session.get_one(User, post.author_id)
        if author.role != "member" or moment_of(author.id) < now() - timedelta(days=days):
            return False
        others = select(Post.id).where(
            Post.author_id == author.id,
            Post.id != post.id,
            Post.deleted_at.is_(None),
            Post.body_html.contains(LINK_BEGINS, autoescape=True),
        )
        return session.scalar(others.limit(1)) is None


def let_through(moderator: Actor, case: Case, decision: Decision) -> LogEntry:
    """Publish the post of ``case``, which waited; its author is notified."""
    return _decide(moderator, case, decision, "let_through")


def refuse(moderator: Actor, case: Case, decision: Decision) -> LogEntry:
    """Have nobody see the post of ``case``, which waited; its author is notified of the reason."""
    return _decide(moderator, case, decision, "refuse")


def _decide(moderator: Actor, case: Case, decision: Decision, action: str) -> LogEntry:
    with writing() as session:
        post = session.get(Post, case.post_id)
        if post is None or post.author_id is None:
            # The account is gone, and the post with it.
            return dismiss(moderator, case, decision)
        check_may_act(moderator, post.author)
        close_case(moderator, case)
        done = publish_held(post) if action == "let_through" else post.refuse(decision.rule)
        if not done:
            raise TakenError(what_became_of(post))
        values = {"post_id": post.id} | post_from("waiting", _AFTER[action])
        return log_and_notify(moderator, action, decision, case, post.author, **values)


def publish_held(post: Post) -> bool:
    """Show a post that waited, and notify whom it is about; False if it does not wait."""
    with writing() as session:
        if not post.let_through():
            return False
        mentioned = session.scalars(select(Mention.user_id).where(Mention.post_id == post.id))
        notify_of_post(post, mentioned=mentioned.all())
    return True
