"""The reviewers' queue: whose time a finding is about, reviews, clearings with their audit sample, muting, review policies."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

APPEND_ONLY = {
    # The ways in which a row of the table could take another one's place, as in the first schema.
    "finding_review": (("id",), ("finding", "place"), ("supersedes",)),
    "clearing": (("id",),),
    "cleared_entry": (("clearing", "entry"),),
    "check_muting": (("check", "place"),),
    "review_policy": (("place",),),
}


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def reference(name: str, column: str, target: str) -> Any:
    return sa.ForeignKeyConstraint(["tenant", column], [f"{target}.tenant", f"{target}.id"], name=name)


def widen_findings() -> None:
    """Findings raised before know nothing of their context; the next full pass tells it."""
    for name in ("worker", "of_client", "of_project", "cause"):
        op.add_column("finding", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.add_column("finding", sa.Column("worked_on", sa.Date()))
    op.add_column("finding", sa.Column("raised_at", INSTANT))
    op.create_index("finding_id", "finding", ["tenant", "id"], unique=True)
    op.create_index("finding_by_status", "finding", ["tenant", "status", "check"])
    op.create_index("finding_by_worker", "finding", ["tenant", "worker", "worked_on"])
    op.create_index("finding_by_client", "finding", ["tenant", "of_client", "of_project"])
    op.create_index("time_entry_by_client", "time_entry", ["tenant", "client", "project"])


def create_reviews() -> None:
    op.create_table(
        "finding_review", *needed(TEXT, "tenant", "id", "finding"), *needed(sa.Integer(), "place"),
        *needed(TEXT, "kind", "actor", "act", "reason_code", "note", "assignee"), *needed(INSTANT, "at"),
        sa.Column("seconds", sa.Double()), sa.Column("supersedes", TEXT), *needed(JSON, "shown"),
        sa.PrimaryKeyConstraint("tenant", "id"),
        reference("finding_review_finding", "finding", "finding"),
        reference("finding_review_supersedes", "supersedes", "finding_review"),
        sa.UniqueConstraint("tenant", "finding", "place", name="finding_review_place"),
        sa.UniqueConstraint("tenant", "supersedes", name="finding_review_superseded_once"),
    )  # fmt: skip
    op.create_index("finding_review_by_time", "finding_review", ["tenant", "at"])
    op.create_index("finding_review_by_act", "finding_review", ["tenant", "act"])


def create_clearings() -> None:
    op.create_table(
        "clearing", *needed(TEXT, "tenant", "id", "actor", "seed"), *needed(INSTANT, "at"),
        *needed(sa.Date(), "first", "last"), *needed(sa.Integer(), "cleared", "flagged", "own", "sampled"),
        *needed(sa.Double(), "share"), sa.Column("seconds", sa.Double()), sa.PrimaryKeyConstraint("tenant", "id"),
    )  # fmt: skip
    op.create_table(
        "cleared_entry", *needed(TEXT, "tenant", "clearing", "entry", "finding"), *needed(sa.Double(), "propensity"),
        *needed(sa.Boolean(), "sampled"), sa.PrimaryKeyConstraint("tenant", "clearing", "entry"),
        reference("cleared_entry_clearing", "clearing", "clearing"),
        reference("cleared_entry_entry", "entry", "time_entry"),
    )  # fmt: skip
    op.create_index("cleared_entry_by_finding", "cleared_entry", ["tenant", "finding"])


def create_rules() -> None:
    op.create_table(
        "check_muting", *needed(TEXT, "tenant", "check", "actor", "reason"), *needed(sa.Boolean(), "muted"),
        *needed(INSTANT, "at"), *needed(sa.Integer(), "place", "true_issues", "looks"),
        sa.PrimaryKeyConstraint("tenant", "check", "place"),
    )  # fmt: skip
    op.create_table(
        "review_policy", *needed(TEXT, "tenant", "version", "actor"), *needed(sa.Integer(), "place"),
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
    widen_findings()
    create_reviews()
    create_clearings()
    create_rules()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
        _row_level_security()
    else:
        _append_only_sqlite()
