"""Suggestions: reconciled by runs, never touched by them once a person has decided."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal, true, tuple_, update

from hourtrail.domain.errors import Conflict, NotFound, See
from hourtrail.domain.suggestion import Band, Suggestion, SuggestionStatus
from hourtrail.domain.wire import (
    block_from_json,
    block_to_json,
    suggestion_from_json,
    suggestion_log_to_json,
    suggestion_to_json,
)
from hourtrail.store.schema import suggestion
from hourtrail.store.scope import Row, Scope, between
from hourtrail.store.upsert import chunks


def _values(row: Suggestion) -> dict[str, Any]:
    return {
        "id": row.id,
        "person": row.person,
        "band": row.band.value,
        "date": row.date,
        "start": row.span.start,
        "end": row.span.end,
        "status": row.status,
        "revision": row.revision,
        "body": {**suggestion_to_json(row), "log": suggestion_log_to_json(row)},
        "block": block_to_json(row.block),
    }


def suggestion_of(row: Row) -> Suggestion:
    """A stored suggestion; status and revision stand in their columns, not in the body."""
    body = {**row["body"], "status": row["status"].value, "revision": row["revision"]}
    return suggestion_from_json(body, block_from_json(row["block"]))


def _place(start: datetime, name: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return literal(start, suggestion.c.start.type), literal(name, suggestion.c.id.type)


class Suggestions(Scope):
    """What was proposed."""

    def suggestions(
        self,
        *,
        person: str | None = None,
        first: date | None = None,
        last: date | None = None,
        status: SuggestionStatus | None = None,
        after: tuple[datetime, str] | None = None,
        most: int | None = None,
    ) -> list[Suggestion]:
        """Those of the local work dates ``first`` to ``last``, both included, by start; at most so many, behind one of them.

        ``after`` is the start and the id of the last one that was read.
        """
        query = between(self._select(suggestion), suggestion.c.date, first, last)
        if person is not None:
            query = query.where(suggestion.c.person == person)
        if status is not None:
            query = query.where(suggestion.c.status == status)
        if after is not None:
            query = query.where(tuple_(suggestion.c.start, suggestion.c.id) > tuple_(*_place(*after)))
        return [
            suggestion_of(row) for row in self._stream(query.order_by(suggestion.c.start, suggestion.c.id).limit(most))
        ]

    def suggestions_named(self, names: Collection[str]) -> dict[str, Suggestion]:
        """These suggestions by id, as many of them as there are."""
        found: dict[str, Suggestion] = {}
        for some in chunks(sorted(names)):
            query = self._select(suggestion).where(suggestion.c.id.in_(some))
            found |= {row["id"]: suggestion_of(row) for row in self._all(query)}
        return found

    def open_names(self, most: int, *, after: str = "") -> list[str]:
        """The next ids of open suggestions behind the id ``after``, in the order in which everybody waits for them."""
        query = self._select(suggestion, suggestion.c.id).where(
            suggestion.c.status == SuggestionStatus.OPEN, suggestion.c.id > after
        )
        return [row["id"] for row in self._all(query.order_by(suggestion.c.id).limit(most))]

    def open_withheld(self, people: Collection[str]) -> list[Suggestion]:
        """The open suggestions of these people that show no answer, by start."""
        found: list[Suggestion] = []
        for some in chunks(sorted(people)):
            query = self._select(suggestion).where(
                suggestion.c.person.in_(some),
                suggestion.c.status == SuggestionStatus.OPEN,
                suggestion.c.band == Band.WITHHOLD.value,
            )
            found += [suggestion_of(row) for row in self._all(query)]
        return sorted(found, key=lambda row: (row.span.start, row.id))

    def suggestion(self, suggestion_id: str, *, lock: bool = False) -> Suggestion:
        """One of them, whatever its status; with ``lock``, nobody changes or decides it meanwhile. Raises NotFound."""
        query = self._select(suggestion).where(suggestion.c.id == suggestion_id)
        row = self._one(query.with_for_update() if lock else query)
        if row is None:
            raise NotFound(f"there is no suggestion {suggestion_id!r} in tenant {self.tenant!r}").seeing(
                See.SUGGESTIONS
            )
        return suggestion_of(row)

    def lock_suggestions(self, names: Collection[str]) -> None:
        """Wait for whoever decides these, in the order in which everybody waits; from then on nobody else does."""
        if self._connection.dialect.name == "postgresql":
            for some in chunks(sorted(names)):
                mine = self._select(suggestion, suggestion.c.id).where(suggestion.c.id.in_(some))
                self._all(mine.order_by(suggestion.c.id).with_for_update())

    def reconcile_suggestions(
        self, *, create: Sequence[Suggestion], update: Sequence[Suggestion], withdraw: Sequence[str]
    ) -> None:
        """Apply what a run found. The rows in ``update`` carry a higher revision than the stored ones.

        Raises Conflict, and the transaction keeps nothing, when a row to create exists, or a row to change was decided or
        changed since it was read. Withdrawing raises the revision; what is withdrawn already stays as it is.
        """
        for chunk in chunks(sorted(row.id for row in create)):
            found = self._one(self._select(suggestion, suggestion.c.id).where(suggestion.c.id.in_(chunk)).limit(1))
            if found is not None:
                raise Conflict(f"{found['id']} exists already: another run was faster; run suggest again")
        self._add(suggestion, [_values(row) for row in sorted(create, key=lambda row: row.id)])
        self.lock_suggestions([*(row.id for row in update), *withdraw])
        for row in sorted(update, key=lambda row: row.id):
            self._update(row)
        for suggestion_id in sorted(withdraw):
            self._withdraw(suggestion_id)

    def set_suggestion_status(self, suggestion_id: str, status: SuggestionStatus) -> None:
        """Move it, as part of a decision or of its undoing; a change raises the revision. Raises NotFound."""
        if not self._change(suggestion_id, true(), status):
            self.suggestion(suggestion_id)

    def _update(self, row: Suggestion) -> None:
        changed = self._connection.execute(
            update(suggestion)
            .where(
                suggestion.c.tenant == self.tenant,
                suggestion.c.id == row.id,
                suggestion.c.status != SuggestionStatus.DECIDED,
                suggestion.c.revision < row.revision,
            )
            .values(_values(row))
        ).rowcount
        if not changed:
            self._explain(row.id)

    def _withdraw(self, suggestion_id: str) -> None:
        undecided = suggestion.c.status != SuggestionStatus.DECIDED
        if not self._change(suggestion_id, undecided, SuggestionStatus.WITHDRAWN):
            self._explain(suggestion_id)

    def _change(self, suggestion_id: str, condition: Any, status: SuggestionStatus) -> int:
        raised = case((suggestion.c.status == status, suggestion.c.revision), else_=suggestion.c.revision + 1)
        return self._connection.execute(
            update(suggestion)
            .where(suggestion.c.tenant == self.tenant, suggestion.c.id == suggestion_id, condition)
            .values(status=status, revision=raised)
        ).rowcount

    def _explain(self, suggestion_id: str) -> None:
        stored = self.suggestion(suggestion_id)
        if stored.status is SuggestionStatus.DECIDED:
            raise Conflict(f"{suggestion_id} was decided meanwhile; what a person decided is not touched")
        raise Conflict(
            f"{suggestion_id} is at revision {stored.revision} already: another run was faster; run suggest again"
        )
