"""reports, cases, notes, the log of the moderators, removed posts

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-29 00:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("mailed_moderator", "canned_reason", "post_warning", "moderation_log", "note", "report", "moderation_case")
OPEN = "closed_at IS NULL"
NO_APPEAL = "closed_at IS NULL AND appeals_id IS NULL"
# Nobody can change the log, whoever writes to the database.
REFUSES = "What is in the log stays as it is."
PROTECTED = {
    "sqlite": [
        f"CREATE TRIGGER moderation_log_{verb.lower()} BEFORE {verb} ON moderation_log "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END"
        for verb in ("UPDATE", "DELETE")
    ]
    + [
        # INSERT OR REPLACE deletes without a trigger.
        "CREATE TRIGGER moderation_log_replace BEFORE INSERT ON moderation_log "
        "WHEN EXISTS (SELECT 1 FROM moderation_log WHERE id = NEW.id OR undoes_id = NEW.undoes_id) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSES}'; END $$",
        "CREATE TRIGGER moderation_log_change BEFORE UPDATE OR DELETE ON moderation_log "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log()",
        "CREATE TRIGGER moderation_log_truncate BEFORE TRUNCATE ON moderation_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()",
    ],
}


def key(table):
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def user(table, name, ondelete):
    return sa.ForeignKeyConstraint([name], ["user.id"], name=f"fk_{table}_{name}_user", ondelete=ondelete)


def upgrade():
    op.add_column("post", sa.Column("removed_for", sa.Text(), nullable=True))
    op.create_table(
        "moderation_case",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("reports_count", sa.Integer(), nullable=False),
        sa.Column("appeals_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("taken_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        key("moderation_case"),
        sa.UniqueConstraint("appeals_id", name="uq_moderation_case_appeals_id"),
        user("moderation_case", "taken_by_id", "SET NULL"),
    )
    op.create_index(
        "uq_moderation_case_person_id_post_id",
        "moderation_case",
        ["person_id", "post_id"],
        unique=True,
        sqlite_where=sa.text(NO_APPEAL),
        postgresql_where=sa.text(NO_APPEAL),
    )
    op.create_index(
        "ix_moderation_case_open",
        "moderation_case",
        ["id", "person_id"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("ix_moderation_case_person_id_id", "moderation_case", ["person_id", "id"])
    op.create_table(
        "report",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("reporter_id", BIG, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        key("report"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name="fk_report_case_id_moderation_case", ondelete="CASCADE"
        ),
        user("report", "reporter_id", "CASCADE"),
        sa.UniqueConstraint("case_id", "reporter_id", name="uq_report_case_id_reporter_id"),
    )
    op.create_index("ix_report_reporter_id", "report", ["reporter_id"])
    op.create_table(
        "note",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        key("note"),
        user("note", "author_id", "SET NULL"),
    )
    op.create_index("ix_note_person_id", "note", ["person_id"])
    op.create_table(
        "post_warning",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_warning_post_id_post", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_warning"),
    )
    op.create_table(
        "mailed_moderator",
        sa.Column("user_id", BIG, nullable=False),
        user("mailed_moderator", "user_id", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_mailed_moderator"),
    )
    op.create_table(
        "canned_reason",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        key("canned_reason"),
    )
    op.create_table(
        "moderation_log",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        key("moderation_log"),
        sa.UniqueConstraint("undoes_id", name="uq_moderation_log_undoes_id"),
    )
    op.create_index("ix_moderation_log_person_id_id", "moderation_log", ["person_id", "id"])
    for statement in PROTECTED[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade():
    for name in TABLES:
        op.drop_table(name)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_log()")
    op.drop_column("post", "removed_for")
