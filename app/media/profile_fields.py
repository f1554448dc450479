"""The fields for pictures in the form of one's profile: files, cropping, and removing."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField

from ..accounts.models import User
from ..accounts.profile_form import ProfilePart, Values
from ..web.answers import show_message
from ..web.forms import LengthFirst, storable
from .current_picture import WAITING
from .models import LONGEST_DESCRIPTION
from .profile_pictures import (
    describe_profile_picture,
    profile_pictures_of,
    remove_profile_picture,
    use_profile_picture,
)
from .signatures import ACCEPTED


def _fields(purpose: str, label: str, hint: str, remove: str) -> dict[str, Any]:
    return {
        purpose: FileField(label, description=hint, render_kw={"accept": ACCEPTED}),
        f"{purpose}_crop": HiddenField(),
        f"remove_{purpose}": BooleanField(remove),
    }


def _save(purpose: str) -> Callable[[User, Values], None]:
    def save(user: User, values: Values) -> None:
        description = values.get(f"{purpose}_description") or ""
        if file := values[purpose]:
            crop = values[f"{purpose}_crop"]
            use_profile_picture(user, purpose, file, crop=crop, description=description)
            show_message(WAITING[purpose])
        elif values[f"remove_{purpose}"]:
            remove_profile_picture(user, purpose)
        elif description != profile_pictures_of(user)[purpose].description:
            describe_profile_picture(user, purpose, description)

    return save


PARTS = (
    ProfilePart(
        fields=_fields(
            "avatar",
            _l("Picture"),
            _l("JPEG, PNG, WebP, GIF or AVIF, up to 10 MB. It is shown as a circle."),
            _l("Remove the picture"),
        ),
        template="media/_avatar_field.html",
        save=_save("avatar"),
        of_user=lambda _user: {},
        from_the_start=True,
    ),
    ProfilePart(
        fields={
            **_fields(
                "banner",
                _l("Banner"),
                _l("It stands above your profile, three times as wide as high."),
                _l("Remove the banner"),
            ),
            "banner_description": StringField(
                _l("Description of the banner"),
                validators=[LengthFirst(max=LONGEST_DESCRIPTION), storable],
                description=_l("For people who do not see it. It may be empty."),
            ),
        },
        template="media/_banner_field.html",
        save=_save("banner"),
        of_user=lambda user: {
            "banner_description": profile_pictures_of(user)["banner"].description
        },
    ),
)
