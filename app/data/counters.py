"""Kept counts: columns that always equal a COUNT(*), and the commands that prove it."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import ColumnElement, ScalarSelect, select, update
from sqlalchemy.orm import Session

from .database import UNSYNCHRONIZED, Base, db, table_of, writing

counters = AppGroup("counters", help="Check the kept counts against what they count.")
_counted: list[tuple[Any, ScalarSelect[int]]] = []


def counted(column: Any, by: ScalarSelect[int]) -> None:
    """Declare that ``column`` always equals the correlated ``COUNT(*)`` ``by``."""
    _counted.append((column, by))


def recount(session: Session, column: Any, ids: Any) -> None:
    """Set ``column`` to what is counted, in the rows of those ``ids`` (a query)."""
    by = next(by for each, by in _counted if each is column)
    rows = update(column.class_).where(column.class_.id.in_(ids)).values({column: by})
    session.execute(rows, execution_options=UNSYNCHRONIZED)


def tally(session: Session, model: type[Base], id: int, **steps: int | ColumnElement[int]) -> None:
    """Add ``steps`` to counts of the row ``id``, in SQL, so that concurrent writers all count."""
    table = table_of(model)
    sums = {name: table.c[name] + step for name, step in steps.items()}
    session.execute(update(table).where(table.c.id == id).values(sums))


@counters.command()
def check() -> None:
    """Count everything again and exit with 1 if a kept count differs."""
    drifted = 0
    for column, by in _counted:
        model = column.class_
        wrong = db.session.execute(select(model.id, column, by).where(column != by)).all()
        drifted += len(wrong)
        for id, kept, real in wrong:
            click.echo(f"{model.__name__} {id}: {column.key} is {kept}, counted {real}")
    if drifted:
        raise click.ClickException(f"{drifted} counts have drifted. Run: flask counters repair")
    click.echo("Every count is right.")


@counters.command()
def repair() -> None:
    """Set every kept count to what is counted."""
    repair_counts()
    click.echo("Every kept count is set.")


def repair_counts() -> None:
    """Set every kept count that differs to what is counted."""
    with writing() as session:
        for column, by in _counted:
            statement = update(column.class_).values({column: by}).where(column != by)
            session.execute(statement, execution_options=UNSYNCHRONIZED)
