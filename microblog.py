"""The application objects: ``app`` for the ``flask`` command, ``server`` for Granian."""

import atexit
import gc
import os
import sys

from sqlalchemy.exc import DBAPIError, OperationalError

from app import create_app
from app.cli import is_serving
from app.data.checkpoint import checkpoint
from app.data.failures import reason
from app.data.schema import check_and_log_schema
from app.web.server import Server
from config import SettingError

# The database, the queue and the logs are for the user who runs the site alone.
os.umask(0o077)

try:
    app = create_app()
    if is_serving():
        check_and_log_schema(app)
except SettingError as error:
    sys.exit(f"Microblog does not start. {error}")
except OperationalError as error:
    # It may come back while this process serves.
    app.logger.error("The database does not answer: %s", reason(error))
except OSError as error:
    where = error.filename or "A file in the instance folder"
    sys.exit(f"Microblog does not start. {where} cannot be used: {error.strerror}.")
except DBAPIError as error:
    sys.exit(f"Microblog does not start. The database cannot be used: {reason(error)}")

server = Server(app)


@atexit.register
def stop() -> None:
    """Leave a database file that is complete by itself."""
    with app.app_context():
        checkpoint()


# What is there now stays as long as the process: no need to look through it for garbage. What a
# request leaves is mostly freed at once.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
