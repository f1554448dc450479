"""Media: the pictures of posts and people. They arrive, are decoded, are shown."""

from flask import Blueprint

blueprint = Blueprint("media", __name__)

from flask_babel import lazy_gettext as _l

from ..accounts.profile_form import add_to_profile_form
from ..posts.card import CardPart, add_to_card
from ..posts.composer import add_to_composer
from ..posts.models import Post
from ..web.bodies import take_files
from ..web.sent_forms import show_when_expired
from . import (
    commands,
    composer,
    describing,
    exporting,
    failures,
    jobs,
    layout,
    models,
    orphans,
    profile_fields,
    profile_pictures,
    queries,
    receivers,
    refusals,
    routes,
    serving,
    showing,
    signatures,
    site_banner,
    stores,
    usage_routes,
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
for _part in profile_fields.PARTS:
    add_to_profile_form(_part)
show_when_expired("pictures", _l("Pictures"), "file")
_FUNCTIONS = (
    composer.attached_to,
    profile_pictures.profile_pictures_of,
    queries.shown_picture,
    layout.grid_of,
    layout.shape_of,
    layout.size_alone,
    layout.sizes_of,
)
for _function in _FUNCTIONS:
    blueprint.add_app_template_global(_function)
blueprint.add_app_template_global(composer.ids_in, "picture_ids")
_GLOBALS = {
    "ACCEPTED_PICTURES": signatures.ACCEPTED,
    "MOST_PICTURES": models.MOST_PICTURES,
    "LONGEST_DESCRIPTION": models.LONGEST_DESCRIPTION,
    "LARGEST_FILE": failures.LARGEST_FILE,
}
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(_GLOBALS))
blueprint.record_once(stores.init_app)
blueprint.record_once(stores.reads_store("media.serve"))
blueprint.record_once(stores.reads_store("media.serve_site_banner"))
# Without JavaScript each button of a composer sends the files that were chosen.
take_files(*(f"posts.{view}" for view in ("create", "reply", "edit", "save")))
take_files(*(f"media.{view}" for view in ("arrive", "remove", "move", "try_again")))
take_files("accounts.edit_profile")
