"""Keep expenses and payments that another system books, where the work and the invoices that they name are known here."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.billing import Word
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.firm import Project, WorkItem
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.domain.ports import LedgerRecord
from hourtrail.domain.pricing import add_up
from hourtrail.flows.directory.keeping import Kept, Refusal
from hourtrail.flows.resolve import nearest
from hourtrail.store import TenantStore
from hourtrail.store.master import key_parts

INVOICES: Final = "invoices"
"""The kind under which references of posted drafts are kept; their key is the draft's id."""


def keep_ledger(db: TenantStore, rows: Sequence[LedgerRecord], actor: str, at: datetime) -> Kept:
    """Add what is new, correct what is told anew; each row that names what nobody knows is told, and costs no other."""
    kept, good = Kept(), list[LedgerRecord]()
    if not rows:
        return kept
    work = _Work(db, [row for row in rows if isinstance(row, Expense)])
    invoices = _Invoices(db, [row for row in rows if isinstance(row, Payment)])
    for position, row in enumerate(rows):
        try:
            good.append(work.fit(row) if isinstance(row, Expense) else invoices.fit(row))
        except InvalidInput as error:
            kept.refused.append(Refusal(position, str(error)))
    kept.counts = db.put_ledger(good, actor, at)
    return kept


class _Work:
    """The people and work items that expenses name."""

    def __init__(self, db: TenantStore, rows: Sequence[Expense]) -> None:
        self._db = db
        master = db.master_of({row.person for row in rows}, {row.item for row in rows}) if rows else None
        self._people = {person.id for person in master.people} if master else set()
        tasks = {task.item for task in master.tasks} if master else set()
        assigned = {row.item for row in master.assignments} if master else set()
        self._items = tasks | assigned
        self._projects = {item.at_project for item in self._items}
        if rows:
            self._projects |= {WorkItem(*key_parts(key)) for key in db.closed_codes(Project)}

    def fit(self, row: Expense) -> Expense:
        """The row itself. Raises InvalidInput for a person or a work item that is unknown, with the nearest."""
        if self._people and row.person not in self._people:
            known = [person.id for person in self._db.master().people]
            raise InvalidInput(f"person: there is no person {row.person[:60]!r}{nearest(row.person, known)}")
        if self._projects and not self._knows(row.item):
            raise InvalidInput(f"project: there is no work item {row.item}{nearest(str(row.item), self._codes())}")
        return row

    def _knows(self, item: WorkItem) -> bool:
        """An assignment to a project that has no tasks covers whatever is booked on it."""
        return item in self._items or (not item.task and item in self._projects)

    def _codes(self) -> list[str]:
        return self._db.task_codes()[1] or sorted(map(str, self._projects))


class _Invoices:
    """The posted drafts that payments name."""

    def __init__(self, db: TenantStore, rows: Collection[Payment]) -> None:
        self._db = db
        named = [SourceRef(row.source, row.draft) for row in rows]
        self._named = db.referenced(INVOICES, named) if named else {}
        self._currencies: dict[str, set[str]] = {}

    def fit(self, row: Payment) -> Payment:
        """The row with the id of its draft. Raises InvalidInput for a draft that is unknown, not posted, or in other money."""
        draft = self._named.get(SourceRef(row.source, row.draft), row.draft)
        if draft not in self._currencies:
            self._currencies[draft] = self._look(draft)
        currencies = self._currencies[draft]
        if row.currency not in currencies:
            raise InvalidInput(f"currency: {draft} is in {' and '.join(sorted(currencies))}, not in {row.currency}")
        return replace(row, draft=draft)

    def _look(self, draft: str) -> set[str]:
        try:
            word = self._db.draft(draft).word
        except NotFound:
            raise InvalidInput(f"draft: there is no invoice {draft[:60]!r}{nearest(draft, self._posted())}") from None
        if word is None or word.word is not Word.POSTED:
            state = word.word.value if word else "open"
            raise InvalidInput(f"draft: {draft} is {state}, and only a posted draft is paid")
        billed = add_up(line.amount for line in self._db.draft_lines(draft))
        return {money.currency for money in billed}

    def _posted(self) -> list[str]:
        return [kept.draft.id for kept in self._db.drafts() if kept.word and kept.word.word is Word.POSTED]
