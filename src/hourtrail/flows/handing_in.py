"""Time is checked before it is handed in, whichever process wrote it: its own checks may still be waiting there.

The checks read and think without a lock, and the step is taken under the one of the findings when nothing was written
meanwhile that they would have read.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from hourtrail.domain.entry import TimeEntry
from hourtrail.flows.written_checks import check_within, check_written
from hourtrail.store import Store, TenantStore

TRIES: Final = 3
"""How often somebody may write between the checks and the step before the checks keep everybody else waiting."""

R = TypeVar("R")


class Checked:
    """Entries that were checked as they stood; and, inside the transaction of the step, whether they still are.

    ``moved`` are entries that the same act has moved since, which is no reason to check the others again.
    """

    def __init__(self, store: Store, tenant: str, entries: Sequence[TimeEntry], now: datetime) -> None:
        with store.tenant(tenant, read_only=True) as db:
            # Before anything else: what is written from here on counts as written since.
            self._place = db.audit_size()
        self._now = now
        self.moved: set[str] = set()
        check_written(store, tenant, entries, today=now.date(), now=now)

    def holds(self, db: TenantStore, entries: Sequence[TimeEntry]) -> bool:
        """Whether nothing was written that checks of ``entries`` read, which were read before this is asked."""
        since = db.places_written(self._place, but=self.moved)
        if since is None:
            return False
        people, clients = {row.person for row in entries}, {row.item.client for row in entries}
        # Time without a client may be any client's.
        return not any(person in people or not client or client in clients or "" in clients for person, client in since)

    def renew(self, db: TenantStore, entries: Sequence[TimeEntry]) -> None:
        """Check again inside the transaction, which holds the lock of the findings, unless they still hold."""
        if not self.holds(db, entries):
            check_within(db, entries, today=self._now.date(), now=self._now)


def handed_in(
    store: Store,
    tenant: str,
    find: Callable[[TenantStore], Sequence[TimeEntry]],
    step: Callable[[TenantStore], R],
    *,
    now: datetime,
) -> R:
    """Check the entries that ``find`` reads, then take ``step`` in a transaction that holds the lock of the findings.

    Both raise when the step is not to be taken. What the last check finds under the lock is not kept when the step refuses
    because of it; the next one finds it again, under the same id.
    """
    for _ in range(TRIES):
        with store.tenant(tenant, read_only=True) as db:
            entries = find(db)
        checked = Checked(store, tenant, entries, now)
        with store.tenant(tenant) as db:
            db.lock_findings()
            if checked.holds(db, find(db)):
                return step(db)
    with store.tenant(tenant) as db:
        db.lock_findings()
        check_within(db, find(db), today=now.date(), now=now)
        return step(db)
