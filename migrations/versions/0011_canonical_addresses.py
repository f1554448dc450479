"""canonical addresses, reset links

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-28 17:00:00.000000
"""

import unicodedata

import sqlalchemy as sa
from alembic import op
from email_validator import EmailNotValidError, validate_email

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

user = sa.table("user", sa.column("id", sa.BigInteger), sa.column("email", sa.String))


def upgrade():
    op.create_table(
        "reset_link",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_reset_link_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_reset_link"),
    )
    op.add_column("outbox_mail", sa.Column("kind", sa.String(40), nullable=True))
    op.add_column("outbox_mail", sa.Column("data", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("outbox_mail", sa.Column("budget", sa.String(20), server_default="", nullable=False))
    if not op.get_context().as_sql:
        make_addresses_canonical(op.get_bind())


def make_addresses_canonical(bind):
    """Store each address as app.accounts.addresses.canonical() returns it, unless another user has that."""
    has_email = sa.select(user).where(user.c.email.is_not(None))
    for id, email in bind.execute(has_email).all():
        lower = unicodedata.normalize("NFC", email.strip()).lower()
        try:
            found = validate_email(lower, check_deliverability=False)
        except EmailNotValidError:
            continue
        address = f"{found.local_part}@{found.ascii_domain}"
        same = sa.select(user.c.id).where(sa.func.lower(user.c.email) == address, user.c.id != id)
        if address != email and bind.scalar(same) is None:
            bind.execute(user.update().where(user.c.id == id).values(email=address))


def downgrade():
    # Mails of the future that are not yet written have no text that the past could send.
    op.execute("DELETE FROM outbox_mail WHERE kind IS NOT NULL AND sent_at IS NULL")
    with op.batch_alter_table("outbox_mail") as batch:
        for name in ("kind", "data", "budget"):
            batch.drop_column(name)
    op.drop_table("reset_link")
