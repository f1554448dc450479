"""The form of one's profile: what others read about a person, and what later domains add to it.

A later domain adds to it by :func:`add_to_profile_form`; nothing here changes for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, SubmitField, TextAreaField, ValidationError

from ..web.forms import Form, LengthFirst, line_ends, storable
from ..web.sent_forms import carry_when_expired
from .models import LONGEST_ABOUT, User
from .names import display_name

# Values of the fields of a part, by field name.
Values = Mapping[str, Any]


@dataclass(frozen=True)
class ProfilePart:
    """What a domain adds to the form of one's profile.

    ``fields`` are WTForms fields by name. ``template`` shows them; it takes ``form``. ``of_user``
    returns the values that a user has now.

    ``save`` is called with the user and the values of the form, outside of any transaction, as
    soon as these fields are right, even where the form is refused for another field: a browser
    sends no file again. What it raises as a :class:`wtforms.ValidationError` is shown at the first
    of the fields.
    """

    fields: Mapping[str, Any]
    template: str
    save: Callable[[User, Values], None]
    of_user: Callable[[User], Values]
    # Whether the first step of a new member has it too.
    from_the_start: bool = False


_parts: list[ProfilePart] = []


def add_to_profile_form(part: ProfilePart) -> None:
    """Add ``part`` to the form of one's profile, after those of earlier domains.

    Raises :class:`ValueError` for the name of a field that the form has already.
    """
    for name in part.fields:
        if hasattr(ProfileForm, name):
            raise ValueError(f"The form of a profile has a {name!r} already.")
    _parts.append(part)
    form = IntroductionForm if part.from_the_start else ProfileForm
    for name, field in part.fields.items():
        setattr(form, name, field)
    carry_when_expired(*part.fields)


class IntroductionForm(Form):
    """Who somebody is: the part of the public profile that a new member is asked for."""

    display_name = StringField(
        _l("Display name"),
        filters=[display_name],
        description=_l("How you are called here. Your username, if you leave it empty."),
        render_kw={"autocomplete": "name"},
    )
    about_me = TextAreaField(
        _l("About me"),
        filters=[line_ends],
        validators=[LengthFirst(max=LONGEST_ABOUT), storable],
        render_kw={"rows": 4},
    )

    def __init__(self, user: User) -> None:
        """``user`` is whose profile it is."""
        self.user = user
        super().__init__(obj=user, data=self._of_parts())

    def _of_parts(self) -> dict[str, Any]:
        return {
            name: value for part in self.parts for name, value in part.of_user(self.user).items()
        }

    @property
    def parts(self) -> Sequence[ProfilePart]:
        """What domains have added."""
        return [part for part in _parts if all(hasattr(self, name) for name in part.fields)]

    @property
    def rendered_apart(self) -> Sequence[str]:
        """The names of the fields that the templates of parts show."""
        return [name for part in self.parts for name in part.fields]

    def is_accepted(self) -> bool:
        """Whether it was sent and all of it is right; what its parts have is saved by then."""
        if not self.is_submitted():
            return False
        # Each of them, and not up to the first that is wrong.
        are_right = [self.validate(), *(self._save(part) for part in self.parts)]
        return all(are_right)

    def _save(self, part: ProfilePart) -> bool:
        fields = [self[name] for name in part.fields]
        if any(field.errors for field in fields):
            return False
        try:
            part.save(self.user, {field.name: field.data for field in fields})
        except ValidationError as error:
            fields[0].errors = [*fields[0].errors, *error.args]
            return False
        return True


class ProfileForm(IntroductionForm):
    """The public profile."""

    shows_last_seen = BooleanField(
        _l("Show when I was last here"),
        description=_l("On your profile, for everybody. Without it, nobody sees it."),
    )
    submit = SubmitField(_l("Save"))
