"""Two hundred hostile images: each ends ready or in words, and nothing of them is served."""

from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from app.data.database import db
from app.media import failures
from app.media.models import Picture
from app.media.stores import store
from app.media.uploads import store_uploads
from tests.media import hostile

pytestmark = pytest.mark.thorough

# What is in no file that is served.
METADATA = (hostile.SECRET, b"Exif", b"EXIF", b"<x:xmp", b"<script", b"PK\x03\x04")


def test_there_are_two_hundred():
    assert sum(len(list(make())) for make in hostile.KINDS.values()) >= 200


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_the_worker_survives_and_says_in_words_what_is_wrong(app, ada, files, kind):
    for number, (content, right) in enumerate(hostile.KINDS[kind]()):
        with app.app_context():
            sent = FileStorage(BytesIO(content), filename="holiday.jpg")
            uploaded = store_uploads(ada, [sent], f"{number}", room=4)
            if not uploaded.ids:
                assert "refused" in right, (kind, number)
                (sentence,) = uploaded.faults
                assert "holiday.jpg" in sentence
                continue
            picture = db.session.get(Picture, uploaded.ids[0], populate_existing=True)
            assert (picture.failure or picture.state) in right, (kind, number, picture.failure)
            if picture.failure:
                assert failures.words(picture.failure).endswith(".")
            else:
                check_served(picture)


def check_served(picture):
    names = list(store().names(f"{picture.key}/"))
    assert names
    for name in names:
        pieces, _size = store().open(name)
        content = b"".join(pieces)
        assert not any(secret in content for secret in METADATA), name
        with Image.open(BytesIO(content)) as made:
            assert not made.getexif()
            assert not made.info.keys() & {"exif", "xmp", "icc_profile", "comment"}
