"""Each tenant's state, the versions of its settings, and its logo; every tenant that has a trail becomes an active one."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

APPEND_ONLY = {"tenant_state": "place", "tenant_settings": "version"}
OWN = "tenant = current_setting('app.tenant', true)"


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "tenant_state", *needed(TEXT, "tenant"), *needed(sa.Integer(), "place"),
        *needed(TEXT, "state", "actor", "reason"), *needed(INSTANT, "at"), sa.PrimaryKeyConstraint("tenant", "place"),
    )  # fmt: skip
    op.create_table(
        "tenant_settings", *needed(TEXT, "tenant"), *needed(sa.Integer(), "version"),
        *needed(TEXT, "actor", "reason", "digest"), *needed(INSTANT, "at"), *needed(JSON, "document"),
        sa.PrimaryKeyConstraint("tenant", "version"),
    )  # fmt: skip
    op.create_table(
        "brand_logo", *needed(TEXT, "tenant", "digest"), *needed(sa.LargeBinary(), "content"), *needed(INSTANT, "at"),
        sa.PrimaryKeyConstraint("tenant", "digest"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        # The owner of the tables is under their row-level security too, and this looks at all tenants once.
        op.execute("ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY")
        _enter_those_that_there_are()
        op.execute("ALTER TABLE audit_event FORCE ROW LEVEL SECURITY")
        _guarded_on_postgresql()
    else:
        _enter_those_that_there_are()
        _guarded_on_sqlite()


def _enter_those_that_there_are() -> None:
    op.execute(
        "INSERT INTO tenant_state (tenant, place, state, actor, reason, at)"
        " SELECT tenant, 1, 'active', 'system:migration', 'it was there before tenants were listed', at"
        " FROM audit_event WHERE sequence = 1"
    )


def _guarded_on_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    for table, key in APPEND_ONLY.items():
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only: a later row supersedes');"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refuse} END")
        op.execute(
            # Every name here is a constant of this file.
            f"CREATE TRIGGER {table}_no_replace_0 BEFORE INSERT ON {table}"  # noqa: S608 - see above
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE tenant = NEW.tenant AND {key} = NEW.{key}) BEGIN {refuse} END"
        )


def _guarded_on_postgresql() -> None:
    for table in APPEND_ONLY:
        for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_append_only_{each.lower()} BEFORE {verb} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
            )
    for table in (*APPEND_ONLY, "brand_logo"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant_only ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    # The list of tenants is read as a whole, by whoever said so in the transaction.
    op.execute(
        "CREATE POLICY listed ON tenant_state FOR SELECT USING (current_setting('app.tenants', true) = 'listed')"
    )
