"""``flask backup …``: a copy of the database in a file, and the way back, while the site runs."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from .checkpoint import checkpoint
from .database import db, is_sqlite, now
from .schema import known_revisions, revision_of
from .write_lock import write_lock

# Seconds to wait for writers of the site.
LONGEST_WAIT = 60.0

backup = AppGroup("backup", help="Copy the database to a file and back, while the site runs.")


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def create(file: Path | None) -> None:
    """Copy the database to FILE; by default to a new file in the instance folder."""
    with db.engine.connect() as connection:
        if revision_of(connection) is None:
            raise click.ClickException("The database has no tables yet: there is nothing to copy.")
    file = file or _new_file()
    if file.exists():
        raise click.ClickException(f"{file} is there already. Name another file.")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _create_from_sqlite(file) if is_sqlite() else _create_from_postgresql(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    click.echo(f"{file} has the whole database ({file.stat().st_size / 1_000_000:,.1f} MB).")
    click.echo(f"Keep {current_app.instance_path}/secret_key too: it signs the cookies.")
    click.echo(f"Pictures are not in it: copy {current_app.instance_path}/media as well.")


@backup.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="This replaces everything in the database. Go on?")
def restore(file: Path) -> None:
    """Replace the database by what flask backup create put into FILE, in one transaction."""
    _restore_to_sqlite(file) if is_sqlite() else _restore_to_postgresql(file)
    click.echo(f"The database is that of {file}. If it is of an earlier release, run:")
    click.echo("flask --no-debug db upgrade")


def _new_file() -> Path:
    kind = "sqlite3" if is_sqlite() else "dump"
    return Path(current_app.instance_path) / "backups" / f"{now():%Y-%m-%d-%H%M%S}.{kind}"


def _create_from_sqlite(file: Path) -> None:
    with closing(_open(_database_file())) as own:
        own.execute("VACUUM INTO ?", (str(file),))
    with closing(_open(file)) as copy:
        if not _is_intact(copy):
            raise click.ClickException("The copy is damaged, and so may be the database.")


def _restore_to_sqlite(file: Path) -> None:
    with closing(_open(file)) as source, closing(_open(_database_file())) as target:
        try:
            intact = _is_intact(source)
            (revision,) = source.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        except _driver().Error as error:
            raise click.ClickException(f"{file} is no backup of a site: {error}") from error
        if not intact:
            raise click.ClickException(f"{file} is damaged.")
        if revision is None:
            raise click.ClickException(f"{file} is no backup of a site: it has no tables.")
        if revision not in known_revisions():
            raise click.ClickException(f"{file} is at revision {revision} of a newer release.")
        with write_lock(db.engine):
            source.backup(target)
    checkpoint()


def _is_intact(connection: Any) -> bool:
    return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def _open(file: Path) -> Any:
    return _driver().connect(file, timeout=LONGEST_WAIT, isolation_level=None)


def _driver() -> Any:
    return db.engine.dialect.loaded_dbapi


def _database_file() -> Path:
    return Path(db.engine.url.database or "")


def _create_from_postgresql(file: Path) -> None:
    _run("pg_dump", "--format=custom", f"--file={file}")


def _restore_to_postgresql(file: Path) -> None:
    _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
        "--no-owner",
        str(file),
    )


def _run(program: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL on our database."""
    found = shutil.which(program)
    if found is None:
        raise click.ClickException(
            f"{program} is missing. On Debian: apt-get install postgresql-client"
        )
    url = db.engine.url.set(drivername="postgresql", password=None).render_as_string()
    # Not as an argument, because those are seen by every user of the machine.
    password = {"PGPASSWORD": db.engine.url.password or ""}
    result = subprocess.run(
        [found, f"--dbname={url}", *arguments],
        env=os.environ | password,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise click.ClickException(f"{program}: {' '.join(result.stderr.split())}")
