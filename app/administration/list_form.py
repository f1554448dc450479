"""The form of the lists against spam: one entry a line."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from email_validator import EmailNotValidError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SubmitField, TextAreaField
from wtforms.validators import ValidationError

from ..accounts import addresses
from ..data.characters import LONGEST_USERNAME
from ..site import Site
from ..web.forms import Form, LengthFirst, line_ends, storable
from .settings_form import SettingsForm

LONGEST_LIST = 100_000
LONGEST_WORD = 100


def domain(entry: str) -> str:
    """Return a domain as addresses have it. Raises :class:`ValueError` for what is none."""
    return addresses.canonical(f"a@{entry.removeprefix('@')}").rpartition("@")[2]


def name(entry: str) -> str:
    """Return a username, in which ``*`` may match anything."""
    plain = entry.removeprefix("@")
    if len(plain) > LONGEST_USERNAME or not plain.replace("*", "").replace("_", "a").isalnum():
        raise ValueError
    return plain


def word(entry: str) -> str:
    """Return a word or a few words."""
    if len(entry) > LONGEST_WORD:
        raise ValueError
    return " ".join(entry.split())


def list_field(label: str, parse: Callable[[str], Any], description: str = "") -> TextAreaField:
    """Return a field for a list whose entries ``parse`` returns, or raises a ValueError for."""

    def entries_are_right(_form: Form, field: Any) -> None:
        found: set[str] = set()
        for entry in filter(None, map(str.strip, field.data.lower().splitlines())):
            try:
                found.add(str(parse(entry)))
            except (ValueError, EmailNotValidError) as error:
                raise ValidationError(_("Not right: %(entry)s", entry=entry[:100])) from error
        field.entries = frozenset(found)

    return TextAreaField(
        label,
        filters=[line_ends],
        validators=[LengthFirst(max=LONGEST_LIST), storable, entries_are_right],
        description=description,
        render_kw={"rows": 4, "spellcheck": "false", "autocapitalize": "none"},
    )


class ListForm(SettingsForm):
    """Who and what cannot join, and names that nobody can take. Fields are settings of the site."""

    reserved_names = list_field(
        _l("Reserved names"), name, _l("One a line. Nobody can take them as a username.")
    )
    blocked_names = list_field(
        _l("Blocked names"),
        name,
        _l("* stands for anything: casino* blocks casino and casino_bonus."),
    )
    blocked_words = list_field(
        _l("Blocked words"),
        word,
        _l("Whoever uses one in the username or in the answer cannot join."),
    )
    blocked_domains = list_field(
        _l("Blocked domains"), domain, _l("Of e-mail addresses, with all domains below them.")
    )
    blocked_addresses = list_field(_l("Blocked e-mail addresses"), addresses.canonical)
    blocked_networks = list_field(
        _l("Blocked networks"),
        lambda entry: ip_network(entry, strict=False),
        _l("IP addresses or networks, such as 192.0.2.0/24. Nobody can join from there."),
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, site: Site) -> None:
        names = [field for field in vars(ListForm) if field in vars(site)]
        super().__init__(
            site, data={name: "\n".join(sorted(getattr(site, name))) for name in names}
        )
        self.names = names

    def values(self) -> dict[str, frozenset[str]]:
        """Return the settings by name."""
        return {name: self[name].entries for name in self.names}
