"""blocks and mutes

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 14:42:26.776383
"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "block",
        sa.Column(
            "blocker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "blocked_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "blocker_id <> blocked_id", name=op.f("ck_block_nobody_blocks_themselves")
        ),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["user.id"], name=op.f("fk_block_blocked_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["user.id"], name=op.f("fk_block_blocker_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_block")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(
            "ix_block_blocked_id_blocker_id", ["blocked_id", "blocker_id"], unique=False
        )
        batch_op.create_index("ix_block_blocker_id_since", ["blocker_id", "since"], unique=False)

    op.create_table(
        "mute",
        sa.Column("muter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("muted_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("muter_id <> muted_id", name=op.f("ck_mute_nobody_mutes_themselves")),
        sa.ForeignKeyConstraint(
            ["muted_id"], ["user.id"], name=op.f("fk_mute_muted_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["muter_id"], ["user.id"], name=op.f("fk_mute_muter_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("muter_id", "muted_id", name=op.f("pk_mute")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index("ix_mute_muter_id_since", ["muter_id", "since"], unique=False)



def downgrade():
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.drop_index("ix_mute_muter_id_since")

    op.drop_table("mute")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index("ix_block_blocker_id_since")
        batch_op.drop_index("ix_block_blocked_id_blocker_id")

    op.drop_table("block")
