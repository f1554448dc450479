"""What was typed into a form that cannot be accepted as it is: shown, or carried along, never lost.

The page of an error shows it, "This form has expired" sends it again, and the log-in form carries
it along in hidden fields, for the time after log-in.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from .answers import is_own_path, own_url

# The fields of the log-in form that hold a form sent by an anonymous viewer: its URL, and the
# beginning of the names of its fields.
CARRIED_TO = "sent_to"
CARRIED = "sent-"

# Fields that are shown. By name: a label, and the type of the input or ``textarea``.
_shown: dict[str, tuple[str, str]] = {}
# Fields that are carried along, hidden.
_hidden: set[str] = set()


def show_when_expired(name: str, label: str, type: str = "text") -> None:
    """Show the form field ``name`` when its form is not accepted, and carry it along.

    ``type`` is that of the input, or ``textarea``. What was typed into a ``password`` is dropped,
    and a ``file`` is to be chosen again.
    """
    _shown[name] = (label, type)


def carry_when_expired(*names: str) -> None:
    """Carry the form fields ``names`` along, hidden, when their form is not accepted.

    Fields that no domain names are dropped.
    """
    _hidden.update(names)


@dataclass(frozen=True)
class SentForm:
    """A form as it was sent: its URL, the account it was rendered for, and our fields in it."""

    action: str
    account: str | None
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[tuple[str, str, str, str]]:
        """The fields to show: name, value, label and type."""
        return [(name, value, *_shown[name]) for name, value in self.fields if name in _shown]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields to carry along: name and value."""
        return [(name, value) for name, value in self.fields if name in _hidden]

    @property
    def typed(self) -> list[tuple[str, str, str, str]]:
        """What a person typed: of :attr:`shown`, what is not empty."""
        return [field for field in self.shown if field[1].strip()]

    def carried(self) -> Markup:
        """Return the form as hidden fields of the log-in form."""
        account = [(f"{CARRIED}account", self.account)] if self.account else []
        fields = [(CARRIED + name, value) for name, value in self.fields]
        return Markup("\n").join(
            hidden_field(name, value)
            for name, value in [(CARRIED_TO, self.action), *account, *fields]
        )


def hidden_field(name: str, value: str) -> Markup:
    """Return the hidden input ``name``."""
    return Markup('<input type="hidden" name="%s" value="%s">') % (name, value)


def sent_form() -> SentForm:
    """Return the form that this request sent, or that the log-in form of this request carries."""
    # A file itself is not kept: it is to be chosen again.
    fields = [*request.form.items(multi=True), *((name, "") for name in request.files)]
    return carried_form() or SentForm(own_url(), request.form.get("account"), _known(fields))


def carried_form() -> SentForm | None:
    """Return the form that the log-in form of this request carries; None if it carries none."""
    action = request.form.get(CARRIED_TO)
    if not action or not is_own_path(action):
        return None
    fields = _known(
        (name.removeprefix(CARRIED), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(CARRIED)
    )
    return SentForm(action, request.form.get(f"{CARRIED}account"), fields)


def _known(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (name, "" if _shown.get(name, ("", ""))[1] == "password" else value)
        for name, value in fields
        if name in _shown or name in _hidden
    ]
