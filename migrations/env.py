"""The Alembic environment, which uses the database of the application."""

import warnings

from alembic import context
from flask import current_app

target_db = current_app.extensions["migrate"].db

# SQLAlchemy cannot reflect an expression-based index on SQLite, so autogenerate ignores it.
warnings.filterwarnings("ignore", ".*expression-based index")


def include_object(obj, name, type_, reflected, compare_to):
    """Leave out indexes of the other database, and the tables of the full-text index."""
    if type_ == "index" and not reflected:
        dialect = context.get_context().dialect.name
        return obj.info.get("only_on", dialect) == dialect
    return not (type_ == "table" and reflected and compare_to is None and "_fts" in (name or ""))


def render_item(type_, obj, autogen_context):
    """Render our column types as their database types, so that a revision does not import app."""
    if type_ == "type" and type(obj).__module__.startswith("app."):
        return f"sa.{obj.impl!r}"
    return False


def leave_out_empty(_context, _revision, directives):
    """Write no revision if nothing has changed."""
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def run_offline():
    """Print the SQL."""
    context.configure(
        url=target_db.engine.url.render_as_string(hide_password=False),
        target_metadata=target_db.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online():
    """Run the migrations in one transaction."""
    options = current_app.extensions["migrate"].configure_args
    with target_db.engine.connect().execution_options(writing=True) as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if on_sqlite:
            # SQLite ignores this pragma inside a transaction. With foreign keys on, a batch
            # migration that recreates a parent table deletes the rows of its children.
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=target_db.metadata,
                include_object=include_object,
                render_item=render_item,
                transactional_ddl=True,
                process_revision_directives=leave_out_empty,
                **options,
            )
            with context.begin_transaction():
                context.run_migrations()
                if on_sqlite and (broken := raw.execute("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(
                        f"This migration would leave rows without a parent: {broken}"
                    )
        finally:
            if on_sqlite:
                connection.rollback()
                raw.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
