"""Activities: put, withdrawn when their source no longer tells them, and read back in order."""

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from datetime import MAXYEAR, UTC, datetime
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import and_, or_, select, tuple_, update

from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Snapshot, Status
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.wire import activity_to_json
from hourtrail.store.revisions import is_newer
from hourtrail.store.schema import activity
from hourtrail.store.scope import Row, Scope, half_open
from hourtrail.store.sealing import BOUND_TO_ID, Sealer
from hourtrail.store.types import clean, clean_json
from hourtrail.store.upsert import Counts, chunks, reconcile

_ENUMS: Final = {"response": Response, "status": Status, "show_as": ShowAs, "sensitivity": Sensitivity}
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


_Values: TypeAlias = tuple[str, str, str, str, str, str, str, str, str | None, bytes]
"""A row as both drivers take it; activities come by the hundred thousand, and more than a plain tuple of texts costs more
than the insert. Instants are written as SQLite's column type does: UTC to the microsecond, without a zone."""

_COLUMNS: Final = (
    "tenant",
    "source",
    "external_id",
    "person",
    "container",
    "revision",
    "digest",
    "start",
    "end",
    "body",
)
_PLAIN: Final = b"{"
"""How a body from before activities were sealed begins."""
_SEALED: Final = ("tenant", "source", "external_id", "person", "body")
_REVISION: Final = 5
_DIGEST: Final = 6
_NAMES: Final = [f'"{name}"' for name in _COLUMNS]
_INSERT: Final = f"INSERT INTO activity ({', '.join(_NAMES)})"
_UPDATE: Final = f"""
    ON CONFLICT (tenant, source, external_id)
    DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES[3:])}, withdrawn_at = NULL
"""
_NEW_TO_SQLITE: Final = f"{_INSERT} VALUES ({', '.join('?' * len(_NAMES))})"
_TO_SQLITE: Final = f"{_NEW_TO_SQLITE} {_UPDATE}"
# One JSON list for each column: a statement for each row, or the driver's arrays, cost more than the rows.
_TO_POSTGRESQL: Final = f"""
    {_INSERT}
    SELECT tenant, source, external_id, person, container, revision, digest,
        "start"::timestamp AT TIME ZONE 'UTC', "end"::timestamp AT TIME ZONE 'UTC', decode(body, 'base64')
    FROM ROWS FROM ({", ".join(["json_array_elements_text(%s)"] * len(_NAMES))}) AS told ({", ".join(_NAMES)})
    {_UPDATE}
"""  # noqa: S608 - names of columns, from this file


def _body(row: Activity) -> str:
    """What no query asks for, as JSON; fields at their default are left out.

    The usual fields are put together here: the encoder takes several times as long for a mapping as for its texts.
    """
    body = '{"kind":"' + row.kind + '"'
    if title := row.title:
        body += f',"title":{encode_basestring(title)}'
    if text := row.text:
        body += f',"text":{encode_basestring(text)}'
    if reference := row.reference:
        body += f',"reference":{encode_basestring(reference)}'
    if series := row.series:
        body += f',"series":{encode_basestring(series)}'
    if zone := row.zone:
        body += f',"zone":{encode_basestring(zone)}'
    if participants := row.participants:
        body += f',"participants":[{",".join(map(encode_basestring, participants))}]'
    if _rare_of(row) != _USUAL:
        body += f",{_ENCODER.encode(_rare(row))[1:-1]}"
    return body + "}"


_RARE: Final = ("all_day", "response", "status", "show_as", "sensitivity", "label", "eligible", "extra")
_USUAL: Final[tuple[object, ...]] = (
    False,
    Response.NONE,
    Status.CONFIRMED,
    ShowAs.BUSY,
    Sensitivity.NORMAL,
    None,
    True,
    {},
)
_rare_of: Final = attrgetter(*_RARE)


def _rare(row: Activity) -> dict[str, Any]:
    """Those that are not as usual. Enums are texts, and JSON writes them as such."""
    rare = {name: value for name, value, usual in zip(_RARE, _rare_of(row), _USUAL, strict=True) if value != usual}
    if row.label is not None:
        rare["label"] = [row.label.client, row.label.project, row.label.task]
    if row.extra:
        rare["extra"] = dict(row.extra)
    return rare


_YEARS: Final = [f"{number:04d}-" for number in range(MAXYEAR + 1)]
_PAIRS: Final = [f"{number:02d}" for number in range(60)]


def _instant(at: datetime) -> str:
    """As ``isoformat`` writes it, without the zone, but from ready texts: ``isoformat`` takes some 1.7 times as long."""
    micro = at.microsecond
    return (
        f"{_YEARS[at.year]}{_PAIRS[at.month]}-{_PAIRS[at.day]} {_PAIRS[at.hour]}:{_PAIRS[at.minute]}:{_PAIRS[at.second]}"
        f".{f'{micro:06d}' if micro else '000000'}"
    )


