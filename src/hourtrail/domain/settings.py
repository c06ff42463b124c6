"""A tenant's settings: one versioned document with a stated default for every field. What each means is said here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from hourtrail.domain.brand import Brand
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings_features import Feature, FeatureOff, Features, Tier
from hourtrail.domain.settings_fields import flag, lines, whole, words
from hourtrail.domain.tenant import is_tenant_name

MOST_RULES: Final = 200
MOST_HELD: Final = 1_000
LONGEST_KEPT: Final = 36_500
"""Days; a hundred years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days what is kept, counted from the day of the work; 0 keeps it until somebody removes it.

    ``raw_activity_days``: activities and their texts. ``suggestion_text_days``: titles and evidence inside suggestions,
    decided on or not; what was booked, and what a decision says was proposed, are the log's.
    ``legal_hold`` stops every removal by time for the whole tenant, ``held_people`` for these people.
    """

    raw_activity_days: int = 400
    suggestion_text_days: int = 0
    legal_hold: bool = False
    held_people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        whole("retention.raw_activity_days", self.raw_activity_days, 0, LONGEST_KEPT)
        whole("retention.suggestion_text_days", self.suggestion_text_days, 0, LONGEST_KEPT)
        flag("retention.legal_hold", self.legal_hold)
        lines("retention.held_people", self.held_people, MOST_HELD)


class PrivacyAction(StrEnum):
    """What a rule does before anything is stored."""

    DROP = "drop"
    """The activity is not stored at all; it is counted under the rule's name."""
    REDACT = "redact"
    """What ``pattern`` finds in title and text is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRule:
    """One rule. An empty condition matches everything; at least one is given, and all that are given have to match.

    ``kind`` and ``sensitivity`` are values of the activity contract, ``source``, ``container`` and ``title`` globs without
    regard to case, ``domain`` a participant's mail domain, ``outside_hours`` true for what begins outside the person's working
    hours. ``pattern`` (of redact) is a named one or a word to be replaced. Their meaning: ``hourtrail.policy.privacy``.
    """

    name: str
    action: PrivacyAction
    kind: str = ""
    source: str = ""
    container: str = ""
    sensitivity: str = ""
    title: str = ""
    domain: str = ""
    outside_hours: bool = False
    pattern: str = ""

    def __post_init__(self) -> None:
        if self.action not in tuple(PrivacyAction):
            raise InvalidInput(f"action: must be {' or '.join(PrivacyAction)}")
        object.__setattr__(self, "action", PrivacyAction(self.action))
        for key in ("name", "kind", "source", "container", "sensitivity", "title", "domain", "pattern"):
            words(key, getattr(self, key))
        flag("outside_hours", self.outside_hours)
        if not self.name.strip():
            raise InvalidInput("name: is empty; what a rule did is counted under its name")
        given = (self.kind, self.source, self.container, self.sensitivity, self.title, self.domain, self.outside_hours)
        if self.action is PrivacyAction.DROP and (not any(given) or self.pattern):
            raise InvalidInput(
                "drop needs a condition: kind, source, container, sensitivity, title, domain or outside_hours, and no pattern"
            )
        if self.action is PrivacyAction.REDACT and not self.pattern.strip():
            raise InvalidInput("pattern: is empty; say what is to be replaced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What is dropped or redacted before storage, first rule first; with ``participants`` "domains" only their mail domains
    are kept, with "addresses" the whole addresses.
    """

    rules: tuple[PrivacyRule, ...] = ()
    participants: str = "domains"

    def __post_init__(self) -> None:
        if len(self.rules) > MOST_RULES:
            raise InvalidInput(f"privacy.rules: at most {MOST_RULES}")
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise InvalidInput("privacy.rules: two rules have the same name")
        if self.participants not in ("domains", "addresses"):
            raise InvalidInput('privacy.participants: must be "domains" or "addresses"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one tenant may ask of the server: requests a minute of one person and of one program, and how many that
    compute for seconds at the same time.

    600 of a person are ten a second: no hand is faster. 6,000 of a program carry the words of a whole firm: 600 people with
    twelve confirmations in ten minutes are 800 a minute.
    """

    person_per_minute: int = 600
    program_per_minute: int = 6_000
    heavy_at_once: int = 4

    def __post_init__(self) -> None:
        whole("limits.person_per_minute", self.person_per_minute, 10, 100_000)
        whole("limits.program_per_minute", self.program_per_minute, 10, 1_000_000)
        whole("limits.heavy_at_once", self.heavy_at_once, 1, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """``partner`` is the tenant whose partner administrators look after this one, empty for none: they see its accounts, its
    settings and how much of what it uses, and nothing that anybody did.
    """

    partner: str = ""

    def __post_init__(self) -> None:
        words("administration.partner", self.partner)
        if self.partner and not is_tenant_name(self.partner):
            raise InvalidInput("administration.partner: must be the name of a tenant")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """``issuer`` is the address of the tenant's own identity provider (OpenID Connect), ``client`` what it calls us; both empty
    for the installation's. The client's secret is no setting: the operator keeps it beside the server.
    """

    issuer: str = ""
    client: str = ""

    def __post_init__(self) -> None:
        words("sign_in.issuer", self.issuer)
        words("sign_in.client", self.client)
        if bool(self.issuer) != bool(self.client):
            raise InvalidInput("sign_in: issuer and client go together; give both, or neither")
        if self.issuer and not _is_provider(self.issuer):
            raise InvalidInput("sign_in.issuer: must be an address like https://login.firm.example")


def _is_provider(text: str) -> bool:
    """Whether it can be asked: over https, or in the clear on this machine."""
    try:
        parts = urlsplit(text)
        here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username)
    return bool(parts.hostname) and plain and (parts.scheme == "https" or (parts.scheme == "http" and here))


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """Everything that is the tenant's own to say. ``version`` is 0 for the defaults, then counts the documents.

    ``policies`` are the tenant's policies by name (``review``, ``billing``, …), each a table as its own command reads it;
    one that is not named keeps what is in force.
    """

    version: int = 0
    brand: Brand = field(default_factory=Brand)
    features: Features = field(default_factory=Features)
    retention: Retention = field(default_factory=Retention)
    privacy: Privacy = field(default_factory=Privacy)
    limits: Limits = field(default_factory=Limits)
    administration: Administration = field(default_factory=Administration)
    sign_in: SignIn = field(default_factory=SignIn)
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """One version in the log: who put it in force, when and why, and the digest of its document."""

    version: int
    actor: str
    reason: str
    at: datetime
    digest: str


__all__ = [
    "Administration", "Brand", "Feature", "FeatureOff", "Features", "Limits", "Privacy", "PrivacyAction", "PrivacyRule", "Retention",
    "SettingsChange", "SignIn", "TenantSettings", "Tier",
]  # fmt: skip
