"""What people confirmed, read back as the memory that features and reasons lean on."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, select

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.decision import Verdict
from hourtrail.domain.erasure import is_pseudonym
from hourtrail.domain.errors import UnknownZone
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.forgetting import remembered
from hourtrail.domain.instants import midnight, parse_instant, zone_named
from hourtrail.domain.memory import Confirmation
from hourtrail.store.decisions import not_superseded
from hourtrail.store.forgetting import Forgetting
from hourtrail.store.schema import decision, person, suggestion, time_entry
from hourtrail.store.scope import Row

_NOT_SEEN = and_(decision.c.tenant == suggestion.c.tenant, decision.c.suggestion == suggestion.c.id)


class Memory(Forgetting):
    """Confirmed work."""

    def confirmations(self, *, known_before: datetime | None = None) -> list[Confirmation]:
        """Everything confirmed, by the time at which it became known; with ``known_before``, only what was known by then.

        Booked entries of current decisions, "this is not work", and imported entries. A decided one is known when it was
        decided; an imported one when it was created or, where that is not told, a day after its work date ended. What its
        person asked to forget is left out, whenever they said so, and so is everybody who was erased.
        """
        rows = (row for row in (*self._booked(), *self._not_work(), *self._imported()) if not is_pseudonym(row.person))
        found = remembered(rows, self.forgotten())
        if known_before is not None:
            found = [row for row in found if row.known_at < known_before]
        return sorted(found, key=lambda row: (row.known_at, row.id))

    def _booked(self) -> Iterator[Confirmation]:
        query = (
            self._entry_query(decision.c.decided_at, suggestion.c.block)
            .join(decision, and_(decision.c.tenant == time_entry.c.tenant, decision.c.id == time_entry.c.decision))
            .outerjoin(suggestion, _NOT_SEEN)
            .where(not_superseded())
        )
        for row in self._stream(query):
            yield _confirmation(row, row["block"] or {}, known_at=row["decided_at"])

    def _imported(self) -> Iterator[Confirmation]:
        query = self._entry_query(time_entry.c.created_at).where(time_entry.c.decision.is_(None))
        for row in self._stream(query):
            zone = zone_named(_zone(row))
            known_at = row["created_at"] or midnight(row["date"] + timedelta(days=1), zone) + timedelta(days=1)
            yield _confirmation(row, {}, known_at=known_at)

    def _not_work(self) -> Iterator[Confirmation]:
        query = self._select(decision, decision.c.id, decision.c.decided_at, suggestion.c.block).join(
            suggestion, _NOT_SEEN
        )
        for row in self._stream(query.where(decision.c.verdict == Verdict.NOT_WORK.value, not_superseded())):
            block = row["block"]
            yield Confirmation(
                id=row["id"], person=block["person"], item=NOT_WORK, at=parse_instant(block["start"]),
                known_at=row["decided_at"], zone=block["zone"], minutes=block["suggested_minutes"], **_context(block),
            )  # fmt: skip

    def _entry_query(self, *columns: Any) -> Select[Any]:
        """The tenant's entries with their person's zone."""
        entry = time_entry.c
        of_person = and_(person.c.tenant == entry.tenant, person.c.id == entry.person)
        return (
            select(
                entry.id, entry.person, entry.client, entry.project, entry.task, entry.date, entry.start, entry.minutes,
                entry.billable, entry.narrative, person.c.zone, *columns,
            )
            .select_from(time_entry)
            .outerjoin(person, of_person)
            .where(entry.tenant == self.tenant)
        )  # fmt: skip


def _zone(row: Row) -> str:
    """The person's zone; UTC for somebody whom the master data does not know, or with a zone that nobody knows."""
    name = row["zone"] or "UTC"
    try:
        zone_named(name)
    except UnknownZone:
        return "UTC"
    return str(name)


def _noon(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(12), zone_named(zone))


def _context(block: Row) -> dict[str, Any]:
    """What the block's evidence looked like."""
    return {
        "text": block["text"],
        "kind": ActivityKind(block["kind"]),
        "container": block["container"],
        "reference": block["reference"],
        "series": block["series"],
        "domains": tuple(block["domains"]),
    }


def _confirmation(row: Row, block: Row, *, known_at: datetime) -> Confirmation:
    zone = block["zone"] if block else _zone(row)
    at = parse_instant(block["start"]) if block else row["start"] or _noon(row["date"], zone)
    return Confirmation(
        id=row["id"], person=row["person"], item=WorkItem(row["client"], row["project"], row["task"]), at=at,
        known_at=known_at, zone=zone, minutes=row["minutes"], billable=row["billable"],
        **(_context(block) if block else {"text": row["narrative"]}),
    )  # fmt: skip
