"""The desk and the log, as statements that nobody has run yet. They find hidden people too."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from ..accounts.applications import Application
from ..accounts.models import User
from ..accounts.seen_addresses import SeenAddress
from ..data.database import AnySelect
from ..data.keyset import Window, row_count
from ..follows.queries import USER_ID, VIEWER_ID, Audience
from ..media.models import Picture
from ..posts.models import Post
from ..posts.queries import POST_ID, visible_to
from .in_force import is_in_force, is_undone
from .models import NOTIFIED, QUIET, CannedReason, Case, LogEntry, MailedModerator, Note, Report

CASE_ID = bindparam("case_id", type_=BigInteger)
ENTRY_ID = bindparam("entry_id", type_=BigInteger)
REASON = bindparam("reason", type_=String)
# Rows of the history of a person.
MOST_SHOWN = 50


def open_cases_of_user() -> ColumnElement[int]:
    """Return how much is open at the desk for a moderator: a column; 0 for others.

    That is cases, and people who wait to be let in.
    """
    is_open = (Case.closed_at.is_(None), Case.person_id != User.id)
    count = select(func.count(Case.id)).where(*is_open).correlate(User).scalar_subquery()
    waiting = select(func.count(Application.user_id)).scalar_subquery()
    return case((User.role != "member", count + waiting), else_=0)


@cache
def canned_reasons() -> AnySelect:
    """Select the ready-made reasons."""
    found = select(CannedReason.id, CannedReason.words).order_by(CannedReason.id)
    return found.limit(row_count(MOST_SHOWN))


@cache
def desk(window: Window, *, by_reports: bool, of_reason: bool) -> AnySelect:
    """Select the open cases that do not concern the viewer: the oldest or most reported first.

    With ``of_reason``, only those with a report for the ``reason`` (bind parameter), and appeals or
    posts that wait, where that is the reason. Each has the ``evidence`` of its first report.
    """
    found = _cases().where(Case.closed_at.is_(None), Case.person_id != VIEWER_ID)
    if of_reason:
        reported = select(Report.id).where(Report.case_id == Case.id, Report.reason == REASON)
        found = found.where(or_(Case.reason == REASON, reported.exists()))
    return window.of(found, *((Case.reports_count, Case.id) if by_reports else (Case.id,)))


@cache
def around_desk() -> AnySelect:
    """Select whether the viewer gets mails (``is_mailed``), and how many ``applicants`` wait."""
    mailed = select(MailedModerator.user_id).where(MailedModerator.user_id == VIEWER_ID)
    waiting = select(func.count(Application.user_id)).scalar_subquery()
    return select(mailed.exists().label("is_mailed"), waiting.label("applicants"))


@cache
def one_case() -> AnySelect:
    """Select the case ``case_id``, open or not, if it does not concern the viewer."""
    return _cases().where(Case.id == CASE_ID, Case.person_id != VIEWER_ID)


def _cases() -> AnySelect:
    """Select cases; ``kinds`` has the reasons of their other reports than the first, in lines."""
    person, taker = aliased(User), aliased(User)
    first = select(Report.evidence).where(Report.case_id == Case.id).order_by(Report.id)
    one = first.limit(row_count(1)).offset(row_count(0)).scalar_subquery()
    other = select(Report.reason).where(Report.case_id == Case.id, Report.reason != Case.reason)
    named = other.correlate(Case).distinct().subquery()
    kinds = select(func.aggregate_strings(named.c.reason, "\n")).scalar_subquery()
    has_post = select(Post.id).where(Post.id == Case.post_id, Post.deleted_at.is_(None)).exists()
    columns = (
        Case.id,
        Case.person_id,
        Case.post_id,
        Case.reason,
        Case.reports_count,
        Case.appeals_id,
        Case.words,
        Case.taken_by_id,
        Case.closed_at,
        kinds.label("kinds"),
        person.username,
        person.display_name,
        person.role,
        has_post.label("has_post"),
        taker.username.label("taken_by"),
        one.label("evidence"),
    )
    found = select(*columns).outerjoin(person, person.id == Case.person_id)
    return found.outerjoin(taker, taker.id == Case.taken_by_id)


@cache
def reports() -> AnySelect:
    """Select the reports of the case ``case_id``, the first first."""
    columns = (Report.id, Report.reason, Report.words, Report.evidence, User.username)
    found = select(*columns).outerjoin(User, User.id == Report.reporter_id)
    return found.where(Report.case_id == CASE_ID).order_by(Report.id).limit(row_count(MOST_SHOWN))


@cache
def seen_posts() -> AnySelect:
    """Select the ids, of the ``ids``, of the posts that the viewer may see outside the desk."""
    ids: Any = bindparam("ids", expanding=True)
    return select(Post.id).where(Post.id.in_(ids), visible_to(Audience.FILTERED))


@cache
def pictures() -> AnySelect:
    """Select the pictures of the post ``post_id``, whoever sees it: ``key`` and ``description``."""
    found = select(Picture.key, Picture.description)
    there = found.where(Picture.post_id == POST_ID, Picture.removed_at.is_(None))
    return there.order_by(Picture.place, Picture.id)


@cache
def history() -> AnySelect:
    """Select what was done to ``user_id``, the latest first.

    Also whether it ``is_undone``, and ``is_in_force``.
    """
    found = _entries().where(LogEntry.person_id == USER_ID, LogEntry.action.not_in(QUIET))
    return found.limit(row_count(MOST_SHOWN))


@cache
def history_of_post() -> AnySelect:
    """Select what was done to the post ``post_id`` of ``user_id``, as :func:`history` does."""
    found = _entries().where(LogEntry.person_id == USER_ID, LogEntry.post_id == POST_ID)
    return found.limit(row_count(MOST_SHOWN))


@cache
def entry() -> AnySelect:
    """Select the entry ``entry_id`` of the log."""
    return _entries().where(LogEntry.id == ENTRY_ID)


def _entries() -> AnySelect:
    actor = aliased(User)
    found = select(*LOGGED, *_holding(), actor.username.label("actor"))
    return found.outerjoin(actor, actor.id == LogEntry.actor_id).order_by(LogEntry.id.desc())


def _holding() -> tuple[Any, ...]:
    return is_undone().label("is_undone"), is_in_force().label("is_in_force")


_undone = aliased(LogEntry)
_undone_action = select(_undone.action).where(_undone.id == LogEntry.undoes_id).scalar_subquery()
LOGGED: tuple[Any, ...] = (
    LogEntry.id,
    LogEntry.actor_id,
    LogEntry.action,
    LogEntry.person_id,
    LogEntry.post_id,
    LogEntry.case_id,
    LogEntry.rule,
    LogEntry.reason,
    LogEntry.before,
    LogEntry.after,
    _undone_action.label("undone"),
)


@cache
def notes() -> AnySelect:
    """Select the notes about ``user_id``, the latest first; nobody reads those about themselves."""
    found = select(Note.id, Note.words, Case.id.label("case_id"), User.username)
    found = found.outerjoin(Case, Case.id == Note.case_id)
    found = found.outerjoin(User, User.id == Note.author_id).where(Note.person_id == USER_ID)
    found = found.where(Note.person_id != VIEWER_ID)
    return found.order_by(Note.id.desc()).limit(row_count(MOST_SHOWN))


@cache
def other_cases() -> AnySelect:
    """Select the other cases about ``user_id`` than ``case_id``, the latest first.

    Nobody finds those about themselves.
    """
    found = select(Case.id, Case.reason, Case.reports_count, Case.closed_at)
    found = found.where(Case.person_id == USER_ID, Case.id != CASE_ID, Case.person_id != VIEWER_ID)
    return found.order_by(Case.id.desc()).limit(row_count(MOST_SHOWN))


@cache
def addresses() -> AnySelect:
    """Select the addresses from which ``user_id`` came lately, the latest first."""
    found = select(SeenAddress.address).where(SeenAddress.user_id == USER_ID)
    return found.order_by(SeenAddress.seen_at.desc()).limit(row_count(MOST_SHOWN))


@cache
def decisions(window: Window) -> AnySelect:
    """Select what was decided about the viewer, and whether they have appealed (``appealed``).

    ``body`` is the text of the post that it is about, as long as that is kept.
    """
    appealed = select(Case.id).where(Case.appeals_id == LogEntry.id).exists()
    found = select(*LOGGED, appealed.label("appealed"), *_holding())
    body = select(Post.body).where(Post.id == LogEntry.post_id).scalar_subquery()
    found = found.add_columns(body.label("body"))
    found = found.where(
        LogEntry.person_id == VIEWER_ID, LogEntry.action.in_((*NOTIFIED, "let_through"))
    )
    return window.of(found, LogEntry.id)


@cache
def own_reports() -> AnySelect:
    """Select what the viewer reported lately, and the ``action`` by which it was decided."""
    latest = select(LogEntry.action).where(
        LogEntry.case_id == Case.id, LogEntry.action.not_in(QUIET)
    )
    action = latest.order_by(LogEntry.id.desc()).limit(row_count(1)).scalar_subquery()
    found = select(Report.id, Report.reason, Report.evidence, Case.closed_at)
    found = found.add_columns(action.label("action")).join(Case, Case.id == Report.case_id)
    found = found.where(Report.reporter_id == VIEWER_ID).order_by(Report.id.desc())
    return found.limit(row_count(MOST_SHOWN))


def last_decision_of() -> AnySelect:
    """Select the suspension of ``user_id`` that is in force, and whether they have appealed."""
    appealed = select(Case.id).where(Case.appeals_id == LogEntry.id).exists()
    found: Any = select(*LOGGED, appealed.label("appealed"))
    return found.where(LogEntry.person_id == USER_ID, LogEntry.action == "suspend", is_in_force())
