"""Stores: where the files of pictures are, in a folder or in an S3-compatible object store."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from flask import Flask, current_app
from flask.sansio.blueprints import BlueprintSetupState

from ..web.server import answer_elsewhere
from .file_store import FileStore
from .moving_store import MovingStore
from .store_protocol import Store

# The folder within the instance folder.
FOLDER = "media"


def store() -> Store:
    """Return the store of this application's settings."""
    return cast(Store, current_app.extensions["media_store"])


def path_in_folder(name: str) -> Path | None:
    """Return where a file is on this machine; None if it is elsewhere, or nowhere."""
    found = store()
    stores = (found.current, found.other) if isinstance(found, MovingStore) else (found,)
    paths = (each.path_of(name) for each in stores if hasattr(each, "path_of"))
    return next(filter(None, paths), None)


def init_app(state: BlueprintSetupState) -> None:
    """Give the application of ``state`` its store."""
    app = cast(Flask, state.app)
    app.extensions["media_store"] = store_of(app)


def reads_store(endpoint: str) -> Callable[[BlueprintSetupState], None]:
    """Have requests to ``endpoint``, and no others, wait for the object store, if there is one.

    For ``record_once()`` of the endpoint's blueprint.
    """

    def init_app(state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        if app.config["MEDIA_STORE_URL"]:
            answer_elsewhere(app, endpoint)

    return init_app


def store_of(app: Flask) -> Store:
    """Return the store in use; while there is another with older files, both as one."""
    folder = FileStore(Path(app.instance_path) / FOLDER)
    if not app.config["MEDIA_STORE_URL"]:
        return folder
    # Imported here because most sites have no object store: the library takes memory.
    from .object_store import ObjectStore  # noqa: PLC0415

    objects = ObjectStore.of(app.config)
    is_folder = app.config["MEDIA_STORE"] == "folder"
    return MovingStore(folder, objects) if is_folder else MovingStore(objects, folder)
