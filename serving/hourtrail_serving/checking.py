"""The checks around what was just written: right after the answer, and never in its way.

Whoever confirms a dozen suggestions in a row has their week checked a few times instead of twelve: what is written while a
check runs is taken together by the next one.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from starlette.background import BackgroundTask

from hourtrail.domain.decision import Decision
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.written_checks import check_written
from hourtrail_serving.served import Served

log = logging.getLogger(__name__)


def check_decision(served: Served, *decisions: Decision) -> None:
    """Check the entries that decisions booked, and those that they took back, now or with what is being checked."""
    served.unchecked.add(name for row in decisions for name in (row.id, row.supersedes) if name)
    check_waiting(served)


def checked_later(served: Served, decisions: Sequence[Decision]) -> BackgroundTask | None:
    """The same as what an answer does once it is sent; nothing for no decision, as with an answer that is repeated."""
    return BackgroundTask(check_decision, served, *decisions) if decisions else None


def check_waiting(served: Served) -> None:
    """Check what waits, unless somebody else is at it."""
    with closing(served.unchecked.batches()) as batches:
        for names in batches:
            _check(served, partial(_booked, served, names))


def settle(served: Served) -> None:
    """See to it that the findings on what this process wrote are there, before they decide whether time may be handed in."""
    check_waiting(served)
    if not served.unchecked.settled():
        log.warning("checks of what was written are still running; the nightly pass finds what they miss")


def check_entries(served: Served, entries: Sequence[TimeEntry]) -> None:
    """Check entries that were moved."""
    _check(served, lambda: list(entries))


def _booked(served: Served, names: Sequence[str]) -> list[TimeEntry]:
    with served.store.tenant(served.tenant, read_only=True) as db:
        return [entry for name in names for entry in db.entries_of(name)]


def _check(served: Served, touched: Callable[[], list[TimeEntry]]) -> None:
    """What was written stands, whatever becomes of its checks: the nightly pass makes up for it."""
    try:
        check_written(served.store, served.tenant, touched(), today=datetime.now(UTC).date())
    except HourtrailError as error:
        log.warning("what was written could not be checked now, the nightly pass will: %s", error)
