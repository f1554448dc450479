"""composer parts

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-28 14:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("draft", "version")
DROP_INDEXES = """
DO $$ DECLARE name text;
BEGIN
  FOR name IN SELECT indexname FROM pg_indexes WHERE indexname LIKE 'ix_post_fts_from_%' LOOP
    EXECUTE format('DROP INDEX %I', name);
  END LOOP;
END $$
"""


def upgrade():
    for table in TABLES:
        op.add_column(table, sa.Column("extra", sa.JSON(), server_default="{}", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        # Indexes of the newest posts, which release 0.1 made while it ran.
        op.execute(DROP_INDEXES)


def downgrade():
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("extra")
