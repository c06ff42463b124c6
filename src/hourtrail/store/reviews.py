"""The review log: append-only, one standing verdict on a finding, safe under two who decide at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.exc import IntegrityError

from hourtrail.domain.errors import Conflict, InvalidInput, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.domain.review import (
    BLIND_AUDIT,
    HANDING_ON,
    RESOLUTIONS,
    VERDICTS,
    FindingReview,
    FindingStatus,
    ReviewKind,
)
from hourtrail.store.audit import Audit
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import finding, finding_review
from hourtrail.store.scope import Row


@dataclass(frozen=True, slots=True)
class Look:
    """One standing verdict as a check's precision counts it: the rows of one act with one verdict are one look."""

    check: str
    act: str
    kind: ReviewKind
    at: datetime


def _standing() -> ColumnElement[bool]:
    """The condition that nothing later takes a review back: current is a query, never a flag."""
    later = finding_review.alias()
    return (
        ~select(1).where(later.c.tenant == finding_review.c.tenant, later.c.supersedes == finding_review.c.id).exists()
    )


def _record(row: Row) -> FindingReview:
    return record_of(FindingReview, {**row, "supersedes": row["supersedes"] or ""})


def _producer(stored: Row) -> dict[str, str] | None:
    """Who had found what was reviewed; nobody where that was not kept yet."""
    names = ("name", "version", "digest")
    return None if stored["producer_name"] is None else {name: stored[f"producer_{name}"] for name in names}


