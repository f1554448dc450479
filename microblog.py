"""The application object that the server and the ``flask`` command load."""

import sys

from app import create_app

# A thread that was waiting for the database goes on at once, and not when another one has drawn
# for 5 ms, at every statement: who writes holds the only lock meanwhile.
sys.setswitchinterval(0.0005)

app = create_app()
