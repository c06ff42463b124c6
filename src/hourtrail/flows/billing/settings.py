"""The billing policy in force, and putting another one in its place."""

from datetime import UTC, datetime

from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.resolve import require_colleague
from hourtrail.policy.billing import BillingPolicy, from_mapping, to_mapping
from hourtrail.store import Store, TenantStore


def billing_policy_of(db: TenantStore) -> BillingPolicy:
    """The tenant's own policy, else the default."""
    body = db.billing_policy()
    return BillingPolicy() if body is None else from_mapping(body, f"billing policy of {db.tenant}")


def set_billing_policy(
    store: Store, tenant: str, policy: BillingPolicy, actor: str, *, now: datetime | None = None
) -> None:
    """Put a policy in force; the one before stays in the log.

    Raises NotAllowed for a service or an unknown person, InvalidInput when ``stops`` names a check that does not exist.
    """
    if unknown := sorted(set(policy.stops) - set(CHECKS)):
        raise InvalidInput(f"stops: there is no check {', '.join(unknown)}; known are {', '.join(CHECKS)}")
    with store.tenant(tenant) as db:
        require_colleague(db.master(), actor)
        db.put_billing_policy(to_mapping(policy), actor, now or datetime.now(UTC))
