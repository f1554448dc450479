"""The pictures of reported posts, for moderators, as long as the case is there."""

from flask import Response, abort
from sqlalchemy import select

from ..accounts.access import for_moderators
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..media.models import Picture
from ..media.recipes import variants
from ..media.serving import give
from . import blueprint, queries


@blueprint.get("/desk/pictures/<key:id>/<key>")
@for_moderators
def picture(id: int, key: str) -> Response:
    """Answer with the largest variant of a picture that is kept with a case."""
    case = read(queries.one_case(), case_id=id, viewer_id=viewer.id).first() or abort(404)
    evidence = [report.evidence for report in read(queries.reports(), case_id=case.id)]
    posts = [post for each in evidence for post in each["posts"]]
    if key not in {kept["key"] for post in posts for kept in post.get("pictures", ())}:
        abort(404)
    ready = select(Picture).where(Picture.key == key, Picture.state == "ready")
    found = db.session.scalar(ready) or abort(404)
    largest, _width = variants(found.purpose, found.width)[-1]
    return give(key, str(largest), "webp", is_public=False)
