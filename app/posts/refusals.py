"""Why a text is not published or kept, in words for its author."""

from flask_babel import gettext as _

# People that one post may mention.
MOST_MENTIONED = 10
# Drafts of one person.
MOST_DRAFTS = 200


class SentBeforeError(ValueError):
    """The form was sent before with another text, or what it wrote was deleted since."""

    def __init__(self) -> None:
        super().__init__(
            _("You sent this form before. Send it again to publish this text as well.")
        )


class PostedLatelyError(ValueError):
    """The author published the same text in the same place a moment ago."""

    def __init__(self) -> None:
        super().__init__(_("You posted this a minute ago. Post it again?"))


class TooManyMentionsError(ValueError):
    """The text mentions more than :data:`MOST_MENTIONED` people."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "That mentions %(count)d people; a post can mention %(most)d. Leave some out.",
                count=count,
                most=MOST_MENTIONED,
            )
        )


class GoneError(ValueError):
    """The post was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Your post is not here any more. You can post this on its own."))


class TooManyDraftsError(ValueError):
    """The author has :data:`MOST_DRAFTS` drafts already."""

    def __init__(self) -> None:
        super().__init__(
            _("You have %(most)d drafts, and no more fit. Throw some away.", most=MOST_DRAFTS)
        )
