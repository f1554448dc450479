"""indexes for the filters of the log

Revision ID: 0025_log3
Revises: 0024
Create Date: 2026-11-29 13:10:00.000000
"""

from alembic import op

revision = "0025_log3"
down_revision = "0024"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_moderation_log_actor_id_id": ["actor_id", "id"],
    "ix_moderation_log_action_id": ["action", "id"],
}


def upgrade():
    for name, columns in INDEXES.items():
        op.create_index(name, "moderation_log", columns)


def downgrade():
    for name in INDEXES:
        op.drop_index(name, "moderation_log")
