"""What a tenant's queue goes by: its review policies, the mutings of checks, and the clearings with their audit samples."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.precision import Tally
from hourtrail.domain.review import ClearedEntry, Clearing
from hourtrail.store.audit import Audit
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import check_muting, cleared_entry, clearing, review_policy, time_entry
from hourtrail.store.scope import Row


class ReviewRules(Audit):
    """Append-only, like the reviews themselves: the newest row is the one in force."""

    def put_review_policy(self, body: Mapping[str, Any], actor: str, at: datetime) -> None:
        """Put a policy in force, with the audit event ``person:review_policy:set``."""
        self._lock_chain()
        newest = self._connection.scalar(self._select(review_policy, func.max(review_policy.c.place)))
        row = {"place": int(newest or 0) + 1, "version": body["version"], "actor": actor, "at": at, "body": dict(body)}
        self._add(review_policy, [row])
        self.record(
            actor=actor, action="person:review_policy:set", object_id=str(body["version"]), payload=dict(body), at=at
        )

    def review_policy(self) -> dict[str, Any] | None:
        """The body in force; None where the tenant has not given one."""
        row = self._one(
            self._select(review_policy, review_policy.c.body).order_by(review_policy.c.place.desc()).limit(1)
        )
        return dict(row["body"]) if row is not None else None

    def set_muted(self, check: str, *, muted: bool, tally: Tally, reason: str, actor: str, at: datetime) -> None:
        """Silence a check or let it speak, with ``system:check:muted`` or ``unmuted`` (``person:`` where a person did it)."""
        self._lock_chain()
        newest = self._connection.scalar(
            self._select(check_muting, func.max(check_muting.c.place)).where(check_muting.c.check == check)
        )
        counts = {"true_issues": tally.true_issues, "looks": tally.looks}
        row = {
            "check": check,
            "place": int(newest or 0) + 1,
            "muted": muted,
            "actor": actor,
            "reason": reason,
            "at": at,
        }
        self._add(check_muting, [{**row, **counts}])
        side = "system" if actor.startswith("system:") else "person"
        verb = "muted" if muted else "unmuted"
        self.record(
            actor=actor, action=f"{side}:check:{verb}", object_id=check, payload={"reason": reason, **counts}, at=at
        )

    def mutings(self) -> dict[str, Row]:
        """The newest word on each check that was ever muted: ``muted``, ``actor``, ``reason``, ``at``, and the counts."""
        rows = self._all(self._select(check_muting).order_by(check_muting.c.check, check_muting.c.place))
        return {row["check"]: row for row in rows}

    def unmuted_by_hand(self) -> dict[str, datetime]:
        """When a person last let each check speak again; only verdicts since then count for it."""
        rows = self._all(self._select(check_muting).order_by(check_muting.c.place))
        return {row["check"]: row["at"] for row in rows if not row["muted"] and not row["actor"].startswith("system:")}

    def add_clearing(self, row: Clearing, entries: Sequence[ClearedEntry]) -> None:
        """Log a clearing and each of its entries, with the audit event ``person:time_entry:cleared``."""
        self._add(clearing, [values_of(row)])
        self._add(cleared_entry, [values_of(entry) for entry in entries])
        self.record(
            actor=row.actor, action="person:time_entry:cleared", object_id=row.id, at=row.at,
            payload={
                "from": row.first.isoformat(), "to": row.last.isoformat(), "cleared": row.cleared, "flagged": row.flagged,
                "own": row.own, "sampled": row.sampled, "share": row.share, "seed": row.seed,
                "audited": sorted(entry.entry for entry in entries if entry.sampled),
            },
        )  # fmt: skip

    def clearings(self) -> list[Clearing]:
        """Every clearing, oldest first."""
        return [record_of(Clearing, row) for row in self._all(self._select(clearing).order_by(clearing.c.at))]

    def cleared_entries(self, clearing_id: str | None = None) -> list[ClearedEntry]:
        """The entries of one clearing, or of all; by entry."""
        query = self._select(cleared_entry).order_by(cleared_entry.c.clearing, cleared_entry.c.entry)
        if clearing_id is not None:
            query = query.where(cleared_entry.c.clearing == clearing_id)
        return [record_of(ClearedEntry, row) for row in self._all(query)]

    def clearer_of(self, finding_id: str) -> str:
        """Who cleared the entry that this audit finding is about; empty for any other finding."""
        query = (
            self._select(clearing, clearing.c.actor)
            .join(
                cleared_entry,
                (cleared_entry.c.tenant == clearing.c.tenant) & (cleared_entry.c.clearing == clearing.c.id),
            )
            .where(cleared_entry.c.finding == finding_id)
        )
        row = self._one(query) if finding_id else None
        return str(row["actor"]) if row is not None else ""

    def confirmed_minutes(self) -> int:
        """Minutes of the entries that are approved or invoiced."""
        query = self._select(time_entry, func.sum(time_entry.c.minutes)).where(
            time_entry.c.status.in_([EntryStatus.APPROVED.value, EntryStatus.INVOICED.value])
        )
        return int(self._connection.scalar(query) or 0)
