"""The log of auto-post orders: proposed, enabled by a second person, stopped."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "auto_post", *needed(TEXT, "tenant"), *needed(sa.Integer(), "place"),
        *needed(TEXT, "word", "order_id", "actor"), *needed(INSTANT, "at"), *needed(TEXT, "reason"),
        *needed(JSON, "terms"), sa.PrimaryKeyConstraint("tenant", "place"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        _guarded_on_postgresql()
    else:
        _guarded_on_sqlite()


def _guarded_on_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    refuse = "SELECT RAISE(ABORT, 'auto_post is append-only: a later row supersedes');"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER auto_post_no_{verb.lower()} BEFORE {verb} ON auto_post BEGIN {refuse} END")
    op.execute(
        # Every name here is a constant of this file.
        "CREATE TRIGGER auto_post_no_replace_0 BEFORE INSERT ON auto_post"  # noqa: S608 - see above
        f" WHEN EXISTS (SELECT 1 FROM auto_post WHERE tenant = NEW.tenant AND place = NEW.place) BEGIN {refuse} END"
    )


def _guarded_on_postgresql() -> None:
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER auto_post_append_only_{each.lower()} BEFORE {verb} ON auto_post"
            f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
        )
    op.execute("ALTER TABLE auto_post ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE auto_post FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON auto_post USING (tenant = current_setting('app.tenant', true))"
        " WITH CHECK (tenant = current_setting('app.tenant', true))"
    )
