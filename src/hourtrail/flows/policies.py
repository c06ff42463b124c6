"""Which policies are in force for a tenant: their names, versions and digests, since when, and who put them there.

What ships with the program are the files below ``policy/files``; its version and day stand in
``policy/files/versions.toml`` beside the digest of what was reviewed. What a firm decides for itself is a row in the store.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.policy import load as load_check_policy
from hourtrail.checks.policy import to_mapping as check_mapping
from hourtrail.domain.access import PEOPLE_ONLY, Permission
from hourtrail.domain.confidence_wire import controls_to_json
from hourtrail.domain.errors import NotFound
from hourtrail.domain.identity import body_digest
from hourtrail.domain.instants import format_instant
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.approval_routing import approval_routing as approval_routing_file
from hourtrail.policy.audit_logging import audit_logging
from hourtrail.policy.billing import to_mapping as billing_mapping
from hourtrail.policy.review import to_mapping as review_mapping
from hourtrail.policy.roles import ACTS, CONFLICTS, ROLES, SCOPES
from hourtrail.store import TenantStore

SHIPPED: Final = "shipped"
FIRM: Final = "firm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """One policy. ``since`` is a day for a shipped one, an instant for a firm's own; ``decided_by`` is empty for shipped ones."""

    name: str
    about: str
    version: str
    body: Mapping[str, Any]
    origin: str
    since: str = ""
    decided_by: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the body as canonical JSON."""
        return body_digest(self.body)

    def to_json(self, *, body: bool = False) -> dict[str, Any]:
        """As the command and the API tell it; the body only where it is asked for."""
        told = {
            "name": self.name, "about": self.about, "version": self.version, "digest": self.digest,
            "since": self.since or None, "origin": self.origin, "decided_by": self.decided_by or None,
        }  # fmt: skip
        return {**told, "body": dict(self.body)} if body else told


def policies(db: TenantStore) -> list[PolicyInForce]:
    """Every policy in force for this tenant, by name."""
    shipped = [_shipped(name, about, body()) for name, (about, body) in SHIPPED_BODIES.items()]
    return sorted([*shipped, *_of_the_firm(db)], key=lambda row: row.name)


def policy_named(db: TenantStore, name: str) -> PolicyInForce:
    """One of them. Raises NotFound."""
    found = policies(db)
    for row in found:
        if row.name == name:
            return row
    raise NotFound(f"there is no policy {name[:60]!r}; there are {', '.join(row.name for row in found)}")


@cache
def pinned_versions() -> dict[str, dict[str, Any]]:
    """What was reviewed of the shipped policies: version, since when, digest."""
    return tomllib.loads((files("hourtrail.policy") / "files" / "versions.toml").read_text(encoding="utf-8"))


def data_access() -> dict[str, Any]:
    """Who may read and change what: roles, how far each permission reaches, what no program has, who may not be both."""
    return {
        "roles": {
            role.value: {permission.value: reach.value for permission, reach in sorted(held.items())}
            for role, held in ROLES.items()
        },
        "programs": sorted(scope.value for scope in SCOPES),
        "people_only": sorted(permission.value for permission in PEOPLE_ONLY),
        "nobody_is_both": [[row.one.value, row.other.value, row.reason] for row in CONFLICTS],
    }


def approval_routing() -> dict[str, Any]:
    """Which way an entry goes, whose word each step needs, and what a standing order may do of it."""
    submits = [role.value for role, held in ROLES.items() if Permission.ENTRIES_SUBMIT in held]
    approves = {
        role.value: held[permission].value
        for role, held in ROLES.items()
        for permission in (Permission.ENTRIES_APPROVE, Permission.ENTRIES_CLEAR)
        if permission in held
    }
    return {
        "moves": approval_routing_file().moves,
        "submit": submits,
        "approve": approves,
        "refused": list(ACTS),
        "auto_post": approval_routing_file().auto_post,
    }


def _audit_logging() -> dict[str, Any]:
    row = audit_logging()
    return {
        "version": row.version,
        "since": row.since.isoformat(),
        "kept": row.kept,
        "sealed": row.sealed,
        "shown": sorted(row.shown),
    }


SHIPPED_BODIES: Final[dict[str, tuple[str, Callable[[], dict[str, Any]]]]] = {
    "data_access": ("who may read and change what, how far, and who may not be both", data_access),
    "approval_routing": ("which way an entry goes, and whose word each step needs", approval_routing),
    "audit_logging": ("what the trail keeps, how it is sealed, and what of it a list shows", _audit_logging),
}


def _shipped(name: str, about: str, body: Mapping[str, Any]) -> PolicyInForce:
    pinned = pinned_versions().get(name, {})
    reviewed = pinned.get("digest") == body_digest(body)
    version = str(pinned.get("version", "?")) if reviewed else f"{pinned.get('version', '?')}+changed"
    since = str(pinned["since"]) if reviewed else ""
    return PolicyInForce(name=name, about=about, version=version, body=body, origin=SHIPPED, since=since)


def _of_the_firm(db: TenantStore) -> list[PolicyInForce]:
    review, billing = review_policy_of(db), billing_policy_of(db)
    checks = load_check_policy(review.check_policy, "check policy") if review.check_policy else CheckPolicy()
    controls, place = db.controls()
    reviewed = db.newest_event("person:review_policy:set") if db.review_policy() is not None else None
    billed = db.newest_event("person:billing_policy:set") if db.billing_policy() is not None else None
    rows = (
        ("exception_handling", "who takes which exception, by when, what is looked at one by one or by lot",
         review.version, review_mapping(review), reviewed),
        ("checks", "which checks run, with which bounds and severity",
         checks.version, check_mapping(checks), reviewed if review.check_policy else None),
        ("billing", "ceilings, facts of a client, formats, when a dispute or a shift is told",
         billing.version, billing_mapping(billing), billed),
        ("confidence", "mode, thresholds and gates in force",
         f"controls-{place}", controls_to_json(controls), db.newest_controls()),
    )  # fmt: skip
    return [
        PolicyInForce(
            name=name, about=about, version=version, body=body, origin=FIRM if put else SHIPPED,
            since=format_instant(put[0]) if put else "", decided_by=put[1] if put else "",
        )
        for name, about, version, body, put in rows
    ]  # fmt: skip
