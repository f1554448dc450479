"""The Alembic environment, which uses the database of the application."""

import warnings

from alembic import context
from alembic.operations import ops
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Column

from app.data.schema import known_revisions, problem_of_letters, require_usable_schema, revision_of

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


def check_revision(_context, _revision, directives):
    """Number a new revision; write none if nothing has changed, and none that loses something."""
    (script,) = directives
    if script.upgrade_ops.is_empty() and getattr(context.config.cmd_opts, "autogenerate", False):
        directives[:] = []
        return
    script.rev_id = f"{int(known_revisions()[-1]) + 1:04}"
    for table, operation in operations(script.upgrade_ops):
        refuse_missing_values(table, operation)
        refuse_lost_indexes(table, operation)
    for table, operation in operations(script.downgrade_ops):
        refuse_lost_indexes(table, operation)


def operations(container):
    """Yield each operation on an existing table, with the table's name."""
    for each in container.ops:
        if isinstance(each, ops.ModifyTableOps):
            yield from ((each.table_name, operation) for operation in each.ops)


def refuse_missing_values(table, operation):
    """Refuse a column without a value for the rows that are there."""
    if isinstance(operation, ops.AddColumnOp):
        column = operation.column
        if not column.nullable and column.server_default is None:
            raise CommandError(
                f"{table}.{column.name} is NOT NULL and has no server_default: the rows that are "
                "there would have no value. Give the column of the model a server_default."
            )


def refuse_lost_indexes(table, operation):
    """Refuse a change for which SQLite copies a table: the copy lacks indexes on expressions."""
    in_place = (ops.AddColumnOp, ops.CreateIndexOp, ops.DropIndexOp)
    indexes = target_db.metadata.tables[table].indexes if table in target_db.metadata else ()
    lost = [
        index.name
        for index in indexes
        if not all(isinstance(expression, Column) for expression in index.expressions)
    ]
    if lost and not isinstance(operation, in_place):
        raise CommandError(
            f"On SQLite this change copies the table {table}, and the copy lacks its indexes on "
            f"expressions ({', '.join(sorted(lost))}). Write the migration by hand, as "
            'flask db revision -m "…" begins it, without batch_alter_table: op.add_column and '
            "op.drop_column change the table in place."
        )


def run_offline():
    """Print the SQL."""
    context.configure(
        url=target_db.engine.url.render_as_string(hide_password=False),
        target_metadata=target_db.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def refuse_unusable():
    """Refuse the database of a newer release, or of other letters, as a start does then."""
    with target_db.engine.connect() as connection:
        found, problem = revision_of(connection), problem_of_letters(connection)
    if problem or (found and found not in known_revisions()):
        require_usable_schema(current_app)


def run_online():
    """Run the migrations in one transaction."""
    refuse_unusable()
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
                process_revision_directives=check_revision,
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
