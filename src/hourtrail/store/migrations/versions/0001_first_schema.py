"""The first schema: master data, evidence, suggestions, the decision log, entries, findings, the audit trail."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

APPEND_ONLY = {
    # The ways in which a row of the table could take another one's place; see _append_only_sqlite.
    "decision": (
        ("id",),
        ("suggestion", "place"),
        ("supersedes",),
    ),
    "approval": (("id",), ("entry", "place")),
    "audit_event": (("sequence",), ("previous",)),
}


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def optional(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_) for name in names]


def table(name: str, key: tuple[str, ...], *parts: Any) -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column(part, TEXT, nullable=False) for part in ("tenant", *key) if part != "sequence"
    ]
    if "sequence" in key:
        columns.append(sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False))
    op.create_table(name, *columns, *parts, sa.PrimaryKeyConstraint("tenant", *key))


def master(name: str, *parts: Any) -> None:
    table(name, ("key",), *parts, *needed(JSON, "extra"), *needed(TEXT, "digest"))


def reference(name: str, columns: tuple[str, ...], target: str, remote: tuple[str, ...], **options: Any) -> Any:
    return sa.ForeignKeyConstraint(
        ["tenant", *columns], [f"{target}.tenant", *(f"{target}.{column}" for column in remote)], name=name, **options
    )


def create_master_data() -> None:
    master(
        "person",
        *needed(TEXT, "id", "name", "zone", "grade", "manager", "team", "workdays", "calendar", "currency"),
        *optional(EXACT, "weekly_hours", "cost_rate"),
    )
    master(
        "task", *needed(TEXT, "client", "project", "task", "name", "contract", "billable"),
        *needed(sa.Boolean(), "closed"), *optional(sa.Date(), "opens_on", "closes_on"), *optional(EXACT, "budget_hours"),
        *needed(JSON, "keywords", "domains", "ticket_prefixes", "containers"),
    )  # fmt: skip
    master(
        "assignment", *needed(TEXT, "person", "client", "project", "task", "grade"),
        *optional(sa.Date(), "starts_on", "ends_on"), *optional(EXACT, "planned_hours_per_week"),
    )  # fmt: skip
    master(
        "contract", *needed(TEXT, "id", "client", "project", "currency", "period", "rollover", "kind", "rounding_rule"),
        *optional(sa.Date(), "starts_on", "ends_on"),
        *optional(EXACT, "cap_amount", "cap_hours", "budget_hours", "budget_amount"),
        *optional(EXACT, "included_hours", "overage_rate", "blended_rate"), *needed(sa.Integer(), "rounding_minutes"),
        *needed(sa.Boolean(), "narrative_required", "regulated"),
    )  # fmt: skip
    master(
        "rate", *needed(TEXT, "contract", "currency", "grade", "task", "person"), *optional(EXACT, "hourly_rate"),
        *optional(sa.Date(), "valid_from", "valid_to"),
    )  # fmt: skip
    master("holiday", *needed(TEXT, "calendar", "name"), *optional(sa.Date(), "date"))
    master("period", *optional(sa.Date(), "starts_on", "ends_on"), *needed(sa.Boolean(), "closed"))
    master(
        "milestone", *needed(TEXT, "contract", "milestone", "name"), *optional(sa.Date(), "due_on", "accepted_on"),
        *optional(EXACT, "amount", "planned_share"),
    )  # fmt: skip


def create_evidence() -> None:
    table(
        "activity", ("source", "external_id"), *needed(TEXT, "person", "container", "revision", "digest"),
        *needed(INSTANT, "start"), *optional(INSTANT, "end", "withdrawn_at"), *needed(JSON, "body"),
    )  # fmt: skip
    op.create_index("activity_by_person", "activity", ["tenant", "person", "start"])
    table(
        "suggestion", ("id",), *needed(TEXT, "person", "band", "status"), *needed(sa.Date(), "date"),
        *needed(INSTANT, "start", "end"), *needed(sa.Integer(), "revision"), *needed(JSON, "body", "block"),
    )  # fmt: skip
    op.create_index("suggestion_by_person", "suggestion", ["tenant", "person", "date"])
    op.create_index("suggestion_by_date", "suggestion", ["tenant", "date"])
    table("text_vector", ("fingerprint", "digest"), *needed(sa.LargeBinary(), "vector"))


def create_human_part() -> None:
    table(
        "decision", ("id",), *optional(TEXT, "suggestion", "supersedes"), *optional(sa.Integer(), "place"),
        *needed(TEXT, "verdict", "actor"), *needed(INSTANT, "decided_at"), *needed(JSON, "body"),
        reference("decision_suggestion", ("suggestion",), "suggestion", ("id",)),
        reference("decision_supersedes", ("supersedes",), "decision", ("id",)),
        sa.UniqueConstraint("tenant", "suggestion", "place", name="decision_place"),
        sa.UniqueConstraint("tenant", "supersedes", name="decision_superseded_once"),
    )  # fmt: skip
    op.create_index("decision_by_time", "decision", ["tenant", "decided_at"])
    table(
        "time_entry", ("id",),
        *needed(TEXT, "person", "client", "project", "task", "narrative", "currency", "source", "digest", "status"),
        *needed(sa.Date(), "date"), *needed(sa.Integer(), "minutes", "write_off_minutes"),
        *optional(INSTANT, "start", "end", "created_at"), *optional(sa.Boolean(), "billable"),
        *optional(EXACT, "hourly_rate"), *optional(sa.Integer(), "billable_minutes"),
        *optional(TEXT, "suggestion", "decision"), *needed(JSON, "extra"),
        reference("time_entry_decision", ("decision",), "decision", ("id",), deferrable=True, initially="DEFERRED"),
    )  # fmt: skip
    op.create_index("time_entry_by_person", "time_entry", ["tenant", "person", "date"])
    op.create_index("time_entry_by_date", "time_entry", ["tenant", "date"])
    op.create_index("time_entry_by_decision", "time_entry", ["tenant", "decision"])
    table(
        "approval", ("id",), *needed(TEXT, "entry", "from_status", "to_status", "actor", "note"),
        *needed(sa.Integer(), "place"), *needed(INSTANT, "at"),
        reference("approval_entry", ("entry",), "time_entry", ("id",)),
        sa.UniqueConstraint("tenant", "entry", "place", name="approval_place"),
    )  # fmt: skip
    table(
        "finding", ("fingerprint",), *needed(TEXT, "id", "check", "digest", "status", "severity", "blame"),
        *needed(sa.Double(), "score"), *needed(TEXT, "measured", "expected", "explanation"),
        *needed(TEXT, "time_entry", "person", "period", "project", "contract"), *optional(sa.Date(), "date"),
        *optional(EXACT, "amount"), *optional(TEXT, "currency"), *needed(JSON, "comparables"),
    )  # fmt: skip


def create_audit_trail() -> None:
    table(
        "audit_event", ("sequence",), *needed(INSTANT, "at"),
        *needed(TEXT, "actor", "action", "object_id", "payload_digest", "previous", "digest"),
        sa.UniqueConstraint("tenant", "previous", name="audit_event_no_fork"),
    )  # fmt: skip
    table(
        "audit_payload", ("sequence",), *needed(JSON, "payload"),
        reference("audit_payload_event", ("sequence",), "audit_event", ("sequence",)),
    )  # fmt: skip


def _append_only_sqlite() -> None:
    """No UPDATE, no DELETE. INSERT OR REPLACE fires no delete trigger in a program that leaves recursive_triggers off, so a
    row that would take another one's place is refused before it is inserted."""
    for name, keys in APPEND_ONLY.items():
        refuse = f"SELECT RAISE(ABORT, '{name} is append-only: a later row supersedes');"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refuse} END")
        for number, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in ("tenant", *key))
            op.execute(
                # Every name below is a constant of this file.
                f"CREATE TRIGGER {name}_no_replace_{number} BEFORE INSERT ON {name}"  # noqa: S608 - see above
                f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) BEGIN {refuse} END"
            )


def _append_only_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION hourtrail_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is append-only: a later row supersedes', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    for name in APPEND_ONLY:
        for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {name}_append_only_{each.lower()} BEFORE {verb} ON {name}"
                f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
            )


def _row_level_security() -> None:
    """A connection sees the rows of the tenant named by app.tenant, the table's owner too; without the setting, none."""
    names = (
        "person", "task", "assignment", "contract", "rate", "holiday", "period", "milestone", "activity", "suggestion",
        "text_vector", "decision", "time_entry", "approval", "finding", "audit_event", "audit_payload",
    )  # fmt: skip
    for name in names:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {name} USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )


def upgrade() -> None:
    create_master_data()
    create_evidence()
    create_human_part()
    create_audit_trail()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
        _row_level_security()
    else:
        _append_only_sqlite()
