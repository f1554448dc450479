"""The application object that the server and the ``flask`` command load."""

import gc

from app import create_app

app = create_app()

# What is there now stays as long as the process: no need to look through it for garbage. What a
# request leaves is mostly freed at once.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
