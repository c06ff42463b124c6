"""Who may make a model serve: a named person other than its author, after the gate, with evidence and a date of review.

Every change is written twice: as a sign-off in the registry, where the serving process reads it, and as an event of the
tenant's audit trail, which nobody can rewrite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from hourtrail.domain.access import Permission
from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed
from hourtrail.flows.identity.authority import require_authority
from hourtrail.store import Store
from hourtrail_models.registry import ALIASES, CHAMPION, Registry, SignOff, Version
from hourtrail_models.reviews import REVIEW_AFTER
from hourtrail_models.use_cases import require_use_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What an approver asks for. ``evidence`` is what they looked at: a report, a run, a ticket."""

    use_case: str
    version: str
    alias: str
    approver: str
    evidence: str
    review_by: date | None = None


def promote(registry: Registry, store: Store, tenant: str, asked: Promotion, *, now: datetime | None = None) -> SignOff:
    """Point an alias at a version. Raises NotAllowed for an unlisted use case, a service, or the author as approver;
    MissingPermission where the firm has accounts and the approver's roles do not hold ``models:promote``; InvalidInput for an
    unknown alias, no evidence, or a review in the past; Conflict for a version that the gate refused.
    """
    at = now or datetime.now(UTC)
    require_use_case(asked.use_case)
    if asked.alias not in ALIASES:
        raise InvalidInput(f"{asked.alias!r} is no alias; use {', '.join(ALIASES)}")
    _require_authority(store, tenant, asked.approver)
    version = registry.version(asked.version)
    if asked.approver.casefold() == version.author.casefold():
        raise NotAllowed(
            f"{asked.approver} trained version {version.version}; somebody else has to approve it (author and approver are two people)"
        )
    if not asked.evidence.strip():
        raise InvalidInput(
            "a sign-off needs evidence: say with --evidence what you looked at (a report, a run, a ticket)"
        )
    due = asked.review_by or (at.date() + REVIEW_AFTER)
    if due <= at.date():
        raise InvalidInput(f"the next review is due on {due}, which is not in the future; choose a later day")
    if asked.alias == CHAMPION and not version.passed:
        raise Conflict(f"version {version.version} did not come through the gate: {_refusals(version)}")
    row = SignOff(
        alias=asked.alias, act="promoted", version=version.version, digest=version.digest, author=version.author,
        approver=asked.approver, at=at, evidence=asked.evidence, review_by=due,
    )  # fmt: skip
    _write(registry, store, tenant, row)
    return row


def propose(registry: Registry, store: Store, tenant: str, version: Version, alias: str, *, now: datetime) -> SignOff:
    """What a run may do by itself: challenger or shadow, never champion. Raises NotAllowed for the champion."""
    if alias == CHAMPION:
        raise NotAllowed("no run makes a champion: a named person does, with hourtrail models promote")
    row = SignOff(
        alias=alias, act="proposed", version=version.version, digest=version.digest, author=version.author, approver="",
        at=now, evidence="came through the gate" if version.passed else "scores silently; the gate refused it",
    )  # fmt: skip
    _write(registry, store, tenant, row)
    return row


def roll_back(
    registry: Registry, store: Store, tenant: str, person: str, reason: str, *, now: datetime | None = None
) -> SignOff:
    """Back to the champion before this one, in one act; where there was none, to the allow-list's fallback.

    Raises NotAllowed for a service, MissingPermission as ``promote`` does, Conflict when there is no champion to take back.
    """
    at = now or datetime.now(UTC)
    _require_authority(store, tenant, person)
    stack = champions(registry.sign_offs())
    if not stack:
        raise Conflict(f"{registry.name} has no champion to roll back; the fallback serves already")
    before = stack[-2] if len(stack) > 1 else None
    row = SignOff(
        alias=CHAMPION, act="rolled_back", version=before.version if before else "", digest=before.digest if before else "",
        author=before.author if before else "", approver=person, at=at, evidence=reason,
        review_by=before.review_by if before else None,
    )  # fmt: skip
    _write(registry, store, tenant, row)
    return row


def champions(rows: Sequence[SignOff]) -> list[SignOff]:
    """The champions that stand, oldest first: a promotion adds one, a rollback takes the newest away."""
    stack: list[SignOff] = []
    for row in rows:
        if row.alias != CHAMPION:
            continue
        if row.act == "rolled_back":
            if stack:
                stack.pop()
        else:
            stack.append(row)
    return stack


def _require_authority(store: Store, tenant: str, person: str) -> None:
    require_person(person)
    with store.tenant(tenant, read_only=True) as db:
        require_authority(db, person, Permission.MODELS_PROMOTE)


def _refusals(version: Version) -> str:
    failed = [f"{row['test']}: {row['words']}" for row in version.gate.get("reasons", ()) if not row.get("passed")]
    return "; ".join(failed[:3]) or "no verdict of the gate is stored with it; train it with hourtrail train"


def _write(registry: Registry, store: Store, tenant: str, row: SignOff) -> None:
    # The alias moves inside the transaction: where the registry does not answer, nothing is written.
    with store.tenant(tenant) as db:
        side = "person" if row.approver else "system"
        db.record(
            actor=row.approver or "system:refit",
            action=f"{side}:model:{row.act}",
            object_id=f"{registry.name}@{row.version or 'fallback'}",
            payload=row.as_json(),
            at=row.at,
        )
        registry.sign(row)