def _values(
    row: Activity,
    tenant: str,
    digest_of: Callable[[bytes], str],
    seal: Callable[[bytes, bytes], bytes],
    bound_to: bytes,
) -> _Values:
    """``bound_to`` is the part of :func:`_bound` that the tenant makes."""
    start = _instant(row.start)
    end = None if row.end is None else _instant(row.end)
    source, external_id, person, container, revision = (
        row.source,
        row.external_id,
        row.person,
        row.container,
        row.revision,
    )
    body = _body(row)
    content = f"{source}\x1f{external_id}\x1f{person}\x1f{container}\x1f{revision}\x1f{start}\x1f{end or ''}\x1f{body}"
    try:
        data = content.encode()
        # A backslash is rare and quickly looked for; six characters are not.
        unclean = "\0" in content or ("\\" in body and "\\u0000" in body)
    except UnicodeEncodeError:
        data, unclean = content.encode("utf-8", "surrogatepass"), True
    digest = digest_of(data)
    if content.isascii() and not unclean:
        # The body and what it is bound to stand in ``data`` already.
        sealed = seal(data[-len(body) :], bound_to + data[: len(source) + len(external_id) + len(person) + 2])
        return (tenant, source, external_id, person, container, revision, digest, start, end, sealed)
    if unclean:
        source, external_id, person, container, revision = map(
            clean, (source, external_id, person, container, revision)
        )
        body = _ENCODER.encode(clean_json(json.loads(body)))
    sealed = seal(body.encode(), _bound(tenant, source, external_id, person))
    return (tenant, source, external_id, person, container, revision, digest, start, end, sealed)


def values_of_activity(row: Activity, tenant: str, sealer: Sealer) -> dict[str, Any]:
    """What is kept of a row beside its key, its person and its times."""
    values = dict(
        zip(_COLUMNS, _values(row, tenant, sealer.digest, sealer.seal, f"{tenant}\x1f".encode()), strict=True)
    )
    return {name: values[name] for name in ("container", "digest", "body")}


def _bound(*names: str) -> bytes:
    """What a sealed body is bound to (tenant, source, id, person): put into another row, it does not open."""
    return "\x1f".join(names).encode()


def opened_body(row: Row, sealer: Callable[[], Sealer]) -> bytes:
    """A row's body as JSON. ``sealer`` is asked only where the row is sealed."""
    content: bytes = row["body"]
    if content[:1] == _PLAIN:
        return content
    person = () if content[0] == BOUND_TO_ID else (row["person"],)
    return sealer().unseal(content, _bound(row["tenant"], row["source"], row["external_id"], *person))


def activity_of(row: Row, sealer: Callable[[], Sealer]) -> Activity:
    """The activity of a row, unsealed."""
    body = json.loads(opened_body(row, sealer))
    label = body.pop("label", None)
    for name, kind in _ENUMS.items():
        if name in body:
            body[name] = kind(body[name])
    return Activity(
        source=row["source"], external_id=row["external_id"], person=row["person"], start=row["start"], end=row["end"],
        container=row["container"], revision=row["revision"], kind=ActivityKind(body.pop("kind")),
        participants=tuple(body.pop("participants", ())), label=None if label is None else WorkItem(*label), **body,
    )  # fmt: skip


def _replaces(known: Row, new: _Values) -> bool:
    if known["withdrawn_at"] is not None:
        return True
    return bool(known["digest"] != new[_DIGEST]) and not is_newer(known["revision"], new[_REVISION])


