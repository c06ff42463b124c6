"""Tree heads of the audit trail: what its first rows came to when they were sealed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "audit_root", *needed(TEXT, "tenant"), *needed(sa.BigInteger(), "size"), *needed(TEXT, "root"),
        *needed(INSTANT, "at"), sa.PrimaryKeyConstraint("tenant", "size"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        _guarded_on_postgresql()
    else:
        _guarded_on_sqlite()


def _guarded_on_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    refuse = "SELECT RAISE(ABORT, 'audit_root is append-only: a later row supersedes');"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER audit_root_no_{verb.lower()} BEFORE {verb} ON audit_root BEGIN {refuse} END")
    op.execute(
        # Every name is a constant of this file.
        "CREATE TRIGGER audit_root_no_replace_0 BEFORE INSERT ON audit_root"  # noqa: S608 - see above
        f" WHEN EXISTS (SELECT 1 FROM audit_root WHERE tenant = NEW.tenant AND size = NEW.size) BEGIN {refuse} END"
    )


def _guarded_on_postgresql() -> None:
    """As in the first schema: append-only, TRUNCATE too, and each tenant for itself."""
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_root_append_only_{each.lower()} BEFORE {verb} ON audit_root"
            f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
        )
    op.execute("ALTER TABLE audit_root ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_root FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON audit_root USING (tenant = current_setting('app.tenant', true))"
        " WITH CHECK (tenant = current_setting('app.tenant', true))"
    )
