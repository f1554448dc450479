"""people who leave: how to come back, their names, placeholders of nobody, downloads

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-29 09:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OF_POSTS = (
    "bookmark", "like", "mention", "notification", "pin", "post_link", "post_tag", "post_warning", "version"
)
NOBODYS = "SELECT id FROM post WHERE author_id IS NULL"
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def user(table, name, ondelete):
    return sa.ForeignKeyConstraint([name], ["user.id"], name=f"fk_{table}_{name}_user", ondelete=ondelete)


def posts(is_null):
    """The table of posts, which SQLite copies to change a column."""
    return sa.Table(
        "post",
        sa.MetaData(),
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("author_id", BIG, nullable=is_null),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(64)),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.Column("in_reply_to_id", BIG),
        sa.Column("in_reply_to_author_id", BIG),
        sa.Column("repost_of_id", BIG),
        sa.Column("replies_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reposts_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("likes_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("edited_at", sa.DateTime(timezone=True)),
        sa.Column("pictures_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("removed_for", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        user("post", "author_id", "CASCADE"),
        user("post", "in_reply_to_author_id", "SET NULL"),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"], ["post.id"], name="fk_post_in_reply_to_id_post", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["repost_of_id"], ["post.id"], name="fk_post_repost_of_id_post", ondelete="CASCADE"
        ),
        sa.Index(
            "ix_post_entries",
            "author_id",
            "id",
            "deleted_at",
            "in_reply_to_id",
            "in_reply_to_author_id",
            "repost_of_id",
        ),
        partial("uq_post_author_id_nonce", "author_id", "nonce", where="nonce", unique=True),
        partial("ix_post_deleted_at", "deleted_at", where="deleted_at"),
        partial("ix_post_in_reply_to_id_id", "in_reply_to_id", "id", where="in_reply_to_id"),
        partial("ix_post_in_reply_to_author_id", "in_reply_to_author_id", where="in_reply_to_author_id"),
        partial("ix_post_repost_of_id_id", "repost_of_id", "id", where="repost_of_id"),
        partial("uq_post_repost_of_id_author_id", "repost_of_id", "author_id", where="repost_of_id", unique=True),
    )


def partial(name, *columns, where, unique=False):
    condition = sa.text(f"{where} IS NOT NULL")
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade():
    op.create_table(
        "former_username",
        sa.Column("name_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name="pk_former_username"),
    )
    op.create_table(
        "departure",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("state_before", sa.String(20), nullable=False),
        sa.Column("until_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=False),
        user("departure", "user_id", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_departure"),
    )
    op.create_table(
        "export",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        user("export", "user_id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
        sa.UniqueConstraint("key", name="uq_export_key"),
        sa.UniqueConstraint("user_id", name="uq_export_user_id"),
    )
    with op.batch_alter_table("post", copy_from=posts(is_null=False)) as batch_op:
        batch_op.alter_column("author_id", existing_type=BIG, nullable=True)


def downgrade():
    # The placeholders of nobody go, with what is about them. SQLite looks at no foreign keys here.
    for table in OF_POSTS:
        op.execute(f'DELETE FROM "{table}" WHERE post_id IN ({NOBODYS})')
    op.execute(f"UPDATE picture SET post_id = NULL WHERE post_id IN ({NOBODYS})")
    for table, column in (("draft", "in_reply_to_id"), ("draft", "edits_id"), ("post", "in_reply_to_id")):
        op.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} IN ({NOBODYS})")
    op.execute(f"DELETE FROM post WHERE repost_of_id IN ({NOBODYS})")
    op.execute("DELETE FROM post WHERE author_id IS NULL")
    with op.batch_alter_table("post", copy_from=posts(is_null=True)) as batch_op:
        batch_op.alter_column("author_id", existing_type=BIG, nullable=False)
    for name in ("export", "departure", "former_username"):
        op.drop_table(name)
