"""Findings: the same fact is stored once, whatever the run or the order of the rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.money import Money
from hourtrail.store.records import content_digest, values_of
from hourtrail.store.schema import finding
from hourtrail.store.scope import Row, Scope
from hourtrail.store.types import clean
from hourtrail.store.upsert import Counts, put

_SUBJECT = ("time_entry", "person", "date", "period", "project", "contract")


def _values(row: Finding) -> dict[str, Any]:
    # A reviewer's status, and the id under which the fact was first told, are not the run's to change.
    content = content_digest(values_of(replace(row, id="", status="")))
    values = values_of(row)
    subject, risk = values.pop("subject"), values.pop("value_at_risk")
    return {
        **values,
        **{name: getattr(subject, name) for name in _SUBJECT},
        "amount": risk.amount if risk else None,
        "currency": risk.currency if risk else None,
        "fingerprint": clean(row.fingerprint),
        "digest": content,
    }


def _record(row: Row) -> Finding:
    return Finding(
        id=row["id"], check=row["check"], severity=row["severity"], score=row["score"], measured=row["measured"],
        expected=row["expected"], explanation=row["explanation"], fingerprint=row["fingerprint"], blame=row["blame"],
        subject=Subject(**{name: row[name] for name in _SUBJECT}), comparables=row["comparables"], status=row["status"],
        value_at_risk=None if row["amount"] is None else Money(row["amount"], row["currency"]),
    )  # fmt: skip


class Findings(Scope):
    """What a reviewer should look at."""

    def put_findings(self, rows: Sequence[Finding]) -> Counts:
        """Create, replace or leave alone, by fingerprint; status and id of a stored finding stay."""
        return put(self, finding, map(_values, rows), key="fingerprint", keep=("id", "status"))

    def findings(self) -> list[Finding]:
        """All of them, by check and fingerprint."""
        query = self._select(finding).order_by(finding.c.check, finding.c.fingerprint)
        return [_record(row) for row in self._stream(query)]
