"""Legal entities and their tax rates: what a contract is taxed by, and the tax that a draft's line carries."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def name_entities() -> None:
    """What was stored before names no entity and no code."""
    for table, name in (("contract", "entity"), ("contract", "tax_code"), ("invoice_draft", "entity")):
        op.add_column(table, sa.Column(name, TEXT, nullable=False, server_default=""))


def create_tax_rates() -> None:
    op.create_table(
        "tax_rate", *needed(TEXT, "tenant", "key", "tax_code", "name", "entity", "region", "note", "treatment"),
        sa.Column("rate", EXACT), sa.Column("valid_from", sa.Date()), sa.Column("valid_to", sa.Date()),
        *needed(JSON, "extra"), *needed(TEXT, "digest"), sa.PrimaryKeyConstraint("tenant", "key"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tax_rate ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE tax_rate FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY tenant_only ON tax_rate USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )


def widen_draft_lines() -> None:
    """A line without tax, as all were before, says nothing in these columns."""
    for name, type_ in (("tax_code", TEXT), ("tax_note", TEXT), ("tax_rate", EXACT), ("tax", EXACT)):
        op.add_column("draft_line", sa.Column(name, type_))


def upgrade() -> None:
    name_entities()
    create_tax_rates()
    widen_draft_lines()
