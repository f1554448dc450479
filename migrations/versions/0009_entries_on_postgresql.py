"""entries on postgresql

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28 00:40:00.000000
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = ["author_id", "id"]
DECIDES = ["deleted_at", "in_reply_to_id", "in_reply_to_author_id", "repost_of_id"]


def upgrade():
    if op.get_context().dialect.name == "postgresql":
        # First, since it asks for more: whoever writes meanwhile waits, and is not in its way.
        op.drop_index("ix_post_entries", "post")
        op.create_index("ix_post_author_id_id", "post", KEY, postgresql_include=DECIDES)


def downgrade():
    if op.get_context().dialect.name == "postgresql":
        op.drop_index("ix_post_author_id_id", "post")
        op.create_index("ix_post_entries", "post", KEY + DECIDES)
