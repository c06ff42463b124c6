"""Activities: put, withdrawn when their source no longer tells them, and read back in order."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import or_, select, update

from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Snapshot, Status
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import parse_instant
from hourtrail.store.schema import activity
from hourtrail.store.scope import Row, Scope, half_open
from hourtrail.store.types import clean, clean_json
from hourtrail.store.upsert import Counts, chunks, put

_ARRAYS: Final = {**dict.fromkeys(("start", "end", "withdrawn_at"), "timestamptz[]"), "body": "jsonb[]"}
_IDENTITY: Final = ("tenant", "source", "external_id")
_ENUMS: Final = {"response": Response, "status": Status, "show_as": ShowAs, "sensitivity": Sensitivity}


def _body(row: Activity) -> dict[str, Any]:
    """What no query asks for; fields at their default are left out. Enums are texts, and JSON writes them as such."""
    body: dict[str, Any] = {"kind": row.kind}
    if row.all_day:
        body["all_day"] = True
    if row.title:
        body["title"] = row.title
    if row.text:
        body["text"] = row.text
    if row.reference:
        body["reference"] = row.reference
    if row.series:
        body["series"] = row.series
    if row.zone:
        body["zone"] = row.zone
    if row.participants:
        body["participants"] = row.participants
    _add_rare(row, body)
    return body


def _add_rare(row: Activity, body: dict[str, Any]) -> None:
    if row.response is not Response.NONE:
        body["response"] = row.response
    if row.status is not Status.CONFIRMED:
        body["status"] = row.status
    if row.show_as is not ShowAs.BUSY:
        body["show_as"] = row.show_as
    if row.sensitivity is not Sensitivity.NORMAL:
        body["sensitivity"] = row.sensitivity
    if row.label is not None:
        body["label"] = [row.label.client, row.label.project, row.label.task]
    if not row.eligible:
        body["eligible"] = False
    if row.extra:
        body["extra"] = dict(row.extra)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _values(row: Activity, tenant: str, at: Callable[[datetime | None], Any]) -> dict[str, Any]:
    """A row in the driver's own form: activities come by the hundred thousand, and column types cost more than the insert.

    ``at`` writes an instant as the column type would.
    """
    texts: tuple[str, ...] = (row.source, row.external_id, row.person, row.container, row.revision)
    start, end = at(row.start), at(row.end)
    body = _ENCODER.encode(_body(row))
    content = "\x1f".join((*texts, str(start), str(end), body))
    try:
        data = content.encode()
        unclean = "\0" in content or "\\u0000" in body
    except UnicodeEncodeError:
        data, unclean = content.encode("utf-8", "surrogatepass"), True
    if unclean:
        texts = tuple(map(clean, texts))
        body = _ENCODER.encode(clean_json(_body(row)))
    return {
        "tenant": tenant,
        "source": texts[0],
        "external_id": texts[1],
        "person": texts[2],
        "container": texts[3],
        "revision": texts[4],
        "digest": hashlib.blake2b(data, digest_size=16).hexdigest(),
        "start": start,
        "end": end,
        "withdrawn_at": None,
        "body": body,
    }


def _as_text(value: datetime | None) -> str | None:
    """As SQLite's column type writes an instant: UTC to the microsecond, without a zone."""
    return None if value is None else value.isoformat(" ", "microseconds")[:26]


def _as_it_is(value: datetime | None) -> datetime | None:
    return value


def _record(row: Row) -> Activity:
    body = dict(row["body"])
    label = body.pop("label", None)
    for name, kind in _ENUMS.items():
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
        at = _as_text if self._connection.dialect.name == "sqlite" else _as_it_is
        for row in (_values(row, self.tenant, at) for row in rows):
            by_source.setdefault(row["source"], []).append(row)
        total = Counts()
        for source, values in sorted(by_source.items()):
            total += put(
                self,
                activity,
                values,
                key="external_id",
                where=(activity.c.source == source,),
                look=(activity.c.revision, activity.c.withdrawn_at),
                replaces=_replaces,
                write=self._write_activities,
            )
        return total

    def _write_activities(self, rows: list[Row]) -> None:
        dialect = self._connection.dialect
        names = list(rows[0])
        quoted = [dialect.identifier_preparer.quote(name) for name in names]
        changes = ", ".join(f"{name} = excluded.{name}" for name in quoted if name not in _IDENTITY)
        head = f"INSERT INTO activity ({', '.join(quoted)})"
        tail = f"ON CONFLICT ({', '.join(_IDENTITY)}) DO UPDATE SET {changes}"
        if dialect.name == "postgresql":
            # One statement with a list for each column: a statement for each row costs more than the row.
            lists = ", ".join(f"%s::{_ARRAYS.get(name, 'text[]')}" for name in names)
            columns = tuple(list(column) for column in zip(*(row.values() for row in rows), strict=True))
            self._connection.exec_driver_sql(f"{head} SELECT * FROM unnest({lists}) {tail}", columns)  # noqa: S608 - names of columns, from this file
        else:
            marks = ", ".join("?" * len(names))
            self._connection.exec_driver_sql(f"{head} VALUES ({marks}) {tail}", [tuple(row.values()) for row in rows])

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
