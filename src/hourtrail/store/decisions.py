"""The decision log: append-only, one closing word on a suggestion at a time, safe under two who decide at once."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Double, Text, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.exc import IntegrityError

from hourtrail.domain.decision import CLOSING, Decision, Verdict
from hourtrail.domain.errors import Conflict, HourtrailError, InvalidInput, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.domain.wire import decision_from_json, decision_to_json
from hourtrail.store.audit import Audit
from hourtrail.store.schema import decision, suggestion, time_entry
from hourtrail.store.scope import Row, half_open
from hourtrail.store.upsert import chunks


def not_superseded() -> ColumnElement[bool]:
    """The condition that nothing later takes a decision's place: current is a query, never a flag."""
    return _NOT_SUPERSEDED


_LATER = decision.alias()
_NOT_SUPERSEDED = ~select(1).where(_LATER.c.tenant == decision.c.tenant, _LATER.c.supersedes == decision.c.id).exists()
"""Made once: to make it takes longer than to ask it."""


class Decisions(Audit):
    """What people said."""

    def append_decision(self, row: Decision) -> None:
        """Log a decision, and the audit event ``person:suggestion:<verdict>`` with the whole decision as its payload.

        Raises Conflict when its suggestion has a current closing decision that this one does not supersede, or when what it
        supersedes is superseded already; NotFound for an unknown suggestion or superseded decision.
        """
        place = self._place(row) if row.suggestion else None
        if row.supersedes:
            self._check_superseded(row)
        elif row.verdict is Verdict.UNDO:
            raise InvalidInput("an undo names the decision that it takes back")
        body = decision_to_json(row)
        values = {
            "id": row.id,
            "suggestion": row.suggestion or None,
            "place": place,
            "verdict": row.verdict.value,
            "actor": row.actor,
            "decided_at": row.decided_at,
            "supersedes": row.supersedes or None,
            "body": body,
        }
        try:
            self._add(decision, [values])
        except IntegrityError as error:
            raise Conflict(
                f"somebody decided {row.suggestion or row.id} at the same moment; look at it again"
            ) from error
        self.record(
            actor=row.actor, action=f"person:suggestion:{row.verdict.value}", object_id=row.id, payload=body,
            at=row.decided_at,
        )  # fmt: skip

    def decisions(self, *, first: datetime | None = None, last: datetime | None = None) -> Iterator[Decision]:
        """Every decision made in [first, last), superseded ones too, oldest first; streams."""
        query = half_open(self._select(decision, decision.c.body), decision.c.decided_at, first, last)
        for row in self._stream(query.order_by(decision.c.decided_at, decision.c.place, decision.c.id)):
            yield decision_from_json(row["body"])

    def decisions_about(
        self,
        people: Collection[str] | None = None,
        *,
        first: datetime | None = None,
        last: datetime | None = None,
        after: tuple[datetime, str] | None = None,
        most: int | None = None,
    ) -> list[Decision]:
        """Decisions on these people's time made in [first, last), superseded ones too, oldest first; None means everybody.

        Time added by hand is whose entry it became. ``after`` is the time and the id of the last one that was read; at most ``most``.
        """
        query = half_open(self._select(decision, decision.c.body), decision.c.decided_at, first, last)
        if people is not None:
            about = and_(suggestion.c.tenant == decision.c.tenant, suggestion.c.id == decision.c.suggestion)
            of_decision = and_(time_entry.c.tenant == decision.c.tenant, time_entry.c.decision == decision.c.id)
            booked = select(func.min(time_entry.c.person)).where(of_decision).scalar_subquery()
            whose = func.coalesce(suggestion.c.person, booked, decision.c.actor)
            query = query.select_from(decision.outerjoin(suggestion, about)).where(whose.in_(sorted(people)))
        if after is not None:
            at, name = literal(after[0], decision.c.decided_at.type), literal(after[1], decision.c.id.type)
            query = query.where(tuple_(decision.c.decided_at, decision.c.id) > tuple_(at, name))
        rows = self._all(query.order_by(decision.c.decided_at, decision.c.id).limit(most))
        return [decision_from_json(row["body"]) for row in rows]

    def readable_decisions(self, unreadable: list[str]) -> Iterator[Decision]:
        """Every decision that can be read, oldest first; of each other one, ``unreadable`` is told its id and what is wrong.

        A row that something else wrote into the log must not keep all others from being learned from.
        """
        columns = (decision.c.id, cast(decision.c.body, Text).label("body"))
        query = self._select(decision, *columns).order_by(decision.c.decided_at, decision.c.place, decision.c.id)
        for row in self._stream(query):
            try:
                yield decision_from_json(json.loads(row["body"]))
            except (ValueError, KeyError, TypeError, AttributeError, HourtrailError) as error:
                unreadable.append(f"decision {row['id']}: {error!r}"[:300])

    def decision(self, decision_id: str) -> Decision:
        """One of them, superseded or not. Raises NotFound."""
        row = self._one(self._select(decision, decision.c.body).where(decision.c.id == decision_id))
        if row is None:
            raise NotFound(f"there is no decision {decision_id!r} in tenant {self.tenant!r}")
        return decision_from_json(row["body"])

    def lock_decided(self, names: Collection[str]) -> None:
        """Wait for whoever decides on these suggestions, or takes these decisions back, and keep their entries from being moved.

        Many decisions in one transaction: after the first it holds the trail, for which everybody waits who holds one of the
        others. So all are locked before, in the order in which everybody waits.
        """
        if self._connection.dialect.name != "postgresql":
            return
        for some in chunks(sorted(set(names))):
            named = self._select(decision, decision.c.suggestion).where(decision.c.id.in_(some))
            mine = self._select(suggestion, suggestion.c.id).where(
                or_(suggestion.c.id.in_(some), suggestion.c.id.in_(named))
            )
            about = [row["id"] for row in self._all(mine.order_by(suggestion.c.id).with_for_update())]
            said = self._select(decision, decision.c.id).where(
                or_(decision.c.id.in_(some), decision.c.suggestion.in_(about)), not_superseded()
            )
            booked = self._select(time_entry, time_entry.c.id).where(time_entry.c.decision.in_(said))
            self._all(booked.order_by(time_entry.c.id).with_for_update())

    def decision_seconds(self) -> float:
        """Seconds from showing to deciding, of every decision that says when it was shown."""
        if self._connection.dialect.name == "postgresql":
            stated = func.jsonb_extract_path_text(decision.c.body, "seconds")
        else:
            stated = func.json_extract(cast(decision.c.body, Text), "$.seconds")
        seconds = cast(stated, Double)
        return float(self._connection.scalar(self._select(decision, func.sum(seconds))) or 0.0)

    def current_decision(self, suggestion_id: str) -> Decision | None:
        """The newest that nothing supersedes and that is not an undo."""
        rows = self._standing(suggestion_id)
        return decision_from_json(rows[0]["body"]) if rows else None

    def _standing(self, suggestion_id: str) -> list[Row]:
        query = self._select(decision).where(
            decision.c.suggestion == suggestion_id, decision.c.verdict != Verdict.UNDO.value, not_superseded()
        )
        return list(self._all(query.order_by(decision.c.place.desc())))

    def _place(self, row: Decision) -> int:
        """The row's place among its suggestion's decisions, with the suggestion locked until the transaction ends."""
        locked = self._select(suggestion, suggestion.c.id).where(suggestion.c.id == row.suggestion).with_for_update()
        if self._one(locked) is None:
            raise NotFound(f"there is no suggestion {row.suggestion!r} in tenant {self.tenant!r} to decide on")
        for standing in self._standing(row.suggestion):
            if Verdict(standing["verdict"]) in CLOSING and standing["id"] != row.supersedes:
                when = format_instant(standing["decided_at"])
                raise Conflict(
                    f"{row.suggestion} was decided ({standing['verdict']}) by {standing['actor']} at {when}; undo that first"
                )
        newest = self._connection.scalar(
            self._select(decision, func.max(decision.c.place)).where(decision.c.suggestion == row.suggestion)
        )
        return int(newest or 0) + 1

    def _check_superseded(self, row: Decision) -> None:
        before = self.decision(row.supersedes)
        if before.suggestion != row.suggestion:
            raise InvalidInput(f"decision {before.id} is about {before.suggestion!r}, not about {row.suggestion!r}")
        later = self._one(self._select(decision, decision.c.id).where(decision.c.supersedes == row.supersedes))
        if later is not None:
            raise Conflict(
                f"decision {before.id} was superseded already, by {later['id']}; look at the suggestion again"
            )
