"""When a picture is due, in place of when it was tried

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-29 09:20:00.000000
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    # Both databases rename the column in the index, too.
    op.execute("ALTER TABLE picture RENAME COLUMN tried_at TO due_at")
    op.execute("UPDATE picture SET due_at = CURRENT_TIMESTAMP WHERE state = 'waiting'")


def downgrade():
    op.execute("ALTER TABLE picture RENAME COLUMN due_at TO tried_at")
