"""The form of the first step."""

from flask_babel import lazy_gettext as _l
from wtforms import SubmitField

from ..accounts.profile_form import IntroductionForm


class FirstStepForm(IntroductionForm):
    """What a new member is called, and a sentence about them."""

    submit = SubmitField(_l("Go on"))
