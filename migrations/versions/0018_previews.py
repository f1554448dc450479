"""previews

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-29 00:20:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "link_preview",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("picture_id", KEY, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["picture.id"],
            name="fk_link_preview_picture_id_picture",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_link_preview"),
    )
    for name in ("picture_id", "tried_at"):
        op.create_index(f"ix_link_preview_{name}", "link_preview", [name])
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_link_preview_due_at",
        "link_preview",
        ["due_at"],
        sqlite_where=is_due,
        postgresql_where=is_due,
    )
    op.create_table(
        "post_link",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("preview_key", sa.String(64), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_link_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["preview_key"],
            ["link_preview.key"],
            name="fk_post_link_preview_key_link_preview",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_link"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_post_link_preview_key", "post_link", ["preview_key"])


def downgrade():
    op.drop_table("post_link")
    op.drop_table("link_preview")
