"""Time entries: imported ones as their system last told them, decided ones as long as nothing supersedes the decision."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update

from hourtrail.domain.entry import Approval, EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound, See
from hourtrail.domain.identity import stable_id
from hourtrail.store.audit import Audit
from hourtrail.store.records import content_digest, record_of, values_of
from hourtrail.store.schema import approval, decision, time_entry
from hourtrail.store.scope import Row, between
from hourtrail.store.types import clean
from hourtrail.store.upsert import Counts, chunks, put

NO_START: Final = datetime.min.replace(tzinfo=UTC)
"""The place of an entry without a start: before those of its day that have one."""


def _values(row: TimeEntry) -> dict[str, Any]:
    values = values_of(row)
    return {
        **values,
        "id": clean(row.id),
        "suggestion": row.suggestion or None,
        "decision": row.decision or None,
        "digest": content_digest(values),
    }


def entry_of(row: Row) -> TimeEntry:
    """A stored entry."""
    return record_of(TimeEntry, {**row, "suggestion": row["suggestion"] or "", "decision": row["decision"] or ""})


def in_order(row: TimeEntry) -> tuple[date, str, datetime, str]:
    """The place of an entry among others, as ``entries`` has them."""
    return (row.date, row.person, row.start or NO_START, row.id)


def _behind(place: tuple[date, str, datetime, str]) -> ColumnElement[bool]:
    """Whether an entry comes after a place; one without a start comes before those of its day that have one."""
    day, person, start, name = place
    entry = time_entry.c
    later = entry.start.is_not(None) if start == NO_START else entry.start > start
    same = entry.start.is_(None) if start == NO_START else entry.start == start
    return or_(
        entry.date > day,
        and_(entry.date == day, entry.person > person),
        and_(entry.date == day, entry.person == person, or_(later, and_(same, entry.id > name))),
    )


def _moved() -> Any:
    """Whether somebody moved the entry here."""
    return (
        select(1)
        .where(approval.c.tenant == time_entry.c.tenant, approval.c.entry == time_entry.c.id)
        .exists()
        .label("moved")
    )


def _is_live() -> ColumnElement[bool]:
    """Whether the entry was imported, or nothing supersedes the decision that booked it."""
    later = (
        select(1)
        .where(decision.c.tenant == time_entry.c.tenant, decision.c.supersedes == time_entry.c.decision)
        .exists()
    )
    return or_(time_entry.c.decision.is_(None), ~later)


def _replaces(known: Row, new: Row) -> bool:
    if known["decision"]:
        raise Conflict(f"entry {new['id']!r} came from decision {known['decision']}; an import cannot overwrite it")
    changed = bool(known["digest"] != new["digest"])
    if changed and known["moved"]:
        raise Conflict(
            f"entry {new['id']!r} was submitted or approved here; recall or correct it here, not by an import"
        )
    return changed


class Entries(Audit):
    """Booked time."""

    def put_entries(self, rows: Sequence[TimeEntry]) -> Counts:
        """Imported entries: create, replace or leave alone, by id.

        Raises Conflict, naming the entry, when it came from a decision, or was moved here and would now change; InvalidInput
        for a row that claims a decision (those come by ``add_entries``).
        """
        for row in rows:
            if row.decision:
                raise InvalidInput(
                    f"entry {row.id!r} names decision {row.decision!r}; only a decision books such entries"
                )
        look = (time_entry.c.decision, _moved())
        return put(self, time_entry, map(_values, rows), key="id", look=look, replaces=_replaces)

    def add_entries(self, rows: Sequence[TimeEntry]) -> None:
        """Entries that a decision books. Raises Conflict when one of them exists."""
        for row in rows:
            if not row.decision:
                raise InvalidInput(f"entry {row.id!r} names no decision; imported entries come by put_entries")
            if self._one(self._select(time_entry, time_entry.c.id).where(time_entry.c.id == row.id)) is not None:
                raise Conflict(f"entry {row.id!r} exists already")
        self._add(time_entry, [_values(row) for row in rows])

    def entries(
        self,
        *,
        person: str | None = None,
        people: Sequence[str] | None = None,
        first: date | None = None,
        last: date | None = None,
        after: tuple[date, str, datetime, str] | None = None,
    ) -> Iterator[TimeEntry]:
        """Live ones of the work dates ``first`` to ``last``, both included, by date; streams.

        Live is what was imported, or whose decision nothing supersedes. ``people`` are those whose entries are wanted, at most
        ``CHUNK``. ``after`` is the place (``in_order``) of the last one that was read before.
        """
        query = between(self._live(), time_entry.c.date, first, last)
        if person is not None:
            query = query.where(time_entry.c.person == person)
        if people is not None:
            query = query.where(time_entry.c.person.in_(people))
        if after is not None:
            query = query.where(_behind(after))
        order = (time_entry.c.date, time_entry.c.person, time_entry.c.start, time_entry.c.id)
        for row in self._stream(query.order_by(order[0], order[1], order[2].nulls_first(), order[3])):
            yield entry_of(row)

    def people_booked(self, first: date, last: date) -> list[str]:
        """Who has live entries of the work dates ``first`` to ``last``, both included, each once."""
        query = between(self._live(time_entry.c.person).distinct(), time_entry.c.date, first, last)
        return [row["person"] for row in self._all(query)]

    def submitted_days(self) -> tuple[date, date] | None:
        """The first and the last work date of entries that wait for approval; None when nothing waits."""
        return self._days_of(self._live().where(time_entry.c.status == EntryStatus.SUBMITTED.value))

    def booked_days(self) -> tuple[date, date] | None:
        """The first and the last work date of live entries; None when nothing is booked."""
        return self._days_of(self._live())

    def _days_of(self, query: Select[Any]) -> tuple[date, date] | None:
        found = query.subquery()
        first, last = self._connection.execute(select(func.min(found.c.date), func.max(found.c.date))).one()
        return None if first is None else (first, last)

    def entries_for_client(self, client: str, projects: Sequence[str]) -> list[TimeEntry]:
        """Live ones booked for ``client``, and those on ``projects`` that leave the client out; in the order of ``entries``."""
        without = (time_entry.c.client == "") & time_entry.c.project.in_(projects)
        query = self._live().where(or_(time_entry.c.client == client, without) if client else without)
        rows = [entry_of(row) for row in self._stream(query)]
        return sorted(rows, key=in_order)

    def last_moves(self, entries: Collection[str]) -> dict[str, Approval]:
        """The newest move of each of these entries that was moved here."""
        found: dict[str, Approval] = {}
        for names in chunks(sorted(entries)):
            query = self._select(approval).where(approval.c.entry.in_(names)).order_by(approval.c.place)
            found |= {row["entry"]: record_of(Approval, row) for row in self._all(query)}
        return found

    def approved_together(self, entries: Collection[str], actor: str) -> set[str]:
        """Those of these entries that ``actor`` was the last to approve, and in one act with others.

        What one act moves is moved at one moment.
        """
        last: dict[str, tuple[str, datetime]] = {}
        approved = approval.c.to_status == EntryStatus.APPROVED
        for names in chunks(sorted(entries)):
            query = self._select(approval, approval.c.entry, approval.c.actor, approval.c.at)
            query = query.where(approval.c.entry.in_(names), approved).order_by(approval.c.place)
            last |= {row["entry"]: (row["actor"], row["at"]) for row in self._all(query)}
        mine = {name: at for name, (who, at) in last.items() if who == actor}
        acts: set[datetime] = set()
        for moments in chunks(sorted(set(mine.values()))):
            query = self._select(approval, approval.c.at).where(
                approval.c.actor == actor, approved, approval.c.at.in_(moments)
            )
            acts |= {row["at"] for row in self._all(query.group_by(approval.c.at).having(func.count() > 1))}
        return {name for name, at in mine.items() if at in acts}

    def entry(self, entry_id: str) -> TimeEntry:
        """One live entry. Raises NotFound."""
        row = self._one(self._live().where(time_entry.c.id == entry_id))
        if row is None:
            raise NotFound(f"there is no time entry {entry_id!r} in tenant {self.tenant!r}").seeing(See.ENTRIES)
        return entry_of(row)

    def entries_named(self, entry_ids: Collection[str]) -> dict[str, TimeEntry]:
        """The live ones of these entries, by id."""
        found: dict[str, TimeEntry] = {}
        for names in chunks(sorted(entry_ids)):
            found |= {row["id"]: entry_of(row) for row in self._all(self._live().where(time_entry.c.id.in_(names)))}
        return found

    def entries_of(self, decision_id: str, *, lock: bool = False) -> list[TimeEntry]:
        """The entries that a decision booked, superseded or not, by id; with ``lock``, nobody moves them meanwhile."""
        query = self._select(time_entry).where(time_entry.c.decision == decision_id).order_by(time_entry.c.id)
        return [entry_of(row) for row in self._all(query.with_for_update() if lock else query)]

    def move_entry(self, entry_id: str, status: EntryStatus, actor: str, at: datetime, note: str = "") -> TimeEntry:
        """Submit, approve, reject, recall or invoice: a row in the approval log, and ``person:time_entry:<status>``.

        Raises NotFound, IllegalTransition, NotAllowed (a service, or one's own time), Conflict when somebody moved it at the
        same moment.
        """
        [after] = self.move_entries([self.entry(entry_id)], status, actor, at, note)
        return after

    def move_entries(
        self, entries: Sequence[TimeEntry], status: EntryStatus, actor: str, at: datetime, note: str = ""
    ) -> list[TimeEntry]:
        """The same for many entries in one act, as they were read inside this transaction: all of them move, or none.

        Raises as ``move_entry`` does.
        """
        after = [entry.moved_to(status, actor) for entry in entries]
        before = {entry.id: entry.status for entry in entries}
        places: dict[str, int] = {}
        self.lock_entries(before)
        for names in chunks(sorted(before)):
            self._move(names, before, status)
            query = (
                self._select(approval, approval.c.entry, func.max(approval.c.place).label("place"))
                .where(approval.c.entry.in_(names))
                .group_by(approval.c.entry)
            )
            places |= {row["entry"]: row["place"] for row in self._all(query)}
        steps = {
            name: Approval(
                id=stable_id("apr", (name, str(places.get(name, 0) + 1))), entry=name, from_status=was, to_status=status,
                actor=actor, at=at, note=note,
            )
            for name, was in before.items()
        }  # fmt: skip
        self._add(approval, [{**values_of(step), "place": places.get(name, 0) + 1} for name, step in steps.items()])
        told = [
            (name, {"approval": step.id, "from": step.from_status.value, "to": status.value, "note": note})
            for name, step in steps.items()
        ]
        self.record_all(actor=actor, action=f"person:time_entry:{status.value}", told=told, at=at)
        return after

    def _move(self, names: Sequence[str], before: Mapping[str, EntryStatus], status: EntryStatus) -> None:
        """Change the status of those that are live and have the one that was read."""
        by_status: dict[EntryStatus, list[str]] = {}
        for name in names:
            by_status.setdefault(before[name], []).append(name)
        for was, same in by_status.items():
            mine = (time_entry.c.tenant == self.tenant, time_entry.c.id.in_(same), _is_live())
            changed = self._connection.execute(
                update(time_entry).where(*mine, time_entry.c.status == was).values(status=status)
            ).rowcount
            if changed != len(same):
                told = (
                    f"entry {same[0]!r} was" if len(same) == 1 else f"{len(same) - changed} of {len(same)} entries were"
                )
                raise Conflict(f"{told} moved, corrected or taken back by somebody else at the same moment; look again")

    def lock_entries(self, names: Collection[str]) -> None:
        """Wait for whoever corrects or moves these, in the order in which everybody waits.

        In a statement of its own: the next one then sees what they have done. A condition of the same statement would not,
        since PostgreSQL asks it again only of rows that were changed, and a correction changes none.
        """
        if self._connection.dialect.name == "postgresql":
            for some in chunks(sorted(names)):
                mine = self._select(time_entry, time_entry.c.id).where(time_entry.c.id.in_(some))
                self._all(mine.order_by(time_entry.c.id).with_for_update())

    def approvals(self, entry_id: str) -> list[Approval]:
        """Every move of an entry, oldest first."""
        query = self._select(approval).where(approval.c.entry == entry_id).order_by(approval.c.place)
        return [record_of(Approval, row) for row in self._all(query)]

    def _live(self, *columns: Any) -> Select[Any]:
        return self._select(time_entry, *columns).where(_is_live())
