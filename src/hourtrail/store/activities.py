"""Activities: put, withdrawn when their source no longer tells them, and read back in order."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select, update

from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Snapshot, Status
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import parse_instant
from hourtrail.store.schema import activity
from hourtrail.store.scope import Row, Scope, half_open
from hourtrail.store.types import clean
from hourtrail.store.upsert import Counts, chunks, put

_PLAIN = ("all_day", "title", "text", "reference", "series", "zone")
_ENUMS = (
    ("response", Response, Response.NONE),
    ("status", Status, Status.CONFIRMED),
    ("show_as", ShowAs, ShowAs.BUSY),
    ("sensitivity", Sensitivity, Sensitivity.NORMAL),
)  # fmt: skip


def _body(row: Activity) -> dict[str, Any]:
    """What no query asks for; fields at their default are left out."""
    body: dict[str, Any] = {"kind": row.kind.value}
    for name in _PLAIN:
        if value := getattr(row, name):
            body[name] = value
    for name, _, default in _ENUMS:
        if (value := getattr(row, name)) is not default:
            body[name] = value.value
    if row.participants:
        body["participants"] = list(row.participants)
    if row.label is not None:
        body["label"] = [row.label.client, row.label.project, row.label.task]
    if not row.eligible:
        body["eligible"] = False
    if row.extra:
        body["extra"] = dict(row.extra)
    return body


def _values(row: Activity) -> dict[str, Any]:
    body = _body(row)
    content = json.dumps((row.person, row.container, row.revision, row.start.isoformat(), str(row.end), body))
    return {
        # Identity is compared in Python before the column type cleans it, so it is cleaned here.
        "external_id": clean(row.external_id),
        "source": clean(row.source),
        "person": row.person,
        "container": row.container,
        "revision": row.revision,
        "digest": hashlib.blake2b(content.encode(), digest_size=16).hexdigest(),
        "start": row.start,
        "end": row.end,
        "withdrawn_at": None,
        "body": body,
    }


def _record(row: Row) -> Activity:
    body = dict(row["body"])
    label = body.pop("label", None)
    for name, kind, _ in _ENUMS:
        if name in body:
            body[name] = kind(body[name])
    return Activity(
        source=row["source"], external_id=row["external_id"], person=row["person"], start=row["start"], end=row["end"],
        container=row["container"], revision=row["revision"], kind=ActivityKind(body.pop("kind")),
        participants=tuple(body.pop("participants", ())), label=None if label is None else WorkItem(*label), **body,
    )  # fmt: skip


def is_newer(stored: str, given: str) -> bool:
    """Whether the stored revision is known to be newer than the given one.

    Only revisions of one orderable form can tell: whole numbers; RFC 3339 instants; ``SEQUENCE/STAMP`` of calendars, made
    to sort as text. Anything else (an etag, a commit hash) has no order, and the row that comes in replaces.
    """
    if stored == given or not stored or not given:
        return False
    if stored.isdecimal() and given.isdecimal():
        return int(stored) > int(given)
    if stored[6:7] == given[6:7] == "/" and stored[:6].isdecimal() and given[:6].isdecimal():
        return stored > given
    try:
        return parse_instant(stored) > parse_instant(given)
    except ValueError:
        return False


def _replaces(known: Row, new: Row) -> bool:
    if known["withdrawn_at"] is not None:
        return True
    return bool(known["digest"] != new["digest"]) and not is_newer(known["revision"], new["revision"])


class Activities(Scope):
    """What sources saw."""

    def put_activities(self, rows: Sequence[Activity]) -> Counts:
        """Create, replace or leave alone, by source and external id.

        Equal content is a no-op; other content replaces, unless the stored revision is known to be newer. A withdrawn row
        that is seen again comes back and counts as updated. Of several rows with one id the last wins.
        """
        by_source: dict[str, list[Row]] = {}
        for row in map(_values, rows):
            by_source.setdefault(row["source"], []).append(row)
        total = Counts()
        for source, values in sorted(by_source.items()):
            total += put(
                self, activity, values, key="external_id", where=(activity.c.source == source,), replaces=_replaces,
                look=(activity.c.revision, activity.c.withdrawn_at),
            )  # fmt: skip
        return total

    def withdraw_missing(self, snapshot: Snapshot, seen: Collection[str]) -> int:
        """Withdraw what the store holds inside the snapshot's window and the source did not tell again; how many.

        "Inside" means that it starts there: what reaches in from before the window is another window's business. Rows
        stay, with the time of their withdrawal.
        """
        query = self._select(activity, activity.c.external_id).where(
            activity.c.source == snapshot.source, activity.c.container == snapshot.container,
            activity.c.person == snapshot.person, activity.c.withdrawn_at.is_(None),
        )  # fmt: skip
        told = {clean(external_id) for external_id in seen}
        stored = self._connection.scalars(half_open(query, activity.c.start, snapshot.start, snapshot.end))
        gone = sorted(external_id for external_id in stored if external_id not in told)
        for chunk in chunks(gone):
            self._connection.execute(
                update(activity)
                .where(
                    activity.c.tenant == self.tenant,
                    activity.c.source == snapshot.source,
                    activity.c.external_id.in_(chunk),
                )
                .values(withdrawn_at=datetime.now(UTC))
            )
        return len(gone)

    def activities(
        self, *, person: str | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Activity]:
        """The live ones that touch [start, end), by start; streams."""
        query = self._select(activity).where(activity.c.withdrawn_at.is_(None), *_touching(start, end))
        if person is not None:
            query = query.where(activity.c.person == person)
        for row in self._stream(query.order_by(activity.c.start, activity.c.source, activity.c.external_id)):
            yield _record(row)

    def people_with_activities(self, start: datetime, end: datetime) -> list[str]:
        """Who has live activities that touch [start, end), sorted."""
        query = select(activity.c.person).distinct().where(
            activity.c.tenant == self.tenant, activity.c.withdrawn_at.is_(None), *_touching(start, end)
        )  # fmt: skip
        return list(self._connection.scalars(query.order_by(activity.c.person)))


def _touching(start: datetime | None, end: datetime | None) -> list[Any]:
    """A point event touches the window when it lies inside; a span when it shares time with it."""
    conditions: list[Any] = []
    if start is not None:
        conditions.append(or_(activity.c.start >= start, activity.c.end > start))
    if end is not None:
        conditions.append(activity.c.start < end)
    return conditions
