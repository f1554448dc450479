"""The stores of pictures: the folder, an S3-compatible server, and a move between them."""

import io
import time
from datetime import UTC, datetime, timedelta

import pytest

import config
from app import create_app
from app.media.file_store import FileStore
from app.media.moving_store import MovingStore
from app.media.object_store import ObjectStore
from app.media.store_protocol import StoreUnavailableError
from app.web.server import Server

NAME = "k-Ey_0123456789abcdefg/480.avif"
BESIDE = "k-Ey_0123456789abcdefg/480.webp"
OTHER = "another-key-0123456789/original"
LARGE = bytes(range(256)) * 4096 * 7


@pytest.fixture
def folder(tmp_path):
    return FileStore(tmp_path / "media")


@pytest.fixture
def bucket(s3, tmp_path):
    settings = config.settings(s3.settings | {"INSTANCE_PATH": str(tmp_path)})
    objects = ObjectStore.of(settings | {"MEDIA_STORE_URL": f"s3://pictures/{tmp_path.name}"})
    yield objects
    objects.delete(list(objects.names()))


@pytest.fixture(params=["folder", "bucket", "moving"])
def any_store(request):
    if request.param == "moving":
        current, other = (request.getfixturevalue(name) for name in ("bucket", "folder"))
        return MovingStore(current, other)
    return request.getfixturevalue(request.param)


def content(store, name):
    parts, size = store.open(name)
    whole = b"".join(parts)
    assert size == len(whole)
    return whole


@pytest.mark.parametrize("given", [b"", b"pixels", LARGE])
@pytest.mark.parametrize("kind", [bytes, io.BytesIO])
def test_a_file_comes_back_as_it_was_put(any_store, kind, given):
    any_store.put(NAME, kind(given), "image/avif")
    assert content(any_store, NAME) == given


def test_a_file_that_is_put_again_is_replaced(any_store):
    any_store.put(NAME, LARGE, "image/avif")
    any_store.put(NAME, b"pixels", "image/avif")
    assert content(any_store, NAME) == b"pixels"
    assert list(any_store.names()) == [NAME]


def test_the_files_are_listed_by_key(any_store):
    for name in (NAME, BESIDE, OTHER):
        any_store.put(name, b"pixels", "image/avif")
    assert sorted(any_store.names()) == [OTHER, NAME, BESIDE]
    assert list(any_store.names("another-key-0123456789/")) == [OTHER]
    assert list(any_store.names("nobody/")) == []
    (file,) = any_store.files("another-key-0123456789/")
    assert file.size == 6
    assert abs(datetime.now(UTC) - file.written_at) < timedelta(minutes=1)


def test_a_deleted_file_is_gone_and_may_be_deleted_again(any_store):
    for name in (NAME, BESIDE):
        any_store.put(name, b"pixels", "image/avif")
    for _ in range(2):
        any_store.delete([NAME])
        with pytest.raises(FileNotFoundError):
            any_store.open(NAME)
    assert list(any_store.names()) == [BESIDE]
    any_store.delete([BESIDE])
    assert list(any_store.names()) == []


@pytest.mark.parametrize(
    "name", ["../secret_key", "k/../../secret_key", "/etc/passwd", "k//480", "k/.480", "k", ""]
)
def test_no_name_leads_out_of_the_folder(folder, tmp_path, name):
    (tmp_path / "secret_key").write_text("key")
    with pytest.raises(FileNotFoundError):
        folder.open(name)
    with pytest.raises(FileNotFoundError):
        folder.put(name, b"pixels", "image/avif")
    with pytest.raises(FileNotFoundError):
        folder.delete([name])


def test_a_file_that_cannot_be_written_as_a_whole_is_not_there(folder):
    class Broken(io.BytesIO):
        def read(self, *size):
            return super().read(*size) or 1 / 0

    with pytest.raises(ZeroDivisionError):
        folder.put(NAME, Broken(LARGE), "image/avif")
    assert list(folder.names()) == []


