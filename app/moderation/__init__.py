"""Moderation: reports and cases, what moderators do to posts and people, and the log of it.

- ``models`` has the tables. A report (``reporting``) is part of a case, of which moderators are
  notified (``notifying``, ``mails``); one of them takes it and closes it (``assignment``).
- A form chooses an action, which ``deciding`` runs: ``actions``, ``removing_all``, ``holding``
  (posts that wait), ``undoing``, ``appeals``; to many accounts at once, ``bulk``. What is no
  decision about a report: ``roles``, ``deleting``, ``notes``.
- Each is in the ``log``, and ``in_force`` finds what of it still holds.
- Statements: ``queries`` (cases), ``subjects`` (people and posts), ``log_queries``. What pages call
  things: ``words``, ``log_changes``.
"""

from datetime import datetime

from flask import Blueprint

blueprint = Blueprint("moderation", __name__)

from ..accounts.refused import RefusedPart, add_to_refused
from ..accounts.seen_addresses import network_of
from ..accounts.viewer import add_viewer_column
from ..media.stores import reads_store
from . import (
    account_commands,
    bulk,
    canned_routes,
    commands,
    deleting_routes,
    desk_routes,
    evidence_routes,
    exporting,
    holding,
    jobs,
    log,
    log_changes,
    log_routes,
    mails,
    notifying,
    person_routes,
    post_routes,
    queries,
    receivers,
    report_routes,
    words,
)

blueprint.record_once(reads_store("moderation.picture"))
add_viewer_column("open_cases", queries.open_cases_of_user)
add_to_refused(RefusedPart("moderation/_why.html", report_routes.why_suspended))
blueprint.add_app_template_global(log_changes.changes, "changes_of")
blueprint.add_app_template_global(words.done)
blueprint.add_app_template_global(words.until, "until_of")
blueprint.add_app_template_global(words.reason_label)
blueprint.add_app_template_global(words.action_label)
blueprint.add_app_template_global(words.entry_label)
blueprint.add_app_template_global(words.actor_label)
blueprint.add_app_template_global(words.doer_label)
blueprint.add_app_template_global(words.state_label)
blueprint.add_app_template_global(words.role_label)
blueprint.add_app_template_global(words.kinds, "kinds_of_cases")
blueprint.add_app_template_global(network_of)
blueprint.add_app_template_filter(datetime.fromisoformat, "moment_of_text")
