"""Whose data it is: one customer of one installation, and whether that customer may use it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hourtrail.domain.errors import InvalidInput, NotAllowed

NAME: Final = r"[a-z0-9][a-z0-9._-]{0,62}"
_NAME: Final = re.compile(NAME)


class TenantSuspended(NotAllowed):
    """The customer's access was suspended; what it holds is kept."""


class TenantState(StrEnum):
    """Where a tenant stands. The newest word holds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, order=True)
class Tenant:
    """A tenant by its name: lower-case letters, digits, dot, dash, underscore; at most 63. Raises InvalidInput."""

    name: str

    def __post_init__(self) -> None:
        if not is_tenant_name(self.name):
            raise InvalidInput(
                f"tenant name {self.name[:80]!r}: use 1 to 63 lower-case letters, digits, '.', '-' or '_', like"
                " acme-consulting"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantWord:
    """One word on a tenant: since when it stands so, who said it, and why."""

    tenant: str
    state: TenantState
    actor: str
    reason: str
    at: datetime


def is_tenant_name(text: str) -> bool:
    """Whether a tenant can be made under this name. Older ones may have another; no secret names those."""
    return _NAME.fullmatch(text) is not None