class Reviews(Audit):
    """What people said of findings."""

    def append_reviews(self, rows: Sequence[FindingReview]) -> None:
        """Log one act, a row for each finding, with an audit event ``person:finding:<kind>`` for each.

        A verdict closes its finding, an undo opens it again. Raises NotFound for an unknown finding, Conflict when it has a
        standing verdict or is closed by a run, or when what an undo takes back was taken back already.
        """
        for row in sorted(rows, key=lambda row: row.finding):
            self._append(row)

    def _append(self, row: FindingReview) -> None:
        stored = self._locked(row.finding)
        if row.kind in VERDICTS:
            self._require_open(row.finding, stored["status"])
        if row.kind is ReviewKind.UNDO and not row.supersedes:
            raise InvalidInput("an undo names the review that it takes back")
        newest = self._connection.scalar(
            self._select(finding_review, func.max(finding_review.c.place)).where(
                finding_review.c.finding == row.finding
            )
        )
        values = {**values_of(row), "supersedes": row.supersedes or None, "place": int(newest or 0) + 1}
        try:
            self._add(finding_review, [values])
        except IntegrityError as error:
            raise Conflict(f"somebody reviewed {row.finding} at the same moment; look at it again") from error
        if row.kind in VERDICTS or row.kind is ReviewKind.UNDO:
            status = FindingStatus.REVIEWED if row.kind in VERDICTS else FindingStatus.OPEN
            self._connection.execute(
                update(finding)
                .where(finding.c.tenant == self.tenant, finding.c.id == row.finding)
                .values(status=status.value)
            )
        self.record(
            actor=row.actor, action=f"person:finding:{row.kind.value}", object_id=row.finding, at=row.at,
            payload={
                "review": row.id, "act": row.act, "check": stored["check"], "producer": _producer(stored), "reason_code": row.reason_code,
                "note": row.note, "assignee": row.assignee, "supersedes": row.supersedes or None, "shown": dict(row.shown),
            },
        )  # fmt: skip

    def reviews(self, finding_id: str) -> list[FindingReview]:
        """Every review of one finding, oldest first, superseded ones too."""
        query = self._select(finding_review).where(finding_review.c.finding == finding_id)
        return [_record(row) for row in self._all(query.order_by(finding_review.c.place))]

    def standing_verdict(self, finding_id: str) -> FindingReview | None:
        """The verdict that nothing took back and that still closes the finding; None for an open one."""
        query = self._verdicts(self._select(finding_review)).where(finding_review.c.finding == finding_id)
        row = self._one(query.order_by(finding_review.c.place.desc()))
        return _record(row) if row is not None else None

    def verdicts_of_act(self, act: str) -> list[FindingReview]:
        """The standing verdicts that one act gave, by finding."""
        query = self._verdicts(self._select(finding_review)).where(finding_review.c.act == act)
        return [_record(row) for row in self._all(query.order_by(finding_review.c.finding))]

    def looks(self) -> list[Look]:
        """Every standing verdict, newest first; a group that was answered in one act is one look."""
        query = self._verdicts(
            select(
                finding.c.check, finding_review.c.act, finding_review.c.kind, func.max(finding_review.c.at).label("at")
            )
            .join_from(
                finding_review,
                finding,
                (finding.c.tenant == finding_review.c.tenant) & (finding.c.id == finding_review.c.finding),
            )
            .where(finding_review.c.tenant == self.tenant)
        ).group_by(finding.c.check, finding_review.c.act, finding_review.c.kind)
        rows = [Look(row["check"], row["act"], row["kind"], row["at"]) for row in self._all(query)]
        return sorted(rows, key=lambda look: (look.at, look.act), reverse=True)

    def handed_on(self) -> tuple[dict[str, str], frozenset[str]]:
        """Who has taken over each open finding, newest word first; and which open ones were escalated."""
        query = (
            select(finding_review.c.finding, finding_review.c.kind, finding_review.c.assignee)
            .join_from(
                finding_review,
                finding,
                (finding.c.tenant == finding_review.c.tenant) & (finding.c.id == finding_review.c.finding),
            )
            .where(
                finding_review.c.tenant == self.tenant,
                finding.c.status == FindingStatus.OPEN,
                finding_review.c.kind.in_(sorted(HANDING_ON)),
            )
            .order_by(finding_review.c.finding, finding_review.c.place)
        )
        rows = self._all(query)
        escalated = frozenset(row["finding"] for row in rows if row["kind"] is ReviewKind.ESCALATE)
        return {row["finding"]: row["assignee"] for row in rows}, escalated

    def to_correct(self) -> frozenset[str]:
        """The findings that were found true and wait for their correction: their standing verdict says ``to_correct``."""
        query = self._verdicts(self._select(finding_review, finding_review.c.finding)).where(
            finding_review.c.reason_code == RESOLUTIONS[ReviewKind.TRUE_ISSUE][0]
        )
        return frozenset(row["finding"] for row in self._all(query))

    def review_seconds(self) -> float:
        """Seconds that people spent on findings, each act once."""
        found = self._connection.scalar(self._select(finding_review, func.sum(finding_review.c.seconds)))
        return float(found or 0.0)

    def audit_verdicts(self) -> dict[str, ReviewKind]:
        """The standing verdict on each cleared entry that was drawn for audit, by finding."""
        query = self._verdicts(
            select(finding_review.c.finding, finding_review.c.kind)
            .join_from(
                finding_review,
                finding,
                (finding.c.tenant == finding_review.c.tenant) & (finding.c.id == finding_review.c.finding),
            )
            .where(finding_review.c.tenant == self.tenant, finding.c.check == BLIND_AUDIT)
        )
        return {row["finding"]: row["kind"] for row in self._all(query)}

    def entry_verdicts(self, checks: Collection[str]) -> dict[str, bool]:
        """Time entry -> whether people found a true issue in it: the standing verdicts on findings of these checks."""
        query = self._verdicts(
            select(finding.c.time_entry, finding_review.c.kind)
            .join_from(
                finding_review,
                finding,
                (finding.c.tenant == finding_review.c.tenant) & (finding.c.id == finding_review.c.finding),
            )
            .where(
                finding_review.c.tenant == self.tenant,
                finding.c.check.in_(sorted(checks)),
                finding.c.time_entry != "",
            )
        )
        found: dict[str, bool] = {}
        for row in self._all(query):
            issue = row["kind"] is ReviewKind.TRUE_ISSUE
            found[row["time_entry"]] = found.get(row["time_entry"], False) or issue
        return found

    @staticmethod
    def _verdicts(query: Select[Any]) -> Select[Any]:
        kinds: Collection[str] = sorted(VERDICTS)
        return query.where(finding_review.c.kind.in_(kinds), _standing())

    def _locked(self, finding_id: str) -> Row:
        query = self._select(
            finding, finding.c.status, finding.c.check, finding.c.producer_name, finding.c.producer_version,
            finding.c.producer_digest,
        ).where(finding.c.id == finding_id)  # fmt: skip
        row = self._one(query.with_for_update())
        if row is None:
            raise NotFound(f"there is no finding {finding_id!r} in tenant {self.tenant!r} to review")
        return row

    def _require_open(self, finding_id: str, status: str) -> None:
        if status == FindingStatus.RESOLVED:
            raise Conflict(f"{finding_id} was closed by a run because its fact is gone; there is nothing left to say")
        if status == FindingStatus.REVIEWED:
            standing = self.standing_verdict(finding_id)
            by = f" ({standing.kind}) by {standing.actor} at {format_instant(standing.at)}" if standing else ""
            raise Conflict(f"{finding_id} was reviewed{by}; undo that first")
