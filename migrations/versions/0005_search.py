"""search

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 15:20:04.118236
"""

from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    for table in ("post_fts", "person_fts"):
        if op.get_context().dialect.name == "postgresql":
            op.execute(f"CREATE TABLE {table} (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
            op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)")
        else:
            # The words come folded and split; of ASCII signs only those that mark a name
            # are part of a word, and all else beyond ASCII is.
            op.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5("
                "words, tokenize = \"ascii tokenchars '_@'\", prefix = '2 3')"
            )


def downgrade():
    op.execute("DROP TABLE person_fts")
    op.execute("DROP TABLE post_fts")
