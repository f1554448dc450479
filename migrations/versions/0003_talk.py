"""talk

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 14:59:34.693719
"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def post_before():
    """The table as it is until now: SQLite copies it, and need not be there to be asked."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    there = {name: sa.text(f"{name} IS NOT NULL") for name in ("nonce", "deleted_at")}
    return sa.Table(
        "post",
        sa.MetaData(),
        sa.Column("id", key, autoincrement=False, nullable=False),
        sa.Column("author_id", key, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64)),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name="fk_post_author_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.Index("ix_post_author_id_id", "author_id", "id"),
        sa.Index("ix_post_deleted_at", "deleted_at", sqlite_where=there["deleted_at"]),
        sa.Index(
            "uq_post_author_id_nonce",
            "author_id",
            "nonce",
            unique=True,
            sqlite_where=there["nonce"],
        ),
    )


def upgrade():
    op.create_table(
        "bookmark",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_bookmark_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_bookmark_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "post_id", name=op.f("pk_bookmark")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.create_index("ix_bookmark_post_id", ["post_id"], unique=False)
        batch_op.create_index("ix_bookmark_user_id_since", ["user_id", "since"], unique=False)

    op.create_table(
        "draft",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "in_reply_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("edits_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_draft_author_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["edits_id"], ["post.id"], name=op.f("fk_draft_edits_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"],
            ["post.id"],
            name=op.f("fk_draft_in_reply_to_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_edits_id"), ["edits_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_draft_in_reply_to_id"), ["in_reply_to_id"], unique=False
        )
        batch_op.create_index("uq_draft_author_id_nonce", ["author_id", "nonce"], unique=True)

    op.create_table(
        "like",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_like_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_like_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "post_id", name=op.f("pk_like")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("like", schema=None) as batch_op:
        batch_op.create_index("ix_like_post_id_since", ["post_id", "since"], unique=False)

    op.create_table(
        "mention",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_mention_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_mention_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "user_id", name=op.f("pk_mention")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index("ix_mention_user_id_post_id", ["user_id", "post_id"], unique=False)

    op.create_table(
        "post_tag",
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_tag_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag", "post_id", name=op.f("pk_post_tag")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("post_tag", schema=None) as batch_op:
        batch_op.create_index("ix_post_tag_post_id", ["post_id"], unique=False)

    op.create_table(
        "version",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_version_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index("ix_version_post_id_id", ["post_id", "id"], unique=False)
        batch_op.create_index(
            "uq_version_post_id_nonce",
            ["post_id", "nonce"],
            unique=True,
            sqlite_where=sa.text("nonce IS NOT NULL"),
            postgresql_where=sa.text("nonce IS NOT NULL"),
        )

    with op.batch_alter_table("post", copy_from=post_before()) as batch_op:
        batch_op.add_column(
            sa.Column(
                "in_reply_to_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "in_reply_to_author_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "repost_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("replies_count", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("reposts_count", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("likes_count", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_post_in_reply_to_author_id",
            ["in_reply_to_author_id"],
            unique=False,
            sqlite_where=sa.text("in_reply_to_author_id IS NOT NULL"),
            postgresql_where=sa.text("in_reply_to_author_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_post_in_reply_to_id_id",
            ["in_reply_to_id", "id"],
            unique=False,
            sqlite_where=sa.text("in_reply_to_id IS NOT NULL"),
            postgresql_where=sa.text("in_reply_to_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_post_repost_of_id_author_id",
            ["repost_of_id", "author_id"],
            unique=True,
            sqlite_where=sa.text("repost_of_id IS NOT NULL"),
            postgresql_where=sa.text("repost_of_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_post_in_reply_to_author_id_user"),
            "user",
            ["in_reply_to_author_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_post_repost_of_id_post"),
            "post",
            ["repost_of_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_post_in_reply_to_id_post"),
            "post",
            ["in_reply_to_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade():
    # A repost has no text: before this, there was no such row.
    op.execute("DELETE FROM post WHERE repost_of_id IS NOT NULL")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_post_in_reply_to_id_post"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_post_repost_of_id_post"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_post_in_reply_to_author_id_user"), type_="foreignkey"
        )
        batch_op.drop_index(
            "uq_post_repost_of_id_author_id",
            sqlite_where=sa.text("repost_of_id IS NOT NULL"),
            postgresql_where=sa.text("repost_of_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_post_in_reply_to_id_id",
            sqlite_where=sa.text("in_reply_to_id IS NOT NULL"),
            postgresql_where=sa.text("in_reply_to_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_post_in_reply_to_author_id",
            sqlite_where=sa.text("in_reply_to_author_id IS NOT NULL"),
            postgresql_where=sa.text("in_reply_to_author_id IS NOT NULL"),
        )
        batch_op.drop_column("edited_at")
        batch_op.drop_column("likes_count")
        batch_op.drop_column("reposts_count")
        batch_op.drop_column("replies_count")
        batch_op.drop_column("repost_of_id")
        batch_op.drop_column("in_reply_to_author_id")
        batch_op.drop_column("in_reply_to_id")

    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_version_post_id_nonce",
            sqlite_where=sa.text("nonce IS NOT NULL"),
            postgresql_where=sa.text("nonce IS NOT NULL"),
        )
        batch_op.drop_index("ix_version_post_id_id")

    op.drop_table("version")
    with op.batch_alter_table("post_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_post_tag_post_id")

    op.drop_table("post_tag")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index("ix_mention_user_id_post_id")

    op.drop_table("mention")
    with op.batch_alter_table("like", schema=None) as batch_op:
        batch_op.drop_index("ix_like_post_id_since")

    op.drop_table("like")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("uq_draft_author_id_nonce")
        batch_op.drop_index(batch_op.f("ix_draft_in_reply_to_id"))
        batch_op.drop_index(batch_op.f("ix_draft_edits_id"))

    op.drop_table("draft")
    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.drop_index("ix_bookmark_user_id_since")
        batch_op.drop_index("ix_bookmark_post_id")

    op.drop_table("bookmark")
