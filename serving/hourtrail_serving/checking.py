"""The checks around what was just written: right after the answer, and never in its way.

Where many people decide at once, whoever confirms a dozen suggestions has their week checked a few times instead of twelve:
what is written while checks run is taken together, person by person, and between two people the writers have their turn.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from time import monotonic, sleep
from typing import Final

from starlette.background import BackgroundTask

from hourtrail.domain.decision import Decision
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.written_checks import check_written
from hourtrail_serving.served import Served

PAUSE: Final = 2.0
"""Between two people's checks, as a multiple of what the last one took: people who decide are not kept waiting by checks."""

LONGEST_PAUSE: Final = 0.5

log = logging.getLogger(__name__)


def check_decision(served: Served, *decisions: Decision) -> None:
    """Check the entries that decisions booked, and those that they took back, now or with what is being checked."""
    for row in decisions:
        served.unchecked.add(row.actor, filter(None, (row.id, row.supersedes)))
    check_waiting(served)


def checked_later(served: Served, decisions: Sequence[Decision]) -> BackgroundTask | None:
    """The same as what an answer does once it is sent; nothing for no decision, as with an answer that is repeated."""
    return BackgroundTask(check_decision, served, *decisions) if decisions else None


def check_waiting(served: Served) -> None:
    """Check what waits, unless somebody else is at it."""
    with closing(served.unchecked.batches()) as batches:
        for names in batches:
            began = monotonic()
            _check(served, partial(_booked, served, names))
            if not served.unchecked.is_empty:
                sleep(min(LONGEST_PAUSE, PAUSE * (monotonic() - began)))


def settle(served: Served, person: str) -> None:
    """See to it that the findings on what this person decided here are there, before they decide whether time is handed in."""
    if names := served.unchecked.taken_of(person):
        _check(served, partial(_booked, served, names))
    if not served.unchecked.settled(person):
        log.warning("checks of what was decided are still running; the nightly pass finds what they miss")


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
