"""media

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-29 00:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade():
    op.add_column("post", sa.Column("pictures_count", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "picture",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("owner_id", BIG, nullable=True),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("post_id", BIG, nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("failure", sa.String(20), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("blur", sa.Text(), nullable=False),
        sa.Column("is_animated", sa.Boolean(), nullable=False),
        sa.Column("has_original", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name="fk_picture_owner_id_user", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_picture_post_id_post", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_picture"),
    )
    op.create_index("uq_picture_key", "picture", ["key"], unique=True)
    op.create_index("uq_picture_owner_id_nonce_digest", "picture", ["owner_id", "nonce", "digest"], unique=True)
    only("post_id", ["post_id"], "post_id IS NOT NULL")
    only("removed_at", ["removed_at"], "removed_at IS NOT NULL")
    only("waiting", ["tried_at"], "state = 'waiting'")
    only("with_original", ["id"], {"sqlite": "state = 'ready' AND has_original IS 1", "postgresql": "state = 'ready' AND has_original IS true"})
    only("without_post", ["id"], "post_id IS NULL")


def only(name, columns, where):
    by_dialect = where if isinstance(where, dict) else {"sqlite": where, "postgresql": where}
    options = {f"{dialect}_where": sa.text(text) for dialect, text in by_dialect.items()}
    op.create_index(f"ix_picture_{name}", "picture", columns, **options)


def downgrade():
    op.drop_table("picture")
    op.drop_column("post", "pictures_count")
