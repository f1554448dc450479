"""posts that wait, addresses kept for a while, evidence that outlives reporters, accounts moderated in bulk

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-29 09:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
REPORTER = "fk_report_reporter_id_user"
COLUMNS = "id, case_id, reporter_id, reason, words, evidence"


def upgrade():
    op.add_column("post", sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_post_held",
        "post",
        ["author_id", "id"],
        sqlite_where=sa.text("is_held = 1"),
        postgresql_where=sa.text("is_held"),
    )
    op.create_table(
        "seen_address",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "address", name="pk_seen_address"),
    )
    op.create_index("ix_seen_address_seen_at", "seen_address", ["seen_at"])
    _set_reporter(nullable=True, ondelete="SET NULL")
    op.create_table(
        "bulk_action",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_action"),
    )
    op.create_table(
        "bulk_person",
        sa.Column("bulk_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_action.id"], name="fk_bulk_person_bulk_id_bulk_action", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_bulk_person_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulk_id", "user_id", name="pk_bulk_person"),
    )


def downgrade():
    op.drop_index("ix_post_held", "post")
    op.drop_column("post", "is_held")
    for name in ("bulk_person", "bulk_action", "seen_address"):
        op.drop_table(name)
    op.execute("DELETE FROM report WHERE reporter_id IS NULL")
    _set_reporter(nullable=False, ondelete="CASCADE")


def _set_reporter(*, nullable, ondelete):
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(REPORTER, "report", type_="foreignkey")
        op.alter_column("report", "reporter_id", nullable=nullable)
        op.create_foreign_key(REPORTER, "report", "user", ["reporter_id"], ["id"], ondelete=ondelete)
        return
    # SQLite changes no constraint: the rows move into another table.
    op.drop_index("ix_report_reporter_id", "report")
    op.rename_table("report", "report_before")
    op.create_table(
        "report",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("reporter_id", BIG, nullable=nullable),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name="fk_report_case_id_moderation_case", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["user.id"], name=REPORTER, ondelete=ondelete),
        sa.UniqueConstraint("case_id", "reporter_id", name="uq_report_case_id_reporter_id"),
    )
    op.execute(f"INSERT INTO report ({COLUMNS}) SELECT {COLUMNS} FROM report_before")
    op.drop_table("report_before")
    op.create_index("ix_report_reporter_id", "report", ["reporter_id"])
