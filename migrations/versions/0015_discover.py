"""discover

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-28 20:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("digest", "trend", "featured", "suggestion")


def user_key(table, name):
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    reference = sa.ForeignKey("user.id", name=f"fk_{table}_{name}_user", ondelete="CASCADE")
    return sa.Column(name, key, reference, nullable=False)


def upgrade():
    op.create_table(
        "digest",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_digest"),
    )
    op.create_table(
        "trend",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(60), nullable=False),
        sa.Column("days", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_trend"),
        sa.UniqueConstraint("tag", name="uq_trend_tag"),
    )
    op.create_table(
        "featured",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        user_key("featured", "person_id"),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("tag", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("place", name="pk_featured"),
        sa.UniqueConstraint("person_id", name="uq_featured_person_id"),
    )
    op.create_table(
        "suggestion",
        user_key("suggestion", "user_id"),
        user_key("suggestion", "person_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        user_key("suggestion", "via_id"),
        sa.Column("via_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "person_id", name="pk_suggestion"),
        sqlite_with_rowid=False,
    )
    for name in ("person_id", "via_id"):
        op.create_index(f"ix_suggestion_{name}", "suggestion", [name])


def downgrade():
    for name in reversed(TABLES):
        op.drop_table(name)
