"""what was read of notifications, last seen by choice, pinned posts

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-28 20:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade():
    op.add_column("user", sa.Column("shows_last_seen", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("user", sa.Column("notifications_read_at", sa.BigInteger(), server_default="0", nullable=False))
    # Who marked a notification as read had the page open, with all earlier ones.
    op.execute(
        'UPDATE "user" SET notifications_read_at = coalesce('
        '(SELECT max(id) FROM notification WHERE user_id = "user".id AND is_read IS TRUE), 0)'
    )
    for name in ("ix_notification_unread", "ix_notification_groups"):
        op.drop_index(name, "notification")
    op.create_index("ix_notification_unread", "notification", ["user_id", "id", "kind", "post_id", "actor_id"])
    groups(["user_id", "kind", "post_id", "actor_id"])
    op.create_table(
        "pin",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_pin_post_id_post", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name="fk_pin_author_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name="pk_pin"),
    )
    op.create_index("ix_pin_author_id_since", "pin", ["author_id", "since"])


def downgrade():
    op.drop_table("pin")
    op.execute(
        "UPDATE notification SET is_read = TRUE WHERE id <= "
        '(SELECT notifications_read_at FROM "user" WHERE "user".id = notification.user_id)'
    )
    for name in ("ix_notification_unread", "ix_notification_groups"):
        op.drop_index(name, "notification")
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["user_id", "id", "kind", "post_id", "actor_id"],
        sqlite_where=sa.text("is_read IS 0"),
        postgresql_where=sa.text("is_read IS false"),
    )
    groups(["user_id", "kind", "post_id", "is_read", "actor_id"])
    for name in ("notifications_read_at", "shows_last_seen"):
        op.drop_column("user", name)


def groups(columns):
    op.create_index("ix_notification_groups", "notification", columns, postgresql_include=["id"])
