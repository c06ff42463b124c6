"""What a practice-management system sends: clients, projects, its ids, expenses and payments; and what is metered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

TABLES = ("client", "project", "external_reference", "expense", "payment", "usage_count")
APPEND_ONLY = ("expense", "payment")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def create_directory() -> None:
    op.create_table(
        "client", *needed(TEXT, "tenant", "key", "id", "name"), *needed(sa.Boolean(), "closed"), *needed(JSON, "extra"),
        *needed(TEXT, "digest"), sa.PrimaryKeyConstraint("tenant", "key"),
    )  # fmt: skip
    op.create_table(
        "project", *needed(TEXT, "tenant", "key", "client", "project", "name", "manager"), *needed(sa.Boolean(), "closed"),
        *needed(JSON, "extra"), *needed(TEXT, "digest"), sa.PrimaryKeyConstraint("tenant", "key"),
    )  # fmt: skip
    op.create_table(
        "external_reference", *needed(TEXT, "tenant", "kind", "source", "external_id", "key"), *needed(INSTANT, "at"),
        sa.PrimaryKeyConstraint("tenant", "kind", "source", "external_id"),
    )  # fmt: skip
    op.create_index("external_reference_by_key", "external_reference", ["tenant", "kind", "key"])


def create_records() -> None:
    op.create_table(
        "expense", *needed(TEXT, "tenant", "source", "external_id"), *needed(sa.Integer(), "place"),
        *needed(TEXT, "person", "client", "project", "task"), *needed(sa.Date(), "date"), *needed(EXACT, "amount"),
        *needed(TEXT, "currency"), sa.Column("billable", sa.Boolean()),
        *needed(TEXT, "category", "narrative", "receipt", "revision", "digest", "actor"), *needed(JSON, "extra"),
        *needed(INSTANT, "at"), sa.PrimaryKeyConstraint("tenant", "source", "external_id", "place"),
    )  # fmt: skip
    op.create_index("expense_by_date", "expense", ["tenant", "date"])
    op.create_table(
        "payment", *needed(TEXT, "tenant", "source", "external_id"), *needed(sa.Integer(), "place"),
        *needed(TEXT, "draft"), *needed(EXACT, "amount"), *needed(TEXT, "currency"), *needed(sa.Date(), "received_on"),
        *needed(TEXT, "note", "revision", "digest", "actor"), *needed(JSON, "extra"), *needed(INSTANT, "at"),
        sa.PrimaryKeyConstraint("tenant", "source", "external_id", "place"),
        sa.ForeignKeyConstraint(
            ["tenant", "draft"], ["invoice_draft.tenant", "invoice_draft.id"], name="payment_draft"
        ),
    )  # fmt: skip
    op.create_index("payment_by_draft", "payment", ["tenant", "draft"])
    op.create_table(
        "usage_count", *needed(TEXT, "tenant"), *needed(sa.Date(), "day"), *needed(TEXT, "unit"),
        *needed(sa.BigInteger(), "count"), sa.PrimaryKeyConstraint("tenant", "day", "unit"),
    )  # fmt: skip


def upgrade() -> None:
    create_directory()
    create_records()
    if op.get_bind().dialect.name == "postgresql":
        _guarded_on_postgresql()
    else:
        _guarded_on_sqlite()


def _guarded_on_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    for name in APPEND_ONLY:
        refuse = f"SELECT RAISE(ABORT, '{name} is append-only: a later row supersedes');"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refuse} END")
        same = " AND ".join(f"{key} = NEW.{key}" for key in ("tenant", "source", "external_id", "place"))
        op.execute(
            # Every name here is a constant of this file.
            f"CREATE TRIGGER {name}_no_replace_0 BEFORE INSERT ON {name}"  # noqa: S608 - see above
            f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) BEGIN {refuse} END"
        )


def _guarded_on_postgresql() -> None:
    """As in the first schema: append-only, TRUNCATE too, and each tenant for itself."""
    for name in APPEND_ONLY:
        for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {name}_append_only_{each.lower()} BEFORE {verb} ON {name}"
                f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
            )
    for name in TABLES:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {name} USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )
