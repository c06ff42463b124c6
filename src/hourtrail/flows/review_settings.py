"""The review policy in force, and putting another one in its place."""

from datetime import UTC, datetime

from hourtrail.checks.policy import load as load_check_policy
from hourtrail.flows.resolve import require_member
from hourtrail.policy.review import ReviewPolicy, from_mapping, to_mapping
from hourtrail.store import Store, TenantStore


def review_policy_of(db: TenantStore) -> ReviewPolicy:
    """The tenant's own policy, else the default."""
    body = db.review_policy()
    return ReviewPolicy() if body is None else from_mapping(body, f"review policy of {db.tenant}")


def set_review_policy(
    store: Store, tenant: str, policy: ReviewPolicy, actor: str, *, now: datetime | None = None
) -> None:
    """Put a policy in force; the one before stays in the log.

    Raises NotAllowed for a service or an unknown person, InvalidInput for a check policy that cannot be read.
    """
    if policy.check_policy:
        load_check_policy(policy.check_policy, "check policy")
    with store.tenant(tenant) as db:
        require_member(db, actor)
        db.put_review_policy(to_mapping(policy), actor, now or datetime.now(UTC))
