"""faces

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-29 00:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("user", sa.Column("avatar_key", sa.String(64), nullable=True))
    op.add_column("picture", sa.Column("crop", sa.String(60), nullable=True))
    op.create_index("ix_picture_owner_id_purpose", "picture", ["owner_id", "purpose"])


def downgrade():
    op.drop_index("ix_picture_owner_id_purpose", "picture")
    op.drop_column("picture", "crop")
    op.drop_column("user", "avatar_key")
