"""Findings in numbers: a score for every entry, and the summary of a run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, overload

from hourtrail.columnar import columns_of
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.money import Money


@dataclass(frozen=True, slots=True)
class ScoredEntry:
    """One row of ``--scores``: how much an entry needs a look (0..1), and the check that says so, or nothing."""

    id: str
    score: float
    check: str


class Scores(Sequence[ScoredEntry]):
    """A row for every entry, in their order, made when it is asked for."""

    def __init__(self, ids: Sequence[str], learned: Sequence[float], best: Mapping[str, Finding]) -> None:
        self._ids, self._learned, self._best = ids, learned, best

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, row: int) -> ScoredEntry: ...
    @overload
    def __getitem__(self, row: slice) -> list[ScoredEntry]: ...
    def __getitem__(self, row: int | slice) -> ScoredEntry | list[ScoredEntry]:
        if isinstance(row, slice):
            return [self._scored(place) for place in range(len(self))[row]]
        return self._scored(row)

    def _scored(self, row: int) -> ScoredEntry:
        name, score = self._ids[row], self._learned[row]
        found = self._best.get(name)
        return (
            ScoredEntry(name, score, "") if found is None else ScoredEntry(name, max(found.score, score), found.check)
        )


def scores(entries: Sequence[TimeEntry], findings: Iterable[Finding], learned: Sequence[float] | None = None) -> Scores:
    """A row for every entry, in their order: its highest-scoring finding; where no rule speaks, the learned score and no check.

    ``learned`` has one score an entry (without it, 0.0). It also stands where it is higher than what a rule says: a rule may
    state a fact that hardly ever matters. A finding about a person's day or week speaks of no entry in particular, so it
    scores none.
    """
    best: dict[str, Finding] = {}
    for finding in findings:
        entry = finding.subject.time_entry
        if entry and (entry not in best or finding.score > best[entry].score):
            best[entry] = finding
    ids = columns_of(entries).texts("id")
    return Scores(ids, [0.0] * len(ids) if learned is None else learned, best)


def summary(entries: int, findings: Iterable[Finding], *, refused: int = 0, seconds: float = 0.0) -> dict[str, Any]:
    """The summary of ``check --json``: counts, findings by check, and the money at risk per currency.

    Each entry, day or week counts once, with the largest amount that a finding puts on it.
    """
    by_check: dict[str, int] = {}
    largest: dict[tuple[Subject, str], Money] = {}
    for finding in findings:
        by_check[finding.check] = by_check.get(finding.check, 0) + 1
        if risk := finding.value_at_risk:
            key = (finding.subject, risk.currency)
            largest[key] = max(risk, largest.get(key, risk), key=lambda money: money.amount)
    totals: dict[str, Decimal] = {}
    for money in largest.values():
        totals[money.currency] = totals.get(money.currency, Decimal(0)) + money.amount
    return {
        "entries": entries,
        "refused": refused,
        "by_check": by_check,
        "value_at_risk": [{"amount": str(totals[currency]), "currency": currency} for currency in sorted(totals)],
        "seconds": round(seconds, 3),
    }
