"""Activities are sealed: their body becomes bytes, and each tenant gets a place for its wrapped keys.

What was stored before stays readable as it is (it begins with ``{``) and is sealed when it is next written, or by
``hourtrail privacy seal``: a migration has no keys.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "tenant_key", *needed(TEXT, "tenant"), *needed(sa.Integer(), "number"), *needed(sa.LargeBinary(), "wrapped"),
        *needed(INSTANT, "at"), sa.PrimaryKeyConstraint("tenant", "number"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE activity ALTER COLUMN body TYPE bytea USING convert_to(body::text, 'UTF8')")
        op.execute("ALTER TABLE tenant_key ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE tenant_key FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY tenant_only ON tenant_key USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )
    else:
        with op.batch_alter_table("activity") as table:
            table.alter_column("body", type_=sa.LargeBinary(), existing_type=sa.Text(), existing_nullable=False)
