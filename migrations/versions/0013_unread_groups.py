"""unread groups

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-28 17:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_notification_unread", "notification")
    index(["user_id", "id", "kind", "post_id", "actor_id"])


def downgrade():
    op.drop_index("ix_notification_unread", "notification")
    index(["user_id", "id", "actor_id", "post_id"])


def index(columns):
    op.create_index(
        "ix_notification_unread",
        "notification",
        columns,
        sqlite_where=sa.text("is_read IS 0"),
        postgresql_where=sa.text("is_read IS false"),
    )
