"""Deleting what refers to a user, in every table, by what the foreign keys say."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Table, delete, select, tuple_, update

from ..data.database import Base, changed_rows, table_of, writing
from .models import User
from .visibility import HiddenUser

# Rows of one transaction, so that other writers do not wait long.
BATCH = 1000


def erase_rows_of(user_id: int, *, keeping: Collection[type[Base]]) -> None:
    """Do in batches what deleting the user ``user_id`` would do at once by foreign keys.

    Rows of the models ``keeping`` go with the user. The user stays hidden meanwhile: kept counts
    leave out all that is deleted here.
    """
    kept = [table_of(HiddenUser), *map(table_of, keeping)]
    for table, column, ondelete in _references(kept):
        key = list(table.primary_key)
        found = select(*key).where(column == user_id).limit(BATCH)
        batch = tuple_(*key).in_(found) if len(key) > 1 else key[0].in_(found)
        erase: Any = delete(table) if ondelete == "CASCADE" else update(table)
        if ondelete != "CASCADE":
            erase = erase.values({column.name: None})
        erased = BATCH
        while erased == BATCH:
            with writing() as session:
                erased = changed_rows(session, erase.where(batch))


def _references(kept: Collection[Table]) -> Iterator[tuple[Table, Column[Any], str]]:
    """Yield what refers to users: table, column, and what becomes of the row."""
    user = table_of(User)
    for table in Base.metadata.sorted_tables:
        if table in (user, *kept):
            continue
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table is user:
                yield table, constraint.columns[0], str(constraint.ondelete)
