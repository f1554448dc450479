"""faces

Revision ID: 0017
Revises: 0015
Create Date: 2026-11-29 00:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("user", sa.Column("avatar_key", sa.String(64), nullable=True))


def downgrade():
    op.drop_column("user", "avatar_key")
