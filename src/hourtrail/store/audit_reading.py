"""The audit trail read in parts: a page of it for whoever asks, a run of it for whoever takes all of it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select

from hourtrail.store.audit import Audit, Told, told_of
from hourtrail.store.schema import audit_event
from hourtrail.store.scope import half_open

WINDOW: Final = 50_000
"""Rows looked at for one page: whoever asks for what is rare gets a short page and goes on, instead of holding a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which events. Empty fields ask nothing; ``start`` and ``end`` are half open. ``about`` is the id that an event names,
    ``action`` a whole ``subject:object:action`` or its beginning up to a colon.
    """

    start: datetime | None = None
    end: datetime | None = None
    actor: str = ""
    about: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events oldest first, and the place after which the next page begins; None at the end of the trail."""

    rows: Sequence[Told]
    next_after: int | None


class AuditReading(Audit):
    """Reads the chain by its places."""

    def audit_page(self, asked: AuditQuery, *, after: int, limit: int) -> AuditPage:
        """At most ``limit`` events behind place ``after`` that the query fits."""
        newest = self.audit_size()
        until = min(after + WINDOW, newest)
        query = self._told().where(audit_event.c.sequence > after, audit_event.c.sequence <= until)
        query = half_open(query, audit_event.c.at, asked.start, asked.end)
        if asked.actor:
            query = query.where(audit_event.c.actor == asked.actor)
        if asked.about:
            query = query.where(audit_event.c.object_id == asked.about)
        if asked.action.endswith(":"):
            query = query.where(audit_event.c.action.startswith(asked.action, autoescape=True))
        elif asked.action:
            query = query.where(audit_event.c.action == asked.action)
        rows = [told_of(row) for row in self._all(query.limit(limit))]
        reached = rows[-1][0].sequence if len(rows) == limit else until
        return AuditPage(rows, reached if reached < newest else None)

    def audit_run(self, *, after: int, until: int, limit: int) -> list[Told]:
        """The next events behind place ``after``, none behind ``until``."""
        query = self._told().where(audit_event.c.sequence > after, audit_event.c.sequence <= until)
        return [told_of(row) for row in self._all(query.limit(limit))]

    def audit_size(self) -> int:
        """The place of the newest event; 0 for a new trail."""
        newest = self._newest()
        return int(newest["sequence"]) if newest else 0

    def _told(self) -> Select[Any]:
        return self.told_events().order_by(audit_event.c.sequence)
