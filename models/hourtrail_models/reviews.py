"""Reviews of the models that come with the installation: who looked at what, and until when that holds (GOV-07).

What is registered is signed for when it is promoted (``promotion``). A bundled model serves because its digest was reviewed with
the code; it is due for review half a year after it was made, and a named person of the firm can sign that they have looked at it.
A sign-off stands in the tenant's audit trail, for one digest: new weights are due anew.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from hourtrail.domain.access import Permission
from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.flows.identity.authority import require_authority
from hourtrail.store import Store, TenantStore
from hourtrail_models.artefact import BUNDLED, load, pinned_digests

REVIEW_AFTER: Final = timedelta(days=180)
"""When a model is due for review unless whoever signs says sooner or later."""
REVIEWED: Final = "person:model:reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One sign-off: ``evidence`` is what the reviewer looked at, ``review_by`` the day of the next look."""

    model: str
    version: str
    digest: str
    reviewer: str
    evidence: str
    at: datetime
    review_by: date

    def as_json(self) -> dict[str, Any]:
        """As stored."""
        return {**asdict(self), "at": format_instant(self.at), "review_by": self.review_by.isoformat()}


def first_due(made: date) -> date:
    """When a model that was made on a day is due, before anybody signed."""
    return made + REVIEW_AFTER


def sign(
    store: Store,
    tenant: str,
    model: str,
    *,
    reviewer: str,
    evidence: str,
    review_by: date | None = None,
    now: datetime | None = None,
) -> Review:
    """Store that somebody reviewed a bundled model. Raises NotFound for a model that is not bundled, ModelUnavailable for one that
    is not whole, NotAllowed for a service, MissingPermission where the firm has accounts and the reviewer's roles do not hold
    ``models:promote``, InvalidInput for no evidence or a next review that is not in the future.
    """
    at = now or datetime.now(UTC)
    pinned = pinned_digests()
    if model not in pinned:
        raise NotFound(f"there is no bundled model {model[:60]!r}; there are {', '.join(sorted(pinned))}")
    require_person(reviewer)
    if not evidence.strip():
        raise InvalidInput(
            "a review needs evidence: say with --evidence what you looked at (a card, a report, a ticket)"
        )
    due = review_by or at.date() + REVIEW_AFTER
    if due <= at.date():
        raise InvalidInput(f"the next review is due on {due}, which is not in the future; choose a later day")
    ref = load(BUNDLED / model, expected=pinned[model]).ref
    row = Review(
        model=model, version=ref.version, digest=ref.digest, reviewer=reviewer, evidence=evidence, at=at, review_by=due
    )
    with store.tenant(tenant) as db:
        require_authority(db, reviewer, Permission.MODELS_PROMOTE)
        db.record(actor=reviewer, action=REVIEWED, object_id=f"{model}@{ref.version}", payload=row.as_json(), at=at)
    return row


def newest(db: TenantStore) -> dict[str, dict[str, Any]]:
    """The newest sign-off of each digest, as stored; an erased one says nothing."""
    return by_digest(payload for _, payload in db.audit_payloads(REVIEWED))


def by_digest(rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The last of rows in order of time, by digest."""
    return {row["digest"]: dict(row) for row in rows if row.get("digest") and row.get("review_by")}
