"""Drafts of invoices and what they claim, disputes, proposed rates, the last word on each, billing policies."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

APPEND_ONLY = {
    # The ways in which a row of the table could take another one's place, as in the first schema.
    "invoice_draft": (("id",),),
    "draft_line": (("id",), ("claim", "place", "part")),
    "dispute": (("id",),),
    "rate_change": (("id",),),
    "last_word": (("object",),),
    "billing_policy": (("place",),),
}


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def optional(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_) for name in names]


def reference(name: str, column: str, target: str) -> Any:
    return sa.ForeignKeyConstraint(["tenant", column], [f"{target}.tenant", f"{target}.id"], name=name)


def create_drafts() -> None:
    op.create_table(
        "invoice_draft", *needed(TEXT, "tenant", "id", "contract", "client", "project", "actor", "policy"),
        *needed(sa.Date(), "first", "last", "posting_date"), *needed(INSTANT, "at"),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )  # fmt: skip
    op.create_index("invoice_draft_by_contract", "invoice_draft", ["tenant", "contract"])
    op.create_table(
        "draft_line", *needed(TEXT, "tenant", "id", "draft", "claim"),
        *needed(sa.Integer(), "number", "part", "place", "minutes"), *needed(TEXT, "kind"), *needed(sa.Date(), "date"),
        *needed(TEXT, "why"), *optional(EXACT, "rate", "amount"), *optional(TEXT, "rate_currency", "currency", "entry"),
        *needed(TEXT, "milestone", "project", "content"), sa.PrimaryKeyConstraint("tenant", "id"),
        reference("draft_line_draft", "draft", "invoice_draft"), reference("draft_line_entry", "entry", "time_entry"),
        sa.UniqueConstraint("tenant", "claim", "place", "part", name="draft_line_claimed_once"),
    )  # fmt: skip
    op.create_index("draft_line_by_draft", "draft_line", ["tenant", "draft"])
    op.create_index("draft_line_by_entry", "draft_line", ["tenant", "entry"])


def create_what_people_say() -> None:
    op.create_table(
        "dispute", *needed(TEXT, "tenant", "id", "reason", "raised_by", "actor"), *needed(INSTANT, "at"),
        *optional(TEXT, "line", "entry"), *needed(TEXT, "contract", "client", "project", "content", "note"),
        *optional(EXACT, "amount"), *optional(TEXT, "currency"), sa.PrimaryKeyConstraint("tenant", "id"),
        reference("dispute_line", "line", "draft_line"), reference("dispute_entry", "entry", "time_entry"),
    )  # fmt: skip
    op.create_index("dispute_by_time", "dispute", ["tenant", "at"])
    op.create_index("dispute_by_entry", "dispute", ["tenant", "entry"])
    op.create_table(
        "rate_change", *needed(TEXT, "tenant", "id", "contract", "currency", "grade", "task", "person"),
        *needed(EXACT, "hourly_rate"), *needed(sa.Date(), "valid_from"), *optional(sa.Date(), "valid_to"),
        *needed(TEXT, "reason", "actor"), *needed(INSTANT, "at"), sa.PrimaryKeyConstraint("tenant", "id"),
    )  # fmt: skip
    op.create_table(
        "last_word", *needed(TEXT, "tenant", "object", "kind", "word", "actor"), *needed(INSTANT, "at"),
        *needed(TEXT, "note"), *optional(sa.Date(), "effective_on"), sa.PrimaryKeyConstraint("tenant", "object"),
    )  # fmt: skip
    op.create_table(
        "billing_policy", *needed(TEXT, "tenant", "version", "actor"), *needed(sa.Integer(), "place"),
        *needed(INSTANT, "at"), *needed(JSON, "body"), sa.PrimaryKeyConstraint("tenant", "place"),
    )  # fmt: skip


def _append_only_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    for name, keys in APPEND_ONLY.items():
        refuse = f"SELECT RAISE(ABORT, '{name} is append-only: a later row supersedes');"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refuse} END")
        for number, key in enumerate(keys):
            same = " AND ".join(f'"{column}" = NEW."{column}"' for column in ("tenant", *key))
            op.execute(
                # Every name below is a constant of this file.
                f"CREATE TRIGGER {name}_no_replace_{number} BEFORE INSERT ON {name}"  # noqa: S608 - see above
                f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) BEGIN {refuse} END"
            )


def _append_only_postgresql() -> None:
    for name in APPEND_ONLY:
        for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {name}_append_only_{each.lower()} BEFORE {verb} ON {name}"
                f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
            )


def _row_level_security() -> None:
    for name in APPEND_ONLY:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {name} USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )


def upgrade() -> None:
    create_drafts()
    create_what_people_say()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
        _row_level_security()
    else:
        _append_only_sqlite()
