"""The application objects: ``app`` for the ``flask`` command, ``server`` for Granian."""

import gc

from app import create_app
from app.web.server import Server

app = create_app()
server = Server(app)

# What is there now stays as long as the process: no need to look through it for garbage. What a
# request leaves is mostly freed at once.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
