"""pictures kept as evidence, announcements dismissed one by one, who invited outlives its account

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-29 13:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MADE_BY = "fk_invitation_made_by_id_user"
READ, OF = "pk_announcement_read", "fk_announcement_read_announcement_id_announcement"
# The pictures that the desk shows already.
KEPT = {
    "sqlite": (
        "INSERT INTO kept_picture (case_id, picture_id) SELECT DISTINCT r.case_id, p.id "
        "FROM report r, json_each(r.evidence, '$.posts') post, json_each(post.value, '$.pictures') kept "
        "JOIN picture p ON p.key = json_extract(kept.value, '$.key')"
    ),
    "postgresql": (
        "INSERT INTO kept_picture (case_id, picture_id) SELECT DISTINCT r.case_id, p.id FROM report r "
        "CROSS JOIN LATERAL json_array_elements(COALESCE(r.evidence->'posts', '[]')) post "
        "CROSS JOIN LATERAL json_array_elements(COALESCE(post->'pictures', '[]')) kept "
        "JOIN picture p ON p.key = kept->>'key'"
    ),
}


def marks(key, *more):
    """The table of who has dismissed which announcement."""
    return sa.Table(
        "announcement_read",
        sa.MetaData(),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("announcement_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_announcement_read_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name=READ),
        *more,
    )


def invitations(*more):
    """The table of invitations, which SQLite copies to change a constraint."""
    return sa.Table(
        "invitation",
        sa.MetaData(),
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("made_by_id", BIG),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("code", name="uq_invitation_code"),
        sa.Index("ix_invitation_made_by_id", "made_by_id"),
        *more,
    )


def maker():
    return sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=MADE_BY, ondelete="SET NULL")


def upgrade():
    op.create_table(
        "kept_picture",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("picture_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name="fk_kept_picture_case_id_moderation_case", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name="fk_kept_picture_picture_id_picture", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "picture_id", name="pk_kept_picture"),
    )
    op.create_index("ix_kept_picture_picture_id", "kept_picture", ["picture_id"])
    op.execute(KEPT[op.get_context().dialect.name])
    op.execute("DELETE FROM announcement_read WHERE announcement_id NOT IN (SELECT id FROM announcement)")
    with op.batch_alter_table("announcement_read", copy_from=marks(["user_id"])) as batch_op:
        batch_op.drop_constraint(READ, type_="primary")
        batch_op.create_primary_key(READ, ["user_id", "announcement_id"])
        batch_op.create_foreign_key(OF, "announcement", ["announcement_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_announcement_read_announcement_id", "announcement_read", ["announcement_id"])
    # The newest mark meant those before it, too.
    op.execute(
        "INSERT INTO announcement_read (user_id, announcement_id) SELECT m.user_id, a.id "
        "FROM announcement_read m JOIN announcement a ON a.id < m.announcement_id "
        "WHERE a.starts_at <= CURRENT_TIMESTAMP AND (a.ends_at IS NULL OR a.ends_at > CURRENT_TIMESTAMP)"
    )
    with op.batch_alter_table("invitation", copy_from=invitations(maker())) as batch_op:
        batch_op.drop_constraint(MADE_BY, type_="foreignkey")


def downgrade():
    op.execute(
        "UPDATE invitation SET made_by_id = NULL "
        'WHERE made_by_id IS NOT NULL AND made_by_id NOT IN (SELECT id FROM "user")'
    )
    with op.batch_alter_table("invitation", copy_from=invitations()) as batch_op:
        batch_op.create_foreign_key(MADE_BY, "user", ["made_by_id"], ["id"], ondelete="SET NULL")
    op.drop_index("ix_announcement_read_announcement_id", "announcement_read")
    op.execute(
        "DELETE FROM announcement_read WHERE announcement_id < (SELECT max(m.announcement_id) "
        "FROM announcement_read m WHERE m.user_id = announcement_read.user_id)"
    )
    reference = sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=OF, ondelete="CASCADE")
    table = marks(["user_id", "announcement_id"], reference)
    with op.batch_alter_table("announcement_read", copy_from=table) as batch_op:
        batch_op.drop_constraint(OF, type_="foreignkey")
        batch_op.drop_constraint(READ, type_="primary")
        batch_op.create_primary_key(READ, ["user_id"])
    op.drop_table("kept_picture")
