"""Tenants as their partner sees them, and a tenant's own settings."""

from typing import Final

from hourtrail.domain.settings import Feature, Tier
from hourtrail.domain.tenant import TenantState
from hourtrail_serving.schemas.parts import COUNT, FLAG, INSTANT, TEXT, Schema, list_of, object_of

_FEATURES: Final = list_of({"enum": [feature.value for feature in Feature]})
_TENANT: Final = object_of(
    tenant=TEXT, state={"enum": [state.value for state in TenantState]}, since=INSTANT, reason=TEXT, product=TEXT,
    hosts=list_of(TEXT), partner={"description": "the tenant whose partner administrators look after it", **TEXT},
    tier={"enum": [tier.value for tier in Tier]}, features=_FEATURES, settings_version=COUNT,
    accounts={"description": "that are open", **COUNT},
)  # fmt: skip
_RULE: Final = object_of(
    name=TEXT, action={"enum": ["drop", "redact"]}, kind=TEXT, source=TEXT, container=TEXT, sensitivity=TEXT, title=TEXT,
    domain=TEXT, outside_hours=FLAG, pattern=TEXT,
)  # fmt: skip
_DOCUMENT: Final = object_of(
    brand=object_of(product=TEXT, colour=TEXT, logo=TEXT, mail_sender=TEXT, hosts=list_of(TEXT)),
    features=object_of(tier=TEXT, on=_FEATURES, off=_FEATURES),
    retention=object_of(
        raw_activity_days=COUNT, suggestion_text_days=COUNT, legal_hold=FLAG, held_people=list_of(TEXT)
    ),
    privacy=object_of(rules=list_of(_RULE), participants={"enum": ["domains", "addresses"]}),
    limits=object_of(person_per_minute=COUNT, program_per_minute=COUNT, heavy_at_once=COUNT),
    administration=object_of(partner=TEXT), sign_in=object_of(issuer=TEXT, client=TEXT),
    policies={"description": "policies by name, each as its own command reads it", "type": "object"},
)  # fmt: skip
_CHANGE: Final = object_of(version=COUNT, actor=TEXT, reason=TEXT, at=INSTANT, digest=TEXT)

SCHEMAS: Final[dict[str, Schema]] = {
    "Tenants": object_of(tenants=list_of(_TENANT)),
    "Tenant": _TENANT,
    "Settings": object_of(
        tenant=TEXT, version={"description": "0 for the defaults", **COUNT}, settings=_DOCUMENT,
        changes={"description": "the newest ones, newest first", **list_of(_CHANGE)},
    ),
}  # fmt: skip
