"""What people asked the models to forget."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "forgotten", *needed(TEXT, "tenant", "id", "person", "trait", "value", "client", "project", "task"),
        *needed(INSTANT, "at"), sa.Column("takes_back", TEXT), sa.PrimaryKeyConstraint("tenant", "id"),
        sa.ForeignKeyConstraint(
            ["tenant", "takes_back"], ["forgotten.tenant", "forgotten.id"], name="forgotten_takes_back"
        ),
        sa.UniqueConstraint("tenant", "takes_back", name="forgotten_taken_back_once"),
    )  # fmt: skip
    op.create_index("forgotten_by_person", "forgotten", ["tenant", "person"])
    if op.get_bind().dialect.name == "postgresql":
        _guarded_on_postgresql()
    else:
        _guarded_on_sqlite()


def _guarded_on_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    refuse = "SELECT RAISE(ABORT, 'forgotten is append-only: a later row supersedes');"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER forgotten_no_{verb.lower()} BEFORE {verb} ON forgotten BEGIN {refuse} END")
    for number, key in enumerate(("id", "takes_back")):
        op.execute(
            # Every name is a constant of this file.
            f"CREATE TRIGGER forgotten_no_replace_{number} BEFORE INSERT ON forgotten"  # noqa: S608 - see above
            f" WHEN EXISTS (SELECT 1 FROM forgotten WHERE tenant = NEW.tenant AND {key} = NEW.{key}) BEGIN {refuse} END"
        )


def _guarded_on_postgresql() -> None:
    """As in the first schema: append-only, TRUNCATE too, and each tenant for itself."""
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER forgotten_append_only_{each.lower()} BEFORE {verb} ON forgotten"
            f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
        )
    op.execute("ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE forgotten FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON forgotten USING (tenant = current_setting('app.tenant', true))"
        " WITH CHECK (tenant = current_setting('app.tenant', true))"
    )
