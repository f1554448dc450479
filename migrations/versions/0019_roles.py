"""roles, states, confirmed addresses

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-29 00:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COLUMNS = ("role", "state", "state_until", "confirmed_at")


def upgrade():
    op.add_column("user", sa.Column("role", sa.String(20), server_default="member", nullable=False))
    op.add_column("user", sa.Column("state", sa.String(20), server_default="active", nullable=False))
    for name in ("state_until", "confirmed_at"):
        op.add_column("user", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_user_state_until", "user", ["state_until"])
    op.execute("UPDATE \"user\" SET role = 'administrator' WHERE is_admin IS TRUE")
    op.execute('UPDATE "user" SET confirmed_at = CURRENT_TIMESTAMP')
    for table in ("hidden_user", "limited_user"):
        op.create_table(
            table,
            sa.Column("user_id", BIG, nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["user.id"], name=f"fk_{table}_user_id_user", ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("user_id", name=f"pk_{table}"),
        )


def downgrade():
    op.drop_table("limited_user")
    op.drop_table("hidden_user")
    op.execute("UPDATE \"user\" SET is_admin = (role = 'administrator')")
    op.drop_index("ix_user_state_until", "user")
    for name in reversed(COLUMNS):
        op.drop_column("user", name)
