"""Media: the pictures of posts and people. They arrive, are decoded, are shown."""

from flask import Blueprint

blueprint = Blueprint("media", __name__)

from flask_babel import lazy_gettext as _l  # noqa: E402

from ..accounts.profile_form import add_to_profile_form  # noqa: E402
from ..posts.card import CardPart, add_to_card  # noqa: E402
from ..posts.composer import add_to_composer  # noqa: E402
from ..posts.models import Post  # noqa: E402
from ..web.bodies import take_files  # noqa: E402
from ..web.typed import show_when_expired  # noqa: E402
from . import (  # noqa: E402
    commands,  # noqa: F401
    composer,
    describing,  # noqa: F401
    face_form,
    faces,
    jobs,  # noqa: F401
    orphans,  # noqa: F401
    queries,
    receivers,  # noqa: F401
    refusals,  # noqa: F401
    routes,  # noqa: F401
    serving,  # noqa: F401
    stores,
    usage_routes,  # noqa: F401
)

add_to_card(
    CardPart(
        "pictures",
        column=lambda _audience: Post.pictures_count.expression,
        load=queries.pictures_of_page,
        place="below",
        template="media/_card.html",
    )
)
add_to_composer(composer.PART)
for _part in face_form.PARTS:
    add_to_profile_form(_part)
show_when_expired("pictures", _l("Pictures"), "file")
for _function in (composer.attached_to, queries.shown_picture, faces.faces_of):
    blueprint.add_app_template_global(_function)
blueprint.record_once(stores.init_app)
take_files("media.arrive", *(f"posts.{view}" for view in ("create", "reply", "edit")))
take_files("accounts.edit_profile", "discover.introduce")
