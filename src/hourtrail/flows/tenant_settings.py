"""Changing a tenant's settings: the document, and the policies that it names put in force with it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hourtrail.checks.policy import load as load_check_policy
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.settings import TenantSettings
from hourtrail.domain.settings_wire import changed_keys, settings_from_mapping, settings_to_mapping
from hourtrail.policy import billing, review
from hourtrail.store import Store, TenantStore

POLICIES: Final = ("billing", "review")
"""Those that a settings document may name."""

OPERATORS: Final = ("features", "limits", "administration", "sign_in")
"""Sections that only whoever runs the installation changes; the hosts of the brand too."""


def change_settings(
    store: Store,
    tenant: str,
    document: Mapping[str, Any],
    actor: str,
    *,
    reason: str,
    based_on: int | None = None,
    now: datetime | None = None,
) -> TenantSettings:
    """Put a document in force for the tenant, and the policies that it names where they are not what is in force.

    Raises InvalidInput for a document that cannot be read or a host that another tenant has, Conflict when ``based_on`` is no
    longer the version in force.
    """
    at = now or datetime.now(UTC)
    require_free_hosts(store, tenant, settings_from_mapping(document))
    with store.tenant(tenant) as db:
        made = db.change_settings(document, actor=actor, at=at, reason=reason, based_on=based_on)
        apply_policies(db, made, actor, at)
    return made


def change_own_settings(
    store: Store,
    tenant: str,
    document: Mapping[str, Any],
    actor: str,
    *,
    reason: str,
    based_on: int,
    now: datetime | None = None,
) -> TenantSettings:
    """The same for the tenant's own administrator, who leaves what is the operator's as it is.

    Raises NotAllowed for a document that says otherwise, InvalidInput for a logo that is not kept, and as above.
    """
    with store.tenant(tenant, read_only=True) as db:
        before = settings_to_mapping(db.settings())
        wanted = settings_to_mapping(settings_from_mapping({**_operators(before), **document}))
        brand = document.get("brand", {})
        if not isinstance(brand, Mapping) or "hosts" not in brand:
            wanted["brand"]["hosts"] = before["brand"]["hosts"]
        logo = wanted["brand"]["logo"]
        if logo and db.logo(logo) is None:
            raise InvalidInput("brand.logo: no such picture is kept; whoever runs this installation keeps one")
    others = [name for name in changed_keys(before, wanted) if name.split(".")[0] in OPERATORS or name == "brand.hosts"]
    if others:
        raise NotAllowed(f"{others[0]} is for whoever runs this installation to change; leave it out, or as it is")
    return change_settings(store, tenant, wanted, actor, reason=reason, based_on=based_on, now=now)


def _operators(document: Mapping[str, Any]) -> dict[str, Any]:
    return {section: document[section] for section in OPERATORS}


def apply_policies(db: TenantStore, settings: TenantSettings, actor: str, at: datetime) -> None:
    """Put the policies of ``settings`` in force where others are. Raises InvalidInput for one that cannot be read."""
    unknown = sorted(set(settings.policies) - set(POLICIES))
    if unknown:
        raise InvalidInput(f"policies.{unknown[0]:.60}: unknown; a settings document may name {', '.join(POLICIES)}")
    if "review" in settings.policies:
        wanted = review.to_mapping(review.from_mapping(settings.policies["review"], "policies.review"))
        if wanted["check_policy"]:
            load_check_policy(wanted["check_policy"], "policies.review.check_policy")
        if wanted != db.review_policy():
            db.put_review_policy(wanted, actor, at)
    if "billing" in settings.policies:
        body = billing.to_mapping(billing.from_mapping(settings.policies["billing"], "policies.billing"))
        if body != db.billing_policy():
            db.put_billing_policy(body, actor, at)


def require_free_hosts(store: Store, tenant: str, settings: TenantSettings) -> None:
    """A host leads to one tenant. Two who claim one at the same moment are both left without it by the server.

    Raises InvalidInput.
    """
    if not settings.brand.hosts:
        return
    for word in store.tenants():
        if word.tenant == tenant:
            continue
        with store.tenant(word.tenant, read_only=True) as db:
            taken = set(db.settings().brand.hosts) & set(settings.brand.hosts)
        if taken:
            raise InvalidInput(f"brand.hosts: {min(taken)!r} belongs to another tenant of this installation")
