"""The checks around what was just written: right after the answer, and never in its way.

Where many people decide at once, whoever confirms a dozen suggestions has their week checked a few times instead of twelve:
what is written while checks run is taken together, person by person, and between two people the writers have their turn.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from time import monotonic, sleep
from typing import Final

from starlette.background import BackgroundTask

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.decide import Decided
from hourtrail.flows.written_checks import check_written
from hourtrail_serving.served import Served

PAUSE: Final = 2.0
"""Between two people's checks, as a multiple of what the last one took: people who decide are not kept waiting by checks."""

LONGEST_PAUSE: Final = 0.5

log = logging.getLogger(__name__)


def check_decision(served: Served, *done: Decided) -> None:
    """Check the entries that decisions booked, and those that they took back, now or with what is being checked."""
    _note(served, done)
    check_soon(served)


def checked_later(served: Served, done: Sequence[Decided]) -> BackgroundTask | None:
    """The same as what an answer does once it is sent; nothing for no decision, as with an answer that is repeated."""
    _note(served, done)
    return BackgroundTask(check_soon, served) if done else None


def _note(served: Served, done: Sequence[Decided]) -> None:
    """Let them wait with those whose time they are about, who need not be the ones who decided."""
    for row in done:
        person = row.entries[0].person if row.entries else row.decision.actor
        served.unchecked.add(person, filter(None, (row.decision.id, row.decision.supersedes)))


def check_soon(served: Served) -> None:
    """Check what waits: now, or in a thread of its own where people are given the time to go on deciding."""
    if served.unchecked.quiet:
        if not served.unchecked.is_manned:
            # A daemon: a process that ends does not wait for it.
            Thread(target=check_waiting, args=(served,), name="checks", daemon=True).start()
    else:
        check_waiting(served)


def check_waiting(served: Served) -> None:
    """Check what waits, unless somebody else is at it; one tenant's at a time in a process."""
    with closing(served.unchecked.batches()) as batches:
        for names in batches:
            with served.checking:
                began = monotonic()
                _check(served, partial(_booked, served, names))
            if not served.unchecked.is_empty:
                sleep(min(LONGEST_PAUSE, PAUSE * (monotonic() - began)))


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
