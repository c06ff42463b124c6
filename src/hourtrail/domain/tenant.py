"""Whose data it is: one customer of one installation."""

import re
from dataclasses import dataclass
from typing import Final

from hourtrail.domain.errors import InvalidInput

_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9._-]{0,62}$")


@dataclass(frozen=True, slots=True, order=True)
class Tenant:
    """A tenant by its name: lower-case letters, digits, dot, dash, underscore; at most 63. Raises InvalidInput."""

    name: str

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise InvalidInput(
                f"tenant name {self.name!r}: use 1 to 63 lower-case letters, digits, '.', '-' or '_', like acme-consulting"
            )
