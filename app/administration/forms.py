"""The forms of the settings of the site."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    ColorField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as Part
from wtforms.fields.core import UnboundField
from wtforms.validators import DataRequired, InputRequired, NumberRange
from wtforms.widgets import CheckboxInput

from ..accounts import addresses
from ..data.characters import one_line
from ..media.current_picture import CurrentPicture
from ..media.models import LONGEST_DESCRIPTION
from ..media.signatures import ACCEPTED
from ..site import Rule, Site
from ..site.accent import COLOUR, is_readable
from ..web.forms import Form, LengthFirst, line_ends, storable, visible
from ..web.sent_forms import carry_when_expired, show_when_expired
from .settings_form import SettingsForm

# Characters.
LONGEST_TEXT = 20_000
MOST_RULES = 30
# That of tokens.css.
USUAL_ACCENT = "#17654f"
# Empty rules after those that there are.
MORE_RULES = 2
REGISTRATION = {
    "open": _l("Everybody"),
    "approval": _l("Those whom the moderators let in"),
    "invite": _l("Those who have an invitation"),
    "closed": _l("Nobody"),
}
READS = {"everybody": _l("Everybody"), "members": _l("Members only")}


def line(longest: int, *, label: str, description: str = "", required: bool = False) -> StringField:
    """Return a field for one line of at most ``longest`` characters."""

    def tidy(typed: str | None) -> str:
        # A longer one is refused anyway, and takes longer.
        return one_line(typed or "") if len(typed or "") <= 10 * longest else typed or ""

    first = [DataRequired()] if required else []
    return StringField(
        label,
        filters=[tidy],
        validators=[*first, LengthFirst(max=longest), storable, visible],
        description=description,
    )


def text(label: str, *, longest: int = LONGEST_TEXT, rows: int, description: str) -> TextAreaField:
    """Return a field for a text of several lines."""
    return TextAreaField(
        label,
        filters=[line_ends],
        validators=[LengthFirst(max=longest), storable, visible],
        description=description,
        render_kw={"rows": rows},
    )


def number(lowest: int, highest: int, *, label: str, description: str) -> IntegerField:
    """Return a field for a whole number."""
    return IntegerField(
        label,
        validators=[InputRequired(), NumberRange(lowest, highest)],
        description=description,
        render_kw={"min": lowest, "max": highest, "inputmode": "numeric"},
    )


def is_contact(_form: Any, field: Any) -> None:
    """Refuse what is neither an e-mail address nor the URL of a page."""
    if not field.data or field.errors:
        return
    try:
        parts = urlsplit(field.data)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
        if not is_page:
            addresses.canonical(field.data)
    except ValueError as error:
        raise ValidationError(_l("Give an e-mail address, or a link to a page.")) from error


class RuleForm(Part):
    """A rule; one without a title is none."""

    title = line(120, label=_l("Rule"))
    explanation = text(_l("Explanation"), longest=600, rows=2, description="")

    def validate_title(self, field: Any) -> None:
        """Refuse an explanation of nothing."""
        if not field.data and (self.explanation.data or "").strip():
            raise ValidationError(_l("Say the rule in a few words."))


@dataclass
class _RuleFields:
    """What a :class:`RuleForm` shows."""

    title: str = ""
    explanation: str = ""


class SiteForm(SettingsForm):
    """The settings of the site."""

    name = line(40, label=_l("Name"), required=True)
    description = line(
        300,
        label=_l("Description"),
        description=_l("One or two sentences for people who do not know this place."),
    )
    contact = line(
        addresses.LONGEST,
        label=_l("Contact"),
        description=_l("An e-mail address, or a link to a page. Everybody sees it."),
    )
    contact.kwargs["validators"].append(is_contact)
    languages = SelectMultipleField(_l("Languages"), option_widget=CheckboxInput())
    rules = FieldList(FormField(RuleForm), _l("Rules"), max_entries=MOST_RULES)
    about = text(_l("About"), rows=6, description=_l("A text for the page about this place."))
    privacy = text(_l("Privacy"), rows=6, description=_l("A page of its own. Empty: no page."))
    terms = text(_l("Terms"), rows=6, description=_l("A page of its own. Empty: no page."))
    registration = SelectField(
        _l("Who can join"),
        choices=[SelectChoice(value, label) for value, label in REGISTRATION.items()],
    )
    question = line(
        300,
        label=_l("Question to new people"),
        description=_l("For example: why would you like to join? Moderators read the answer."),
    )
    members_invite = BooleanField(
        _l("Members may invite others"),
        description=_l("Without it, only moderators and administrators make invitations."),
    )
    confirms_email = BooleanField(
        _l("People confirm their e-mail address before they can write"),
        description=_l("It counts only where this site can send mail."),
    )
    longest_post = number(
        1,
        100_000,
        label=_l("Characters of a post"),
        description=_l("At most. Posts that are longer stay as they are."),
    )
    picture_quota = number(
        1,
        1_000_000,
        label=_l("Pictures of one person, in MB"),
        description=_l("Who has reached it deletes some before adding others."),
    )
    links_wait_days = number(
        0,
        365,
        label=_l("Days for which posts with links wait"),
        description=_l(
            "The first post with links of an account younger than this waits at the desk. 0: none."
        ),
    )
    names_in_log = BooleanField(
        _l("Name people in the public log of the moderators"),
        description=_l("Without it, the log says what was done and why, and not to whom."),
    )
    reads = SelectField(
        _l("Who can read"),
        choices=[SelectChoice(value, label) for value, label in READS.items()],
        description=_l("Members only: others see the welcome page, the rules and the way in."),
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, site: Site) -> None:
        rules = [_RuleFields(*rule) for rule in site.rules]
        empty = [_RuleFields() for _ in range(min(MORE_RULES, MOST_RULES - len(rules)))]
        super().__init__(site, obj=site, rules=[*rules, *empty])
        offered = current_app.config["LANGUAGES"]
        self.languages.choices = [SelectChoice(tag, name) for tag, name in offered.items()]
        if not self.is_submitted():
            self.rules.process(None, [*rules, *empty])
            self.languages.data = list(site.languages or offered)
        for name in site.set_by_environment:
            del self[name]

    def validate_languages(self, field: Any) -> None:
        """Refuse a site in no language."""
        if not field.data:
            raise ValidationError(_l("Choose one at least."))

    def values(self) -> dict[str, Any]:
        """Return the settings by name."""
        found = {name: value for name, value in self.data.items() if name in vars(Site())}
        rules = [Rule(rule["title"], rule["explanation"].strip()) for rule in self.rules.data]
        all_languages = len(self.languages.data) == len(self.languages.choices)
        return found | {
            "rules": tuple(rule for rule in rules if rule.title),
            "languages": () if all_languages else tuple(self.languages.data),
        }


class LookForm(SettingsForm):
    """The look of the site: its accent and its banner."""

    banner = FileField(
        _l("Banner"),
        description=_l("On the welcome page and in About, three times as wide as high."),
        render_kw={"accept": ACCEPTED},
    )
    banner_crop = HiddenField()
    banner_description = line(
        LONGEST_DESCRIPTION,
        label=_l("Description of the banner"),
        description=_l("For people who do not see it. It may be empty."),
    )
    remove_banner = BooleanField(_l("Remove the banner"))
    accent = ColorField(
        _l("Accent"),
        description=_l(
            "The colour of links and buttons. Dark pages have a lighter one of the same hue."
        ),
    )
    submit = SubmitField(_l("Save"))
    usual = SubmitField(
        _l("Save with the usual green"), render_kw={"class": "btn btn-outline-secondary"}
    )

    def __init__(self, site: Site, banner: CurrentPicture) -> None:
        accent = site.accent or USUAL_ACCENT
        super().__init__(site, accent=accent, banner_description=banner.description)

    def validate_accent(self, field: Any) -> None:
        """Refuse what is no colour, and one in which a text cannot be read."""
        if self.usual.data:
            return
        field.data = (field.data or "").strip().lower()
        if not COLOUR.fullmatch(field.data):
            raise ValidationError(_l("Give a colour as # and six digits, such as #17654f."))
        if not is_readable(field.data):
            raise ValidationError(_l("Too light: links in this colour are hard to read."))

    def values(self) -> dict[str, Any]:
        """Return the accent as the setting; empty for the usual one."""
        is_usual = self.usual.data or self.accent.data == USUAL_ACCENT
        return {"accent": "" if is_usual else str(self.accent.data)}


def setting_labels(*forms: type[Form]) -> dict[str, Any]:
    """Return what the settings that ``forms`` change are called, by name."""
    settings = vars(Site())
    return {name: field.args[-1] for name, field in _fields(*forms) if name in settings}


def show_all_when_expired(*forms: type[Form]) -> None:
    """Show what was typed into ``forms`` when they are not accepted."""
    for name, field in _fields(*forms):
        if field.field_class in (StringField, TextAreaField):
            is_long = field.field_class is TextAreaField
            show_when_expired(name, field.args[0], "textarea" if is_long else "text")
        else:
            carry_when_expired(name)
    for number in range(MOST_RULES):
        show_when_expired(f"rules-{number}-title", _l("Rule"))
        show_when_expired(f"rules-{number}-explanation", _l("Explanation"), "textarea")


def _fields(*forms: type[Form]) -> list[tuple[str, UnboundField]]:
    """Return the fields of ``forms``, by name; the label is the last argument of each."""
    fields = [each for form in forms for each in vars(form).items()]
    return [(name, field) for name, field in fields if isinstance(field, UnboundField)]
