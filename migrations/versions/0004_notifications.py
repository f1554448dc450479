"""notifications

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 15:03:44.869715
"""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "notification",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["user.id"],
            name=op.f("fk_notification_actor_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_notification_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_notification_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notification_actor_id_user_id", ["actor_id", "user_id"], unique=False
        )
        batch_op.create_index(
            "ix_notification_post_id_actor_id", ["post_id", "actor_id"], unique=False
        )
        batch_op.create_index(
            "ix_notification_unread",
            ["user_id", "id"],
            unique=False,
            sqlite_where=sa.text("is_read IS 0"),
            postgresql_where=sa.text("is_read IS false"),
        )
        batch_op.create_index(
            "ix_notification_groups",
            ["user_id", "kind", "post_id", "is_read", "actor_id"],
            unique=False,
            postgresql_include=["id"],
        )


def downgrade():
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_groups")
        batch_op.drop_index("ix_notification_unread")
        batch_op.drop_index("ix_notification_post_id_actor_id")
        batch_op.drop_index("ix_notification_actor_id_user_id")

    op.drop_table("notification")
