"""Acting on a post without a case, and undoing what was done."""

from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row

from ..accounts.access import for_moderators
from ..accounts.roles import is_above
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..web.answers import back, form_page, show_message
from . import blueprint, queries, subjects
from .actions import Decision, NotAllowedError
from .assignment import TakenError
from .deciding import CHOICES, TO_POST, decide_once
from .forms import SubjectForm, WordsForm
from .models import LogEntry
from .subjects import so_far
from .undoing import undo as undo_entry


@blueprint.get("/desk/posts/<id:id>")
@for_moderators
def post(id: int) -> ResponseReturnValue:
    """A post, and what can be done about it without a report."""
    found = _find(id)
    if found.deleted_at:
        abort(404)
    return _post_page(found, SubjectForm(_choices(), formdata=None, seen=so_far(found)))


@blueprint.post("/desk/posts/<id:id>")
@for_moderators
def decide_post(id: int) -> ResponseReturnValue:
    """Remove a post, or put a warning on it."""
    form, to = SubjectForm(_choices()), url_for("posts.show", id=id)
    return decide_once(form, lambda: _find(id), _post_page, to=to)


@blueprint.post("/desk/log/<id:id>/undo")
@for_moderators
def undo(id: int) -> ResponseReturnValue:
    """Undo what was done."""
    entry = db.session.get(LogEntry, id) or abort(404)
    to = back(default=url_for(".desk"))
    try:
        undo_entry(viewer, entry, Decision())
    except (NotAllowedError, TakenError) as error:
        abort(409 if isinstance(error, TakenError) else 403, str(error))
    show_message(_("It is undone, and the person is told."))
    return redirect(to, 303)


def _find(id: int) -> Row[Any]:
    found = read(subjects.post(), post_id=id).first() or abort(404)
    if not is_above(viewer.role, found.role):
        abort(403, str(NotAllowedError()))
    return found


def _choices() -> list[tuple[str, str]]:
    return [(name, str(CHOICES[name])) for name in TO_POST]


def _post_page(found: Row[Any], form: SubjectForm) -> Response:
    is_open = found.deleted_at is None and found.taken_by_id in (None, viewer.id)
    return form_page(
        "moderation/post.html",
        form,
        post=found,
        is_open=is_open,
        note=WordsForm(formdata=None, words="" if is_open else form.as_note),
        history=read(queries.history_of_post(), user_id=found.person_id, post_id=found.id).all(),
    )
