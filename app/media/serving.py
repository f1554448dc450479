"""Gives the files of pictures to those who may see them."""

from flask import Response, abort, make_response, request
from werkzeug.exceptions import ServiceUnavailable

from ..accounts.viewer import viewer
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.access import for_readers
from ..web.public import A_YEAR
from . import blueprint, queries
from .processing import TYPES
from .store_protocol import StoreUnavailableError
from .stores import store

# Seconds for which a browser keeps a picture of a post, whatever becomes of the post.
PRIVATE = 300
# A file that is opened by its address is nothing but a picture.
POLICY = "default-src 'none'; img-src 'self'; sandbox"


@blueprint.get("/pictures/<key:key>/<variant>.<any(avif, webp):format>")
@for_readers
def serve(key: str, variant: str, format: str) -> Response:
    """Answer with a variant of a picture."""
    found = queries.served(audience_of(viewer))
    picture = read(found, key=key, viewer_id=viewer.id).first() or abort(404)
    return picture_response(key, variant, format, is_public=picture.purpose in queries.PUBLIC)


def picture_response(key: str, variant: str, format: str, *, is_public: bool) -> Response:
    """Return the answer with a variant of the picture ``key``, whoever may see it."""
    name = f"{key}/{variant}.{format}"
    response = make_response()
    response.set_etag(f"{key}-{variant}-{format}")
    response.mimetype = TYPES[f".{format}"]
    response.headers["Content-Security-Policy"] = POLICY
    if is_public:
        response.cache_control.public = response.cache_control.immutable = True
        response.cache_control.max_age = A_YEAR
    else:
        response.cache_control.private = True
        response.cache_control.max_age = PRIVATE
        response.vary.add("Cookie")
    if is_public or not viewer.is_authenticated:
        # Feed readers show it on pages of their own.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # What is known already is not read from the store.
    if response.make_conditional(request).status_code != 304:
        response.data = _content(name)
    return response


def _content(name: str) -> bytes:
    try:
        pieces, _size = store().open(name)
        return b"".join(pieces)
    except FileNotFoundError:
        abort(404)
    except StoreUnavailableError:
        raise ServiceUnavailable(retry_after=60) from None
