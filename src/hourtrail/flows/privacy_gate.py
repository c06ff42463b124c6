"""The gate through which everything that a source saw passes before it is kept, scored or shown."""

from hourtrail.capture import PrivacyGate
from hourtrail.domain.settings import Privacy
from hourtrail.store import TenantStore


def gate_of(db: TenantStore, privacy: Privacy | None = None) -> PrivacyGate:
    """The gate that the tenant's settings make, or ``privacy`` in their place; people are read only where hours are asked for."""
    rules = db.settings().privacy if privacy is None else privacy
    if not any(rule.outside_hours for rule in rules.rules):
        return PrivacyGate(privacy=rules)
    master = db.master()
    return PrivacyGate(privacy=rules, person_of=master.person, holidays=master.holidays)
