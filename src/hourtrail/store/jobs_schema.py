"""The table of what ran in the background. A row that is running is the lock as well: there is one of a job and tenant."""

from typing import Final

from sqlalchemy import Column, Index, Table, text

from hourtrail.domain.jobs import JobOutcome
from hourtrail.store.schema import _key, _texts, metadata
from hourtrail.store.types import EnumText, Instant, Json

_RUNNING: Final = text("outcome = 'running'")

job_run: Final = Table(
    "job_run", metadata, _key("tenant"), _key("id"), *_texts("job", "holder", "error"),
    Column("outcome", EnumText(JobOutcome), nullable=False), Column("counts", Json(), nullable=False),
    Column("started_at", Instant(), nullable=False), Column("held_until", Instant(), nullable=False),
    Column("ended_at", Instant()),
    Index("job_run_by_job", "tenant", "job", "started_at"),
    Index("job_run_one_at_a_time", "tenant", "job", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
)  # fmt: skip
