"""The pictures of reported posts, for moderators, as long as the case is there."""

from flask import Response, abort
from sqlalchemy import select

from ..accounts.access import for_moderators
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..media.models import Picture
from ..media.recipes import variants
from ..media.serving import picture_response
from . import blueprint, queries
from .models import HELD


@blueprint.get("/desk/pictures/<id:id>/<key:key>")
@for_moderators
def picture(id: int, key: str) -> Response:
    """Answer with the largest variant of a picture that is kept with a case."""
    case = read(queries.one_case(), case_id=id, viewer_id=viewer.id).first() or abort(404)
    evidence = [report.evidence for report in read(queries.reports(), case_id=case.id)]
    posts = [post for each in evidence for post in each["posts"]]
    keys = {kept["key"] for post in posts for kept in post.get("pictures", ())}
    if case.reason == HELD:
        keys.update(row.key for row in read(queries.pictures(), post_id=case.post_id))
    if key not in keys:
        abort(404)
    ready = select(Picture).where(Picture.key == key, Picture.state == "ready")
    found = db.session.scalar(ready) or abort(404)
    largest, _width = variants(found.purpose, found.width)[-1]
    return picture_response(key, str(largest), "webp", is_public=False)
