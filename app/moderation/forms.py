"""The forms of reports, decisions, notes and appeals."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional, StopValidation

from ..data.database import now
from ..data.reading import read
from ..site import site
from ..web.forms import Form, LengthFirst, line_ends, storable, visible
from . import queries
from .actions import Decision
from .models import APPEALABLE, LONGEST_WORDS
from .words import ROLES, reasons

DAYS = (1, 3, 7, 30, 90)
WORDS = [LengthFirst(max=LONGEST_WORDS), storable, visible]
ROWS = {"rows": 4}


def _stripped(text: str | None) -> str:
    return line_ends(text).strip()


class ReportForm(Form):
    """A report of a post or a person."""

    reason = RadioField(_l("What is wrong?"), validators=[InputRequired(_l("Choose one."))])
    words = TextAreaField(
        _l("In your words"),
        filters=[_stripped],
        validators=WORDS,
        description=_l("If it needs explaining. The moderators alone read it."),
        render_kw=ROWS,
    )
    block = BooleanField()
    submit = SubmitField(_l("Report"))

    def __init__(self, username: str) -> None:
        super().__init__()
        self.reason.choices = reasons()
        self.block.label.text = _("Block @%(name)s as well", name=username)


class WordsForm(Form):
    """A note of a moderator, or an appeal."""

    words = TextAreaField(
        _l("In your words"),
        filters=[_stripped],
        validators=[DataRequired(), *WORDS],
        render_kw=ROWS,
    )
    submit = SubmitField(_l("Send"))


class RoleForm(Form):
    """The role of a person."""

    role = SelectField(
        _l("What this person is here"),
        choices=[SelectChoice(value, label) for value, label in ROLES.items()],
    )
    submit = SubmitField(_l("Change the role"))


class DecisionForm(Form):
    """What is to be done, and the rule and the reason that the person concerned reads."""

    action = RadioField(_l("What is to be done?"), validators=[InputRequired(_l("Choose one."))])
    days = SelectField(_l("For how long"), validators=[Optional()])
    rule = SelectField(_l("Rule"), validators=[Optional()])
    canned = SelectField(_l("Ready-made"), validators=[Optional()])
    why = TextAreaField(
        _l("Why"),
        filters=[_stripped],
        validators=WORDS,
        description=_l("The person reads it, and so does everybody in the public log."),
        render_kw=ROWS,
    )
    submit = SubmitField(_l("Decide"))

    def __init__(self, actions: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.action.choices = actions
        self.days.choices = [("", _l("Until it is undone"))] + [
            (str(days), _("%(num)s days", num=days) if days > 1 else _("One day")) for days in DAYS
        ]
        canned = [row.words for row in read(queries.canned_reasons())]
        self.canned.choices = [("", _l("In my own words")), *((words, words) for words in canned)]
        titles = [rule.title for rule in site().rules]
        self.rule.choices = [("", _l("None of them")), *((title, title) for title in titles)]

    def validate_why(self, field: Any) -> None:
        """Require a rule or a reason if the person concerned is notified."""
        is_notified = self.action.data in APPEALABLE
        if is_notified and not (field.data or self.rule.data or self.canned.data):
            raise StopValidation(_l("Name a rule, or say why."))

    @property
    def as_note(self) -> str:
        """The rule and the reason, to be kept as a note if the decision was not made."""
        return "\n\n".join(filter(None, (self.decision.rule, self.decision.reason)))

    @property
    def decision(self) -> Decision:
        """What was decided."""
        reason = "\n\n".join(filter(None, (self.canned.data, self.why.data)))
        return Decision(self.rule.data or "", reason, self._until)

    @property
    def _until(self) -> datetime | None:
        lasts = self.action.data in ("limit", "suspend") and self.days.data
        return now() + timedelta(days=int(self.days.data)) if lasts else None


class SubjectForm(DecisionForm):
    """A decision about a person or a post, by their page: ``seen`` is what that page showed."""

    seen = HiddenField(validators=[LengthFirst(max=200), storable])
