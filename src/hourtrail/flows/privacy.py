"""What a tenant does about its people's privacy: keys."""

from datetime import UTC, datetime

from hourtrail.domain.decision import require_person
from hourtrail.store import Store


def seal_activities(store: Store, tenant: str) -> int:
    """Seal what is stored in clear or under an older key; how many activities."""
    with store.tenant(tenant) as db:
        return db.seal_activities()


def renew_key(store: Store, tenant: str, actor: str, *, now: datetime | None = None) -> int:
    """A new key for the tenant, everything sealed with it, the older ones destroyed; how many activities.

    Raises NotAllowed when ``actor`` is no person.
    """
    require_person(actor)
    with store.tenant(tenant) as db:
        count = db.renew_key()
        db.record(
            actor=actor, action="person:tenant_key:renewed", object_id=tenant, payload={"sealed": count},
            at=now or datetime.now(UTC),
        )  # fmt: skip
        return count
