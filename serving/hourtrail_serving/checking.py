"""The checks around what was just written: in the same request, but never in its way."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hourtrail.domain.decision import Decision
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.written_checks import check_written
from hourtrail_serving.served import Served

log = logging.getLogger(__name__)


def check_decision(served: Served, *decisions: Decision) -> None:
    """Check the entries that decisions booked, and those that they took back."""

    def touched() -> list[TimeEntry]:
        names = [name for row in decisions for name in (row.id, row.supersedes) if name]
        with served.store.tenant(served.tenant, read_only=True) as db:
            return [entry for name in names for entry in db.entries_of(name)]

    _check(served, touched)


def check_entries(served: Served, entries: Sequence[TimeEntry]) -> None:
    """Check entries that were moved."""
    _check(served, lambda: list(entries))


def _check(served: Served, touched: Callable[[], list[TimeEntry]]) -> None:
    """What was written stands, whatever becomes of its checks: the nightly pass makes up for it."""
    try:
        check_written(served.store, served.tenant, touched(), today=datetime.now(UTC).date())
    except HourtrailError as error:
        log.warning("what was written could not be checked now, the nightly pass will: %s", error)