class Activities(Scope):
    """What sources saw."""

    def put_activities(self, rows: Sequence[Activity]) -> Counts:
        """Create, replace or leave alone, by source and external id.

        Equal content is a no-op; other content replaces, unless the stored revision is known to be newer. A withdrawn row
        that is seen again comes back and counts as updated. Of several rows with one id the last wins.
        """
        by_source: dict[str, dict[str, _Values]] = {}
        tenant, sealer = self.tenant, self._sealing()
        # Sealed before it is known which rows are new: to build the few that are not costs less than every row a second time.
        digest_of, seal = sealer.digest, sealer.sealing(len(rows))
        bound_to = f"{tenant}\x1f".encode()
        for row in rows:
            values = _values(row, tenant, digest_of, seal, bound_to)
            source = values[1]
            if source not in by_source:
                by_source[source] = {}
            by_source[source][values[2]] = values
        total = Counts()
        for source, by_id in sorted(by_source.items()):
            total += reconcile(
                self,
                activity.c.external_id,
                by_id,
                where=(activity.c.source == source,),
                look=(activity.c.revision, activity.c.withdrawn_at),
                replaces=_replaces,
                write=self._write_activities,
            )
        return total

    def _sealing(self, *, alone: bool = False) -> Sealer:
        """What seals: read anew, since the key may have been renewed after this transaction opened its first row."""
        self._keys.hold(self._connection, self.tenant, alone=alone)
        self._own_sealer = self._keys.sealer(self._connection, self.tenant)
        return self._own_sealer

    def _write_activities(self, fresh: list[_Values], changed: list[_Values]) -> None:
        if self._connection.dialect.name == "postgresql":
            *columns, bodies = zip(*fresh, *changed, strict=True)
            told = [b64encode(body).decode() for body in bodies]
            self._connection.exec_driver_sql(_TO_POSTGRESQL, tuple(map(_ENCODER.encode, (*columns, told))))
            return
        # SQLite has one writer at a time, and it is us since the transaction began: what was not there is not there now.
        if fresh:
            self._connection.exec_driver_sql(_NEW_TO_SQLITE, fresh)
        if changed:
            self._connection.exec_driver_sql(_TO_SQLITE, changed)

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

    def withdraw_named(self, source: str, external_ids: Collection[str], at: datetime) -> list[str]:
        """Withdraw these, as :meth:`withdraw_missing` does; the ids of those that were live, sorted."""
        gone: list[str] = []
        for chunk in chunks(sorted({clean(external_id) for external_id in external_ids})):
            same = activity.c.external_id.in_(chunk)
            query = self._select(activity, activity.c.external_id).where(
                activity.c.source == source, same, activity.c.withdrawn_at.is_(None)
            )
            live = sorted(self._connection.scalars(query))
            self._connection.execute(
                update(activity)
                .where(activity.c.tenant == self.tenant, activity.c.source == source, activity.c.external_id.in_(live))
                .values(withdrawn_at=at)
            )
            gone += live
        return gone

    def activities_after(
        self, person: str, start: datetime, end: datetime, after: tuple[datetime, str, str] | None, limit: int
    ) -> list[Activity]:
        """The next ``limit`` of one person that touch [start, end), behind a start, source and external id."""
        query = self._select(activity).where(
            activity.c.person == person, activity.c.withdrawn_at.is_(None), *_touching(start, end)
        )
        if after is not None:
            at, *names = after
            same = tuple_(activity.c.source, activity.c.external_id) > tuple(names)
            query = query.where(or_(activity.c.start > at, and_(activity.c.start == at, same)))
        order = (activity.c.start, activity.c.source, activity.c.external_id)
        return [activity_of(row, self._sealer) for row in self._all(query.order_by(*order).limit(limit))]

    def activities(
        self, *, person: str | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Activity]:
        """The live ones that touch [start, end), by start; streams."""
        query = self._select(activity).where(activity.c.withdrawn_at.is_(None), *_touching(start, end))
        if person is not None:
            query = query.where(activity.c.person == person)
        # Closed here also when a row does not open: the error's traceback would keep the cursor.
        with closing(self._stream(query.order_by(activity.c.start, activity.c.source, activity.c.external_id))) as rows:
            for row in rows:
                yield activity_of(row, self._sealer)

    def activities_named(self, keys: Collection[str]) -> dict[str, Activity]:
        """The live ones of these, by ``source:external_id``."""
        by_source: dict[str, list[str]] = {}
        for key in sorted(set(keys)):
            source, _, external_id = key.partition(":")
            by_source.setdefault(source, []).append(external_id)
        found: dict[str, Activity] = {}
        for source, names in by_source.items():
            for some in chunks(names):
                query = self._select(activity).where(
                    activity.c.source == source, activity.c.external_id.in_(some), activity.c.withdrawn_at.is_(None)
                )
                read = (activity_of(row, self._sealer) for row in self._all(query))
                found |= {row.key: row for row in read}
        return found

    def evidence_digests(self, keys: Collection[str], salt: str) -> dict[str, str]:
        """What stands for each of these activities as it is now, in a decision with this salt; none for one that is gone."""
        return {
            key: self._sealer().evidence(salt, _ENCODER.encode(activity_to_json(row)).encode("utf-8", "surrogatepass"))
            for key, row in self.activities_named(keys).items()
        }

    def seal_activities(self) -> int:
        """Seal again what was stored before activities were sealed, or under an older key; how many rows.

        Withdrawn ones too. A thousand rows at a time, in the caller's transaction.
        """
        # Alone: what somebody puts meanwhile must not be written over with what was read before.
        sealer, done = self._sealing(alone=True), 0
        for row in list(self._stream(self._select(activity, *(activity.c[name] for name in _SEALED)))):
            if sealer.is_current(row["body"]):
                continue
            content = opened_body(row, self._sealer)
            bound = _bound(self.tenant, row["source"], row["external_id"], row["person"])
            self._connection.execute(
                update(activity)
                .where(
                    activity.c.tenant == self.tenant,
                    activity.c.source == row["source"],
                    activity.c.external_id == row["external_id"],
                )
                .values(body=sealer.seal(content, bound))
            )
            done += 1
        return done

    def renew_key(self) -> int:
        """Give the tenant a new key, seal everything with it and destroy the older ones; how many rows."""
        self._own_sealer = self._keys.renew(self._connection, self.tenant)
        sealed = self.seal_activities()
        self._keys.drop_older(self._connection, self.tenant, self._own_sealer.current)
        return sealed

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
