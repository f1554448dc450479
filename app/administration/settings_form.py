"""Settings that two people change at once: each stores what they changed, and nothing else."""

from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, HiddenField

from ..site import Site
from ..web.forms import Form
from ..web.sent_forms import carry_when_expired

carry_when_expired("drawn_with")

CHANGED_MEANWHILE = _l(
    "Somebody has changed this since you opened the page. Save again to have it as it is here."
)


class SettingsForm(Form):
    """A form of settings of the site, which remembers the values that it was drawn with."""

    drawn_with = HiddenField()

    def __init__(self, site: Site, **values: Any) -> None:
        super().__init__(**values)
        self.site = site
        if self.is_submitted():
            self.marks = _read(self.drawn_with.data)
        else:
            names = [name for name in vars(Site()) if name in self]
            self.marks = {name: _mark(getattr(site, name)) for name in names}
            self.drawn_with.data = _written(self.marks)

    def values(self) -> dict[str, Any]:
        """Return the settings by name, of a form without errors."""
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; refuse once what would undo a change that somebody else has made."""
        return bool(super().validate(extra_validators)) and not self._refuse_undoing()

    def changed(self) -> dict[str, Any]:
        """Return the settings that the person changed, by name; all, if that cannot be told."""
        return {n: value for n, value in self.values().items() if self.has_changed(n, value)}

    def has_changed(self, name: str, value: Any) -> bool:
        """Whether ``value`` is another one than the form was drawn with; yes, if it cannot tell."""
        return self.marks.get(name) != _mark(value)

    def go_on_from(self, name: str, value: Any) -> None:
        """Take ``value``, which is stored now, for the one that the form was drawn with."""
        self.marks[name] = _mark(value)
        self.drawn_with.data = _written(self.marks)

    def _refuse_undoing(self) -> bool:
        is_refused = False
        for name, value in self.changed().items():
            stored = getattr(self.site, name)
            # Two who change the same in the same way agree.
            if name in self.marks and _mark(stored) not in (self.marks[name], _mark(value)):
                self.go_on_from(name, stored)
                self._refuse(self[name])
                is_refused = True
        return is_refused

    def _refuse(self, field: Any) -> None:
        field.errors = [*field.errors, CHANGED_MEANWHILE]
        # A list shows the errors of its parts alone.
        if isinstance(field, FieldList) and field.entries:
            self._refuse(next(iter(field[0].form)))


def _mark(value: Any) -> str:
    plain = sorted(value) if isinstance(value, frozenset) else value
    return sha256(repr(plain).encode("utf-8", "replace")).hexdigest()[:12]


def _written(marks: dict[str, str]) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def _read(written: str | None) -> dict[str, str]:
    return dict(part.split(":", 1) for part in (written or "").split() if ":" in part)
