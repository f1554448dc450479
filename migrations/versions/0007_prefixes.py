"""prefixes

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-25 00:20:00.000000
"""

from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    # Most of what is written is in words of up to five letters; a beginning that has no index
    # is put together from all rows of all words that begin so, before the first is found.
    _index_prefixes("2 3 4 5")


def downgrade():
    _index_prefixes("2 3")


def _index_prefixes(lengths):
    # PostgreSQL's GIN finds any beginning.
    if op.get_context().dialect.name == "postgresql":
        return
    for table in ("post_fts", "person_fts"):
        op.execute(
            f"CREATE VIRTUAL TABLE {table}_anew USING fts5("
            f"words, tokenize = \"ascii tokenchars '_@'\", prefix = '{lengths}')"
        )
        op.execute(
            f"INSERT INTO {table}_anew (rowid, words) SELECT rowid, words FROM {table} ORDER BY rowid"
        )
        op.execute(f"INSERT INTO {table}_anew ({table}_anew) VALUES ('optimize')")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
