"""Findings say who found them: the check and the version and digest of its policy, or the model. Rows of before say nothing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("producer_name", "producer_version", "producer_digest"):
        op.add_column("finding", sa.Column(name, TEXT))
    # Usage asks the trail for the events of one kind between two days, and policies for the newest of a kind.
    op.create_index("audit_event_by_action", "audit_event", ["tenant", "action", "at"])
