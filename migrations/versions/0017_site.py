"""site settings

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-29 00:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "site_setting",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column(
            "changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["user.id"],
            name="fk_site_setting_changed_by_id_user",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("name", name="pk_site_setting"),
    )


def downgrade():
    op.drop_table("site_setting")
