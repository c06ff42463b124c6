"""What was suggested of a person's past weeks, in minutes alone: read without the evidence and the texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hourtrail.domain.suggestion import MinutesInterval, SuggestionStatus
from hourtrail.domain.wire import interval_from_json
from hourtrail.store.schema import suggestion
from hourtrail.store.scope import Scope, between


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesShown:
    """One suggestion: its local work date, the minutes suggested, the interval that stood on it, and whether it was decided."""

    id: str
    date: date
    minutes: int
    interval: MinutesInterval | None
    decided: bool


class ShownMinutes(Scope):
    """Minutes of suggestions."""

    def shown_minutes(self, person: str, first: date, last: date) -> Iterator[MinutesShown]:
        """Those of the local work dates ``first`` to ``last``, both included, but for withdrawn and private ones; streams."""
        columns = (suggestion.c.id, suggestion.c.date, suggestion.c.status, suggestion.c.body, suggestion.c.block)
        query = between(self._select(suggestion, *columns), suggestion.c.date, first, last).where(
            suggestion.c.person == person, suggestion.c.status != SuggestionStatus.WITHDRAWN
        )
        for row in self._stream(query):
            body = row["body"]
            if not row["block"]["private"]:
                yield MinutesShown(
                    id=row["id"],
                    date=row["date"],
                    minutes=body["suggested_minutes"],
                    interval=interval_from_json(body, body.get("log", {})),
                    decided=row["status"] is SuggestionStatus.DECIDED,
                )
