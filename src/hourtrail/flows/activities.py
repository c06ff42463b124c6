"""A person's own activities, as they are stored."""

from datetime import MAXYEAR, UTC, date, datetime
from typing import Final

from hourtrail.domain.activity import Activity, SourceRef
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import day_bounds, zone_named
from hourtrail.store import Store
from hourtrail.store.master import key_text

_EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(MAXYEAR, 12, 30, tzinfo=UTC))


def activities_of(
    store: Store,
    tenant: str,
    person: str,
    first: date | None,
    last: date | None,
    *,
    after: tuple[datetime, SourceRef] | None = None,
    limit: int,
) -> list[Activity]:
    """The next ``limit`` that touch the local days ``first`` to ``last``, both included, by start; an open side is None."""
    with store.tenant(tenant, read_only=True) as db:
        rows = db.directory_named(Person, [key_text(person)])
        zone = zone_named(next((row.zone for row in rows.values()), "UTC"))
        start = day_bounds(first, first, zone)[0] if first else _EVER[0]
        end = day_bounds(last, last, zone)[1] if last else _EVER[1]
        place = None if after is None else (after[0], after[1].source, after[1].external_id)
        return db.activities_after(person, start, end, place, limit)
