"""Who may do what: roles of people, permissions, how far each reaches, and the principal that a request comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hourtrail.domain.errors import NotAllowed


class Role(StrEnum):
    """What somebody does in the firm. What each role may is data: ``hourtrail.policy.roles``."""

    CONSULTANT = "consultant"
    APPROVER = "approver"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    ML_ENGINEER = "ml_engineer"
    INTEGRATOR = "integrator"
    PARTNER_ADMIN = "partner_admin"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """``object:verb``. A program's scopes are permissions too, by the same names."""

    SIGNED_IN = "self:read"
    SUGGESTIONS_READ = "suggestions:read"
    SUGGESTIONS_COMPUTE = "suggestions:compute"
    SUGGESTIONS_SCORE = "suggestions:score"
    DECISIONS_READ = "decisions:read"
    DECISIONS_WRITE = "decisions:write"
    ENTRIES_READ = "entries:read"
    ENTRIES_SUBMIT = "entries:submit"
    ENTRIES_APPROVE = "entries:approve"
    ENTRIES_CLEAR = "entries:clear"
    TRAILS_READ = "trails:read"
    CHECKS_RUN = "checks:run"
    FINDINGS_READ = "findings:read"
    FINDINGS_REVIEW = "findings:review"
    PRECISION_READ = "precision:read"
    BILLING_READ = "billing:read"
    DRAFTS_WRITE = "drafts:write"
    DRAFTS_POST = "drafts:post"
    DISPUTES_WRITE = "disputes:write"
    RATES_PROPOSE = "rates:propose"
    RATES_APPROVE = "rates:approve"
    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    DIRECTORY_READ = "directory:read"
    DIRECTORY_WRITE = "directory:write"
    PRICES_WRITE = "prices:write"
    RECORDS_READ = "records:read"
    RECORDS_WRITE = "records:write"
    USAGE_READ = "usage:read"
    ON_BEHALF = "people:on_behalf"
    PEOPLE_EXPORT = "people:export"
    PEOPLE_ERASE = "people:erase"
    ACCOUNTS_READ = "accounts:read"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    MODELS_READ = "models:read"
    MODELS_PROMOTE = "models:promote"
    MODE_WRITE = "mode:write"
    AUTO_POST_ORDER = "auto_post:order"
    AUTO_POST_STOP = "auto_post:stop"
    POLICIES_READ = "policies:read"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    TENANTS_READ = "tenants:read"


class Reach(StrEnum):
    """Whose records a permission covers. A team is everybody whose manager the person is."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


REACHES: Final = (Reach.OWN, Reach.TEAM, Reach.ALL)
"""Narrowest first."""

Permissions = Mapping[Permission, Reach]

PEOPLE_ONLY: Final = frozenset(
    {
        Permission.ACTIVITIES_READ,
        Permission.PEOPLE_EXPORT,
        Permission.PEOPLE_ERASE,
        Permission.ENTRIES_APPROVE,
        Permission.ENTRIES_CLEAR,
        Permission.FINDINGS_REVIEW,
        Permission.DRAFTS_WRITE,
        Permission.DRAFTS_POST,
        Permission.DISPUTES_WRITE,
        Permission.RATES_PROPOSE,
        Permission.RATES_APPROVE,
        Permission.ACCOUNTS_READ,
        Permission.AUDIT_EXPORT,
        Permission.MODELS_PROMOTE,
        Permission.MODE_WRITE,
        Permission.AUTO_POST_ORDER,
        Permission.AUTO_POST_STOP,
        Permission.SETTINGS_WRITE,
        Permission.TENANTS_READ,
    }
)
"""What no program, service or model is ever given, whoever asks for it."""


class PrincipalKind(StrEnum):
    """A person with an account, a program with a key or token, or whoever reaches a server that runs without a login."""

    PERSON = "person"
    PROGRAM = "program"
    ANYBODY = "anybody"


class MissingPermission(NotAllowed):
    """The principal's roles or scopes do not hold the permission."""


class OutOfReach(NotAllowed):
    """The permission is held, but not for this person's records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who a request comes from, and what it may do.

    ``id`` is the account's or program's id; ``person`` the person of the firm whose time is theirs, empty for a program;
    ``credential`` is the session, key or token by which it was recognised.
    """

    kind: PrincipalKind
    id: str
    name: str
    permissions: Permissions
    person: str = ""
    roles: tuple[Role, ...] = ()
    credential: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether it holds the permission at all."""
        return permission in self.permissions

    def reach(self, permission: Permission) -> Reach | None:
        """How far the permission reaches; None when it is not held."""
        return self.permissions.get(permission)

    @property
    def actor(self) -> str:
        """How the audit trail names it where it acts for itself."""
        return self.person or f"{self.kind}:{self.id}"
