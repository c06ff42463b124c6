"""Findings: the same fact is stored once, whatever the run; what is gone is resolved, what a person closed stays closed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, Select, case, cast, func, or_, select, update

from hourtrail.domain.errors import NotFound, See
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.money import Money
from hourtrail.domain.review import VERDICTS, FindingStatus, Raised
from hourtrail.domain.suggestion import ModelRef
from hourtrail.store.records import content_digest, values_of
from hourtrail.store.schema import finding, finding_review
from hourtrail.store.scope import Row, Scope
from hourtrail.store.types import clean
from hourtrail.store.upsert import chunks, put

_SUBJECT = ("time_entry", "person", "date", "period", "project", "contract")
_PRODUCER = ("name", "version", "digest")
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingScope:
    """Which stored findings a run answers for: those of its checks, narrowed to a person's days, or to a client's work.

    Without ``worker`` and ``client`` it is every finding between the two days, and every one without a day. ``workers`` and
    ``clients`` narrow the same to some of them.
    """

    checks: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    worker: str | None = None
    client: str | None = None
    project: str | None = None
    workers: tuple[str, ...] | None = None
    clients: tuple[str, ...] | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """As conditions on the table."""
        yield finding.c.check.in_(self.checks)
        if self.worker is not None:
            yield finding.c.worker == self.worker
        if self.client is not None:
            yield finding.c.of_client == self.client
        if self.project is not None:
            yield finding.c.of_project == self.project
        if self.workers is not None:
            yield finding.c.worker.in_(self.workers)
        if self.clients is not None:
            yield finding.c.of_client.in_(self.clients)
        dated = [
            *([finding.c.worked_on >= self.first] if self.first else []),
            *([finding.c.worked_on <= self.last] if self.last else []),
        ]
        for condition in dated:
            yield condition if self.worker is not None else or_(finding.c.worked_on.is_(None), condition)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run changed. ``resolved`` findings are gone from the entries, ``reopened`` ones came back or changed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    resolved: int = 0
    reopened: int = 0

    def __add__(self, other: "Reconciled") -> "Reconciled":
        return Reconciled(**{name: count + getattr(other, name) for name, count in asdict(self).items()})

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return any((self.created, self.updated, self.resolved, self.reopened))


def _values(row: Raised, at: datetime) -> dict[str, Any]:
    # A reviewer's status, and the id under which the fact was first told, are not the run's to change.
    found = row.finding
    content = content_digest(values_of(replace(row, finding=replace(found, id="", status=""), raised_at=None)))
    values = values_of(found)
    subject, risk, producer = (values.pop(name) for name in ("subject", "value_at_risk", "producer"))
    return {
        **values,
        **{name: getattr(subject, name) for name in _SUBJECT},
        "amount": risk.amount if risk else None,
        "currency": risk.currency if risk else None,
        **{f"producer_{name}": getattr(producer, name, None) for name in _PRODUCER},
        "fingerprint": clean(found.fingerprint),
        "digest": content,
        "worker": row.worker,
        "worked_on": row.worked_on,
        "of_client": row.client,
        "of_project": row.project,
        "cause": row.cause,
        "raised_at": at,
    }


def _finding(row: Row) -> Finding:
    return Finding(
        id=row["id"], check=row["check"], severity=row["severity"], score=row["score"], measured=row["measured"],
        expected=row["expected"], explanation=row["explanation"], fingerprint=row["fingerprint"], blame=row["blame"],
        subject=Subject(**{name: row[name] for name in _SUBJECT}), comparables=row["comparables"], status=row["status"],
        value_at_risk=None if row["amount"] is None else Money(row["amount"], row["currency"]),
        producer=None if row["producer_name"] is None else ModelRef(**{name: row[f"producer_{name}"] for name in _PRODUCER}),
    )  # fmt: skip


def _raised(row: Row) -> Raised:
    return Raised(
        finding=_finding(row), worker=row["worker"], worked_on=row["worked_on"], client=row["of_client"],
        project=row["of_project"], cause=row["cause"], raised_at=row["raised_at"],
    )  # fmt: skip


class Findings(Scope):
    """What a reviewer should look at."""

    def lock_findings(self) -> None:
        """Let one run at a time reconcile findings, from before it reads the entries (or looks whether they are still what
        it read) until the transaction ends.

        SQLite has one writer anyway; on PostgreSQL a lock of the tenant's name.
        """
        if self._connection.dialect.name == "postgresql":
            key = func.hashtextextended(f"hourtrail.findings:{self.tenant}", 0)
            self._connection.execute(select(func.pg_advisory_xact_lock(key)))

    def reconcile_findings(self, rows: Sequence[Raised], scope: FindingScope, at: datetime) -> Reconciled:
        """Make the open findings of ``scope`` those in ``rows``.

        New ones are created, changed ones updated under their first id, open ones whose fact is gone become ``resolved``.
        A resolved one that is found again opens again. One that a person closed stays closed, unless what they saw has
        changed: another measurement or expectation, or more money at risk.
        """
        found = {clean(row.finding.fingerprint): row for row in rows}
        opens = self._select(finding, finding.c.fingerprint).where(
            finding.c.status == FindingStatus.OPEN, *scope.conditions()
        )
        gone = [row["fingerprint"] for row in self._all(opens) if row["fingerprint"] not in found]
        self._set_status(gone, FindingStatus.RESOLVED)
        reopened = [name for names in chunks(sorted(found), _AT_ONCE) for name in self._returning(names, found)]
        # The amounts that a person saw are compared above, before they are overwritten here.
        counts = put(
            self, finding, (_values(row, at) for row in found.values()), key="fingerprint",
            keep=("id", "status", "raised_at"),
        )  # fmt: skip
        self._set_status(reopened, FindingStatus.OPEN, raised_at=at)
        return Reconciled(counts.created, counts.updated, counts.unchanged, len(gone), len(reopened))

    def stand(self, rows: Sequence[Raised], scope: FindingScope, at: datetime) -> bool:
        """Whether ``reconcile_findings`` would change nothing: the open findings of ``scope`` are those in ``rows`` already."""
        found = {clean(row.finding.fingerprint): row for row in rows}
        opens = self._select(finding, finding.c.fingerprint).where(
            finding.c.status == FindingStatus.OPEN, *scope.conditions()
        )
        if any(row["fingerprint"] not in found for row in self._all(opens)):
            return False
        known: dict[str, str] = {}
        for names in chunks(sorted(found), _AT_ONCE):
            query = self._select(finding, finding.c.fingerprint, finding.c.digest)
            known |= {
                row["fingerprint"]: row["digest"] for row in self._all(query.where(finding.c.fingerprint.in_(names)))
            }
            if any(True for _ in self._returning(names, found)):
                return False
        return all(known.get(name) == _values(row, at)["digest"] for name, row in found.items())

    def add_findings(self, rows: Sequence[Raised], at: datetime) -> None:
        """Findings that no run answers for, such as the audit of a cleared entry; nothing else is resolved."""
        put(self, finding, (_values(row, at) for row in rows), key="fingerprint", keep=("id", "status", "raised_at"))

    def findings(self, *, first: date | None = None, last: date | None = None) -> list[Finding]:
        """All of them, by check and fingerprint; with a bound, those about work on these days, both included.

        A finding about a contract or a project as a whole is about no day, so a bound leaves it out.
        """
        query = self._select(finding)
        if first is not None:
            query = query.where(finding.c.worked_on >= first)
        if last is not None:
            query = query.where(finding.c.worked_on <= last)
        return [_finding(row) for row in self._stream(query.order_by(finding.c.check, finding.c.fingerprint))]

    def raised(
        self,
        *,
        status: FindingStatus | None = None,
        checks: Collection[str] | None = None,
        worker: str | None = None,
    ) -> list[Raised]:
        """Findings with their context, by check and fingerprint; only those of one status, of some checks, or on one
        person's time.
        """
        query = self._select(finding)
        if status is not None:
            query = query.where(finding.c.status == status)
        if checks is not None:
            query = query.where(finding.c.check.in_(tuple(checks)))
        if worker is not None:
            query = query.where(finding.c.worker == worker)
        return [_raised(row) for row in self._stream(query.order_by(finding.c.check, finding.c.fingerprint))]

    def open_places(self) -> tuple[list[str], list[str]]:
        """The workers and the clients of open findings, each once, sorted; the empty one is that of findings without any."""
        columns = (finding.c.worker, finding.c.of_client)
        lists = [
            self._select(finding, column).where(finding.c.status == FindingStatus.OPEN).distinct() for column in columns
        ]
        workers, clients = (sorted(self._connection.scalars(query)) for query in lists)
        return workers, clients

    def open_counts(self) -> dict[str, int]:
        """How many open findings each check has."""
        query = self._select(finding, finding.c.check, func.count()).where(finding.c.status == FindingStatus.OPEN)
        return {row[0]: int(row[1]) for row in self._connection.execute(query.group_by(finding.c.check))}

    def open_fingerprints(self, checks: Collection[str]) -> list[str]:
        """The open findings of these checks by fingerprint, and nothing else of them; sorted."""
        query = self._select(finding, finding.c.fingerprint).where(
            finding.c.status == FindingStatus.OPEN, finding.c.check.in_(sorted(checks))
        )
        return sorted(self._connection.scalars(query))

    def raised_by(self, fingerprints: Collection[str]) -> list[Raised]:
        """These findings with their context, by check and fingerprint."""
        found: list[Raised] = []
        for names in chunks(sorted(fingerprints), _AT_ONCE):
            found += map(_raised, self._all(self._select(finding).where(finding.c.fingerprint.in_(names))))
        return sorted(found, key=lambda row: (row.finding.check, row.finding.fingerprint))

    def weightiest(
        self, most: int, precision: Mapping[str, float], without_money: Mapping[Severity, float]
    ) -> list[Raised]:
        """The ``most`` open findings that weigh most, chosen by the database, by check and fingerprint.

        Only of the checks in ``precision``, their probability. Money weighs in multiples of the mean of its currency, and a
        finding without an amount what ``without_money`` says of its severity; of equal ones the oldest are taken.
        """
        mine = (finding.c.status == FindingStatus.OPEN.value, finding.c.check.in_(sorted(precision)))
        amount: ColumnElement[float] = cast(finding.c.amount, Double())
        means = self._select(finding, finding.c.currency, func.avg(amount)).where(*mine, amount > 0)
        usual = {row[0]: float(row[1]) for row in self._connection.execute(means.group_by(finding.c.currency))}
        severe = case(
            *((finding.c.severity == severity, value) for severity, value in without_money.items()), else_=0.0
        )
        priced = [((finding.c.currency == name) & (amount > 0), amount / mean) for name, mean in usual.items()]
        money = case(*priced, else_=severe) if priced else severe
        probability = case(dict(precision), value=finding.c.check, else_=0.0)
        weight = finding.c.score * probability * money
        query = self._select(finding).where(*mine)
        rows = self._all(query.order_by(weight.desc(), finding.c.raised_at, finding.c.fingerprint).limit(most))
        return sorted(map(_raised, rows), key=lambda row: (row.finding.check, row.finding.fingerprint))

    def raised_finding(self, finding_id: str) -> Raised:
        """One finding, whatever its status. Raises NotFound."""
        row = self._one(self._select(finding).where(finding.c.id == finding_id))
        if row is None:
            raise NotFound(f"there is no finding {finding_id!r} in tenant {self.tenant!r}").seeing(See.FINDINGS)
        return _raised(row)

    def findings_on(self, entries: Collection[str]) -> dict[str, list[Finding]]:
        """The findings of these entries themselves, by entry, whatever their status."""
        found: dict[str, list[Finding]] = {}
        for names in chunks(sorted(entries), _AT_ONCE):
            for row in self._all(self._select(finding).where(finding.c.time_entry.in_(names))):
                found.setdefault(row["time_entry"], []).append(_finding(row))
        return found

    def _returning(self, names: Sequence[str], found: dict[str, Raised]) -> Iterator[str]:
        """Those of the closed findings named that have to open again."""
        query = self._select(finding, finding.c.fingerprint, finding.c.id, finding.c.status).where(
            finding.c.fingerprint.in_(names), finding.c.status != FindingStatus.OPEN
        )
        rows = self._all(query)
        seen = self._seen(row["id"] for row in rows if row["status"] == FindingStatus.REVIEWED)
        for row in rows:
            before = seen.get(row["id"])
            now = found[row["fingerprint"]].finding
            if row["status"] == FindingStatus.RESOLVED or (before is not None and _differs(before, now)):
                yield row["fingerprint"]

    def _seen(self, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """What was shown at the standing verdict on each finding."""
        query: Select[Any] = self._select(
            finding_review, finding_review.c.finding, finding_review.c.shown, finding_review.c.place
        ).where(
            finding_review.c.finding.in_(list(ids)),
            finding_review.c.kind.in_(sorted(VERDICTS)),
        )
        return {row["finding"]: row["shown"] for row in self._all(query.order_by(finding_review.c.place))}

    def _set_status(self, names: Sequence[str], status: FindingStatus, **values: Any) -> None:
        for chunk in chunks(sorted(names), _AT_ONCE):
            self._connection.execute(
                update(finding)
                .where(finding.c.tenant == self.tenant, finding.c.fingerprint.in_(chunk))
                .values(status=status.value, **values)
            )


def _differs(seen: dict[str, str], now: Finding) -> bool:
    if (seen.get("measured"), seen.get("expected")) != (now.measured, now.expected):
        return True
    risk = now.value_at_risk
    if risk is None:
        return False
    return seen.get("currency") != risk.currency or risk.amount > Decimal(seen.get("amount", "0"))
