"""Search: finding posts and people by their words. It owns the full-text index.

Receivers update the index in the transaction that changes a text; a periodic job fills it again,
the newest posts first, once a migration has emptied it.
"""

from flask import Blueprint

blueprint = Blueprint("search", __name__, cli_group="search")

from . import commands, jobs, receivers, routes
