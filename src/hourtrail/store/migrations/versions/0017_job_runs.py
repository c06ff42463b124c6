"""What ran in the background: one row of a run, and at most one running of a job and tenant."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
RUNNING = sa.text("outcome = 'running'")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "job_run", *needed(TEXT, "tenant", "id", "job", "holder", "error", "outcome"), *needed(JSON, "counts"),
        *needed(INSTANT, "started_at", "held_until"), sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )  # fmt: skip
    op.create_index("job_run_by_job", "job_run", ["tenant", "job", "started_at"])
    op.create_index(
        "job_run_one_at_a_time", "job_run", ["tenant", "job"], unique=True, sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE job_run ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE job_run FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY tenant_only ON job_run USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )
