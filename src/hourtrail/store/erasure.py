"""Taking one person out of a tenant, in one transaction: planned, told to the audit trail row by row, then done."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Table, bindparam, delete, exists, func, select, update

from hourtrail.domain.activity import Activity
from hourtrail.domain.audit import AuditEvent, as_it_stands, payload_digest
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.erasure import (
    ERASURE_CLOSED,
    EVENT,
    PAYLOAD,
    PERSON_ERASED,
    ROWS_TOLD,
    ErasedRow,
    Eraser,
    Names,
)
from hourtrail.store import schema
from hourtrail.store.erased_form import Left, erased_form, left_in
from hourtrail.store.erasure_schema import FORMS, erased_row
from hourtrail.store.others_activities import OthersActivities, left_in_activity, without_names
from hourtrail.store.schema import activity, approval, audit_event, audit_payload, cleared_entry, decision, draft_line
from hourtrail.store.scope import Row
from hourtrail.store.subject import TOLD_OF, HeldRow, Subjects
from hourtrail.store.upsert import chunks

Key = tuple[Any, ...]

MOST_LEFT: Final = 1_000
"""Places told of one by one; the counts are of all."""


@dataclass(slots=True)
class Plan:
    """What an erasure changes and removes. ``own`` are ids of what is the person's, as the trail's events name it; ``left`` are
    places that go on naming them, counted by table and column in ``left_counts``.
    """

    changes: list[tuple[Table, Key, dict[str, Any]]] = field(default_factory=list)
    removals: list[tuple[Table, Key]] = field(default_factory=list)
    listed: list[ErasedRow] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    others: list[Activity] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    left_counts: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, dict[str, int]]:
        """``{"removed": {table: rows}, "rewritten": {table: rows}}``."""
        return {"removed": dict(sorted(self.removed.items())), "rewritten": dict(sorted(self.changed.items()))}

    def note_left(self, places: Iterable[Left]) -> None:
        """Places that still name the person; the listing is bounded, the count is not."""
        for place in places:
            self.left_counts[f"{place.table}.{place.column}"] += 1
            if len(self.left) < MOST_LEFT:
                self.left.append(place)


class Erasing(Subjects, OthersActivities):
    """What nobody may change, changed in the one way that the trail tells of."""

    def plan_erasure(self, names: Names, eraser: Eraser, at: datetime) -> Plan:
        """What erasing the person would do, as the tenant stands. Raises NotFound when nothing is held about them."""
        self.require_held(names)
        plan, entries = Plan(own=set(names.accounts)), dict[str, tuple[str, str]]()
        plan.removed["activity"] = self._rows_in(activity, activity.c.person == names.person)
        plan.removed["text_vector"] = self._rows_in(schema.text_vector)
        kept = self._leaned_on(names)
        for held in list(self.held_rows(names)):
            key = tuple(held.row[column.name] for column in held.table.primary_key.columns)
            if held.about and held.table.name in TOLD_OF:
                plan.own.add(held.row["id"])
            if self._goes_whole(held, kept, eraser):
                plan.removals.append((held.table, key))
                plan.removed[held.table.name] += 1
                continue
            values = erased_form(held, eraser, entries, at)
            if values:
                self._plan_change(plan, held.table, key, held.row, values)
            plan.note_left(left_in(held.table, {**held.row, **values}, eraser))
        self._plan_trail(plan, names, eraser)
        self._plan_others(plan, eraser)
        plan.removed += Counter()  # leaves out what is 0
        return plan

    def erase(
        self, plan: Plan, eraser: Eraser, *, actor: str, reason: str, request: str, at: datetime
    ) -> list[AuditEvent]:
        """Do what was planned in this transaction: the trail's events first, then the rows that they list."""
        lists = list(chunks(plan.listed, ROWS_TOLD)) or [[]]
        told = [
            (
                eraser.pseudonym,
                {
                    "reason": reason, "request": request, **plan.counts(), "left": dict(sorted(plan.left_counts.items())),
                    "part": number, "parts": len(lists),
                    "rows": [row.told() for row in rows],
                },
            )
            for number, rows in enumerate(lists, start=1)
        ]  # fmt: skip
        events = self.record_all(actor=actor, action=PERSON_ERASED, told=told, at=at)
        for event, rows in zip(events, lists, strict=True):
            listed = [
                {"kind": row.kind, "key": row.key, "sequence": event.sequence, "pseudonym": eraser.pseudonym}
                for row in rows
                if row.kind != PAYLOAD
            ]
            self._add(erased_row, listed)
        self._write_erased(plan.changes)
        for table, keys in _by_table(plan.removals).items():
            self._remove_erased(table, keys)
        self.rewrite_activities(plan.others)
        mine = (activity.c.tenant == self.tenant, activity.c.person == eraser.names.person)
        self._connection.execute(delete(activity).where(*mine))
        # Whose texts the vectors were made of is not known, and they are made again from what is left.
        self._connection.execute(delete(schema.text_vector).where(schema.text_vector.c.tenant == self.tenant))
        self.record(
            actor="system:erasure",
            action=ERASURE_CLOSED,
            object_id=eraser.pseudonym,
            payload={"parts": len(lists)},
            at=at,
        )
        return events

    def _leaned_on(self, names: Names) -> frozenset[str]:
        """Ids of the person's rows that others lean on: entries that were submitted, cleared, drafted or disputed, and
        suggestions that somebody said something of.
        """
        entry = schema.time_entry.c
        leaning = [
            exists(select(1).where(table.c.tenant == entry.tenant, table.c.entry == entry.id))
            for table in (approval, cleared_entry, draft_line, schema.dispute)
        ]
        query = self._select(schema.time_entry, entry.id, *(one.label(f"by{n}") for n, one in enumerate(leaning)))
        rows = self._all(query.where(entry.person == names.person))
        entries = {row["id"] for row in rows if any(row[f"by{n}"] for n in range(len(leaning)))}
        said = self._select(decision, decision.c.suggestion).where(
            decision.c.suggestion.in_(self._ids_of_person(schema.suggestion, names))
        )
        return frozenset({*entries, *self._connection.scalars(said)})

    def _goes_whole(self, held: HeldRow, kept: frozenset[str], eraser: Eraser) -> bool:
        """Whether the whole row goes: nothing that was decided, booked or billed leans on it."""
        name, row = held.table.name, held.row
        if name in {"kept_answer", "sign_in_failure"}:
            return True
        if name == "external_reference":
            # What another system calls the person tells who they were; an id of theirs that has their name in it does too.
            theirs: str = row["external_id"]
            return bool(row["kind"] == "people" or eraser.text(theirs) != theirs)
        if not held.about:
            return False
        if name == "suggestion":
            return row["id"] not in kept
        if name == "time_entry":
            return row["status"] is EntryStatus.DRAFT and row["id"] not in kept
        return name == "session"

    def _plan_change(self, plan: Plan, table: Table, key: Key, row: Row, values: dict[str, Any]) -> None:
        plan.changes.append((table, key, values))
        plan.changed[table.name] += 1
        if table.name in FORMS:
            since = {**row, **values}
            plan.listed.append(ErasedRow(table.name, " ".join(str(since[name]) for name in FORMS[table.name].key)))

    def _plan_trail(self, plan: Plan, names: Names, eraser: Eraser) -> None:
        """The person's events: their name gives way, and of what they said or was said of them the words go."""
        for event, before in self.trail_of(names, plan.own):
            # What was read may be a path with a name in it; every other object is an id.
            about = eraser.text if event.action.object == "source" else eraser.exactly
            told = {"actor": eraser.text(event.actor), "object_id": about(event.object_id)}
            key = self.tenant, event.sequence
            if (told["actor"], told["object_id"]) != (event.actor, event.object_id):
                # Without its salt nobody can try out whose name the digest of before covers.
                told["salt"] = ""
                stands = as_it_stands(
                    self.tenant, dataclasses.replace(event, actor=told["actor"], object_id=told["object_id"], salt="")
                )
                plan.changes.append((audit_event, key, told))
                plan.changed[EVENT] += 1
                plan.listed.append(ErasedRow(EVENT, str(event.sequence), stands))
            stays = {"object_id": told["object_id"], "payload": before}
            if before is None:
                plan.note_left(left_in(audit_event, {"sequence": event.sequence, **stays}, eraser))
                continue
            words = event.actor in names.all or event.object_id in plan.own or event.object_id in names.all
            payload = eraser.json(before, words=words)
            if payload != before:
                plan.changes.append((audit_payload, key, {"payload": payload, "salt": ""}))
                plan.changed[PAYLOAD] += 1
                plan.listed.append(ErasedRow(PAYLOAD, str(event.sequence), payload_digest(payload)))
            stays["payload"] = payload
            plan.note_left(left_in(audit_event, {"sequence": event.sequence, **stays}, eraser))

    def _plan_others(self, plan: Plan, eraser: Eraser) -> None:
        """What sources saw of others and that names the person: replaced in it, and told where only the name is."""
        for before in self.activities_naming(eraser.names):
            after = without_names(before, eraser)
            if after != before:
                plan.others.append(after)
                plan.changed["activity"] += 1
            plan.note_left(left_in_activity(after, eraser))

    def _write_erased(self, changes: Sequence[tuple[Table, Key, dict[str, Any]]]) -> None:
        """The rows one table and one set of columns at a time."""
        same: dict[tuple[str, tuple[str, ...]], list[tuple[Table, Key, dict[str, Any]]]] = {}
        for table, key, values in changes:
            same.setdefault((table.name, tuple(sorted(values))), []).append((table, key, values))
        for rows in same.values():
            table, names = rows[0][0], sorted(rows[0][2])
            keys = [column.name for column in table.primary_key.columns]
            statement = (
                update(table)
                .where(*(table.c[name] == bindparam(f"of_{name}") for name in keys))
                .values({name: bindparam(f"new_{name}") for name in names})
            )
            self._connection.execute(
                statement,
                [
                    {f"of_{name}": part for name, part in zip(keys, key, strict=True)}
                    | {f"new_{name}": values[name] for name in names}
                    for _, key, values in rows
                ],
            )

    def _remove_erased(self, table: Table, keys: Sequence[Key]) -> None:
        columns = list(table.primary_key.columns)
        statement = delete(table).where(*(column == bindparam(f"of_{column.name}") for column in columns))
        self._connection.execute(
            statement,
            [{f"of_{column.name}": part for column, part in zip(columns, key, strict=True)} for key in keys],
        )

    def _rows_in(self, table: Table, *conditions: Any) -> int:
        query = self._select(table, func.count()).where(*conditions)
        return int(self._connection.scalar(query) or 0)


def wipe_freed(engine: Engine) -> bool:
    """Overwrite what deleted rows left behind in a SQLite file and its log; whether that was done.

    It is not while another connection reads or writes. PostgreSQL's own vacuuming does the like, in its own time.
    """
    if engine.dialect.name != "sqlite":
        return False
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
            # A checkpoint answers whether it was kept from it; VACUUM answers nothing.
            if any(row[0] for row in cursor.fetchall()):
                return False
    except engine.dialect.loaded_dbapi.OperationalError:
        return False
    finally:
        raw.close()
    return True


def _by_table(rows: Iterable[tuple[Table, Key]]) -> dict[Table, list[Key]]:
    found: dict[Table, list[Key]] = {}
    for table, key in rows:
        found.setdefault(table, []).append(key)
    return found
