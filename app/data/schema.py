"""The schema: the revision that this release needs, and the one that the database has."""

from functools import cache

from flask import Flask
from sqlalchemy import Connection, column, inspect, select, table, text

import config

from .database import db

# Alembic's own table. Alembic itself is not imported: it takes much memory.
ALEMBIC_VERSION = table("alembic_version", column("version_num"))
UPGRADE = "Run: flask --no-debug db upgrade"
# lower() is that of usernames and addresses, in queries and in the indexes that keep them unique.
_LETTERS = text("SELECT current_setting('server_encoding'), lower('I')")


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions of this release in order; file names begin with them."""
    files = (config.ROOT / "migrations" / "versions").glob("[0-9]*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database; None where no migration has run."""
    if not inspect(connection).has_table(ALEMBIC_VERSION.name):
        return None
    return connection.scalar(select(ALEMBIC_VERSION.c.version_num))


def require_usable_schema(app: Flask) -> None:
    """Raise :class:`config.SettingError` if ``app`` cannot use the schema of its database."""
    if problem := problem_of_database(app):
        raise config.SettingError(problem)


def check_and_log_schema(app: Flask) -> None:
    """Require a usable schema; log the release, the database and its revision.

    Raises what :func:`require_usable_schema` does, and :class:`sqlalchemy.exc.DBAPIError` for a
    database that does not answer.
    """
    require_usable_schema(app)
    with app.app_context():
        url = db.engine.url.render_as_string()
    app.logger.info(
        "Microblog %s starts on %s, schema %s.", config.VERSION, url, known_revisions()[-1]
    )


def problem_of_database(app: Flask) -> str | None:
    """Return in a sentence why ``app`` cannot use its database and what to do; None if it can.

    Connects to the database, and remembers the revision as :func:`problem_of_revision` does.
    """
    with app.app_context():
        url = db.engine.url.render_as_string()
        with db.engine.connect() as connection:
            problem = problem_of_letters(connection)
            problem = problem or problem_of_revision(app, revision_of(connection))
        # A process that forks from here must not share the connection.
        db.engine.dispose()
    return problem and f"The database {url} {problem}"


def problem_of_letters(connection: Connection) -> str | None:
    """Return why a PostgreSQL database cannot hold our names, and what to do; None if it can.

    In Turkish and Azeri locales the small letter of I is another one than i: two people could
    have one name, and who has an I in theirs could not log in.
    """
    if connection.dialect.name == "sqlite":
        return None
    encoding, lowered = connection.execute(_LETTERS).one()
    if (encoding, lowered) == ("UTF8", "i"):
        return None
    wrong = "has a locale in which I and i are two letters" if encoding == "UTF8" else ""
    return (
        f"{wrong or f'has the encoding {encoding}'}. Make it by: CREATE DATABASE name "
        "ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
    )


def problem_of_revision(app: Flask, found: str | None) -> str | None:
    """Return what is wrong with the revision ``found`` and what to do; None if ``app`` can use it.

    Sets ``app.extensions["schema"]`` to the revision once it is the needed one. Where several
    machines serve, the first of a newer release migrates the database while the others serve
    (docs/scaling.md): a process that has seen the needed revision can use a newer one.
    """
    needed = known_revisions()[-1]
    if found == needed:
        app.extensions["schema"] = found
        return None
    if found is None:
        return f"has no tables yet. {UPGRADE}"
    if found in known_revisions():
        return f"is at revision {found}, and this release needs {needed}. {UPGRADE}"
    if "schema" in app.extensions:
        return None
    return (
        f"is at revision {found}, which this release, {config.VERSION}, does not know: "
        "install the newer release."
    )
