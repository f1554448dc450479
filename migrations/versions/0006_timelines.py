"""timelines

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 20:30:12.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_post_entries",
        "post",
        [
            "author_id",
            "id",
            "deleted_at",
            "in_reply_to_id",
            "in_reply_to_author_id",
            "repost_of_id",
        ],
    )
    op.drop_index("ix_post_author_id_id", "post")
    op.create_index(
        "ix_post_repost_of_id_id",
        "post",
        ["repost_of_id", "id"],
        sqlite_where=sa.text("repost_of_id IS NOT NULL"),
        postgresql_where=sa.text("repost_of_id IS NOT NULL"),
    )


def downgrade():
    op.drop_index("ix_post_repost_of_id_id", "post")
    op.create_index("ix_post_author_id_id", "post", ["author_id", "id"])
    op.drop_index("ix_post_entries", "post")
