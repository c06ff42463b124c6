"""Whose time was written since a place of the trail: what somebody who read without a lock asks before they write."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import and_, or_, select

from hourtrail.store.entries import Entries
from hourtrail.store.schema import audit_event, decision, time_entry
from hourtrail.store.upsert import chunks

MOST: Final = 500
"""Events that are looked through; after more of them everything counts as written."""

_DECIDED: Final = "person:suggestion:"
_MOVED: Final = "person:time_entry:"
_BESIDE: Final = (
    "system:findings:", "system:suggestion:", "system:time_entry:", "person:session:", "program:word:", "system:word:",
    "person:finding:",
)  # fmt: skip
"""Events that tell of nothing the checks read: findings themselves, what was proposed, who signed in, who carried a word."""


class Since(Entries):
    """Reads the trail from a place on."""

    def places_written(self, since: int, *, but: Collection[str] = ()) -> set[tuple[str, str]] | None:
        """The person and the client of every entry that was booked, taken back or moved behind place ``since``, save the
        moves of the entries ``but``; None when anything else was written that checks may read, such as master data or
        activities, or more than ``MOST`` events.
        """
        query = self._select(audit_event, audit_event.c.action, audit_event.c.object_id)
        rows = self._all(query.where(audit_event.c.sequence > since).limit(MOST + 1))
        told = [
            (str(row["action"]), str(row["object_id"])) for row in rows if not str(row["action"]).startswith(_BESIDE)
        ]
        if len(rows) > MOST or not all(action.startswith((_DECIDED, _MOVED)) for action, _ in told):
            return None
        decided = [name for action, name in told if action.startswith(_DECIDED)]
        moved = [name for action, name in told if action.startswith(_MOVED) and name not in but]
        return self._places_of(decided, moved)

    def _places_of(self, decided: Sequence[str], moved: Sequence[str]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        place = (time_entry.c.person, time_entry.c.client)
        for names in chunks(decided):
            before = select(decision.c.supersedes).where(
                and_(decision.c.tenant == self.tenant, decision.c.id.in_(names), decision.c.supersedes.is_not(None))
            )
            of_these = or_(time_entry.c.decision.in_(names), time_entry.c.decision.in_(before))
            found |= {
                (row["person"], row["client"]) for row in self._all(self._select(time_entry, *place).where(of_these))
            }
        for names in chunks(moved):
            query = self._select(time_entry, *place).where(time_entry.c.id.in_(names))
            found |= {(row["person"], row["client"]) for row in self._all(query)}
        return found