def test_what_a_crash_left_half_written_is_listed_and_can_be_deleted(folder):
    folder.put(NAME, b"pixels", "image/avif")
    (folder.folder / ".writing" / "0af1").write_bytes(b"half")
    assert set(folder.names()) == {NAME, ".writing/0af1"}
    folder.delete([".writing/0af1"])
    assert list(folder.names()) == [NAME]


def test_a_file_is_read_to_its_end_although_it_is_deleted(folder):
    folder.put(NAME, LARGE, "image/avif")
    parts, _size = folder.open(NAME)
    folder.delete([NAME])
    assert b"".join(parts) == LARGE


def test_a_folder_that_fails_is_not_taken_for_a_missing_file(tmp_path):
    (tmp_path / "media").write_text("no folder")
    store = FileStore(tmp_path / "media")
    with pytest.raises(StoreUnavailableError):
        store.put(NAME, b"pixels", "image/avif")
    with pytest.raises(StoreUnavailableError):
        store.open(NAME)


def uses(store):
    return {
        "put": lambda: store.put(NAME, b"pixels", "image/avif"),
        "list": lambda: list(store.files()),
        "open": lambda: store.open(NAME),
        "delete": lambda: store.delete([NAME]),
    }


NOBODY = {"endpoint": "http://127.0.0.1:9"}
NOWHERE = {"endpoint": "http://nowhere.invalid:9000"}
NO_BUCKET = {"url": "s3://no-such-bucket"}


@pytest.mark.parametrize(
    ("use", "wrong"),
    [
        *((use, wrong) for use in ("put", "list", "open", "delete") for wrong in (NOBODY, NOWHERE)),
        ("put", NO_BUCKET),
        ("list", NO_BUCKET),
    ],
)
def test_an_object_store_that_fails_says_so_soon(s3, wrong, use):
    options = {"url": "s3://pictures", "endpoint": s3.settings["MEDIA_STORE_ENDPOINT"]}
    store = ObjectStore(**options | wrong, access_key_id="key", secret_access_key="secret")
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError) as raised:
        uses(store)[use]()
    assert time.monotonic() - start < 10
    assert "secret" not in str(raised.value)


def test_while_files_are_moved_each_is_found_wherever_it_is(bucket, folder):
    moving = MovingStore(bucket, folder)
    folder.put(NAME, b"old", "image/avif")
    moving.put(BESIDE, b"new", "image/webp")
    assert content(moving, NAME) == b"old"
    assert sorted(moving.names()) == [NAME, BESIDE]
    assert list(bucket.names()) == [BESIDE]
    moving.delete([NAME, BESIDE])
    assert not list(folder.names()) + list(bucket.names())


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("MEDIA_STORE_URL", "https://example.org/bucket", "names no bucket"),
        ("MEDIA_STORE_URL", "s3://", "names no bucket"),
        ("MEDIA_STORE_URL", "s3://bucket/../other", "names no bucket"),
        ("MEDIA_STORE_ENDPOINT", "minio.internal:9000", "is no address"),
        ("MEDIA_STORE_ACCESS_KEY", "key", "belong together"),
        ("MEDIA_STORE", "cloud", "takes one of object, folder"),
        ("MEDIA_QUOTA", "1 GB", "takes a whole number"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_remedy(tmp_path, setting, value, error):
    with pytest.raises(config.SettingError, match=error):
        config.settings({"INSTANCE_PATH": str(tmp_path), setting: value})


def test_no_page_waits_behind_a_picture_that_the_object_store_has(s3, tmp_path):
    env = s3.settings | {"INSTANCE_PATH": str(tmp_path)}
    prefixes = Server(create_app(env=env, TESTING=True)).elsewhere
    assert "/pictures/key/480.webp".startswith(prefixes)
    assert "/desk/pictures/7/key".startswith(prefixes)
    assert not "/desk/7".startswith(prefixes)
