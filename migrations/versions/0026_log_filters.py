"""indexes for the filters of the log

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-29 13:10:00.000000
"""

from alembic import op

revision = "0026"
down_revision = "0025"
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
