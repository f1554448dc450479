"""Display names."""

from flask_babel import gettext as _

from ..data.characters import is_visible, one_line

# In characters.
LONGEST_NAME = 60


def display_name(typed: str | None) -> str:
    """Return a display name as it is saved: see :func:`app.data.characters.one_line`.

    Raises :class:`ValueError`, in words for the person, if it is too long or nothing of it can
    be seen. White space alone is no name: the username is shown.
    """
    # First, because everything else takes longer for a longer text.
    name = one_line(typed or "") if len(typed or "") <= 10 * LONGEST_NAME else typed or ""
    if len(name) > LONGEST_NAME:
        raise ValueError(_("At most %(max)d characters, please.", max=LONGEST_NAME))
    if typed and not typed.isspace() and not is_visible(name):
        raise ValueError(_("Nothing of this name can be seen. Choose another."))
    return name
