"""Indexes for what a single write reads: master data by person, project, client and contract; entries and findings by client."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "task_by_project": ("task", ("project",)),
    "task_by_client": ("task", ("client",)),
    "assignment_by_person": ("assignment", ("person",)),
    "assignment_by_project": ("assignment", ("project", "client", "task")),
    "contract_by_client": ("contract", ("client",)),
    "contract_by_project": ("contract", ("project",)),
    "rate_by_contract": ("rate", ("contract",)),
    "holiday_by_calendar": ("holiday", ("calendar",)),
    "milestone_by_contract": ("milestone", ("contract",)),
    # These two had fewer columns before.
    "time_entry_by_client": ("time_entry", ("client", "project", "task")),
    "finding_by_client": ("finding", ("of_client", "check", "status", "of_project")),
}


def upgrade() -> None:
    op.drop_index("time_entry_by_client", "time_entry")
    op.drop_index("finding_by_client", "finding")
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, ["tenant", *columns])
