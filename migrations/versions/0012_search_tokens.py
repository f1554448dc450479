"""search tokens

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-28 17:00:00.000000
"""

from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    # The tokens follow other rules: the worker fills the index again (app/search/jobs.py).
    _empty_index()


def downgrade():
    # The release before has no such job: flask search rebuild.
    _empty_index()


def _empty_index():
    for table in ("post_fts", "person_fts"):
        if op.get_context().dialect.name == "postgresql":
            op.execute(f"TRUNCATE {table}")
        else:
            op.execute(f"DROP TABLE {table}")
            op.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5("
                "words, tokenize = \"ascii tokenchars '_@'\", prefix = '2 3 4 5')"
            )
