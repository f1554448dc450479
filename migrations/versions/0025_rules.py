"""reports keep the title of a rule; notes on cases

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-29 13:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("moderation_case", "report")
SETTING = sa.table("site_setting", sa.column("name"), sa.column("value", sa.JSON))


def of_length(longest, stored):
    """Replace the column by a longer or shorter one, without a copy of the table."""
    for name in TABLES:
        column = sa.Column("of_length", sa.String(longest), nullable=False, server_default="")
        op.add_column(name, column)
        op.execute(f"UPDATE {name} SET of_length = {stored}")
        op.drop_column(name, "reason")
        op.execute(f"ALTER TABLE {name} RENAME COLUMN of_length TO reason")


def upgrade():
    op.add_column("note", sa.Column("case_id", sa.BigInteger(), nullable=True))
    of_length(200, "CASE WHEN reason LIKE 'rule\\_%' ESCAPE '\\' THEN 'rule: Rule ' || substr(reason, 6) ELSE reason END")
    if op.get_context().as_sql:
        return
    rules = op.get_bind().scalar(sa.select(SETTING.c.value).where(SETTING.c.name == "rules"))
    for number, rule in enumerate(rules or (), start=1):
        for name in TABLES:
            table = sa.table(name, sa.column("reason"))
            of_number = table.update().where(table.c.reason == f"rule: Rule {number}")
            op.execute(of_number.values(reason=f"rule: {rule[0]}"))


def downgrade():
    of_length(20, "CASE WHEN reason LIKE 'rule: %' THEN 'other' ELSE reason END")
    op.drop_column("note", "case_id")
