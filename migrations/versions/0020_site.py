"""site settings, invitations, applications, announcements

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-29 00:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(table, column, target="user", ondelete="CASCADE"):
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade():
    op.create_table(
        "site_setting",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        key("site_setting", "changed_by_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("name", name="pk_site_setting"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        key("invitation", "made_by_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("code", name="uq_invitation_code"),
    )
    op.create_index("ix_invitation_made_by_id", "invitation", ["made_by_id"])
    op.create_table(
        "invited",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("invitation_id", BIG, nullable=False),
        key("invited", "user_id"),
        key("invited", "invitation_id", target="invitation"),
        sa.PrimaryKeyConstraint("user_id", name="pk_invited"),
    )
    op.create_index("ix_invited_invitation_id", "invited", ["invitation_id"])
    op.create_table(
        "application",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.Column("network", sa.String(45), nullable=False),
        key("application", "user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_application"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", BIG, nullable=True),
        key("announcement", "made_by_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
    )
    op.create_table(
        "announcement_read",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        key("announcement_read", "user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_announcement_read"),
    )


def downgrade():
    for name in ("announcement_read", "announcement", "application", "invited", "invitation", "site_setting"):
        op.drop_table(name)
