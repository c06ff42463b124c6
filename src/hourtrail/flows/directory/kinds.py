"""The kinds of the directory, and what tells each of their rows from the others."""

from typing import Final

from hourtrail.domain.firm import (
    Assignment,
    Client,
    Contract,
    Holiday,
    Milestone,
    Period,
    Person,
    Project,
    Rate,
    Task,
    TaxRate,
)
from hourtrail.domain.ports import MasterRecord

DIRECTORY: Final[dict[str, type[MasterRecord]]] = {
    "people": Person,
    "clients": Client,
    "projects": Project,
    "tasks": Task,
    "assignments": Assignment,
    "contracts": Contract,
    "rate-cards": Rate,
    "holidays": Holiday,
    "periods": Period,
    "milestones": Milestone,
    "tax-rates": TaxRate,
}
"""By the word of the data contract, in the order in which they lean on each other."""

WORDS: Final = {kind: word for word, kind in DIRECTORY.items()}

PRICED: Final = frozenset({"contracts", "rate-cards", "milestones", "tax-rates"})
"""Kinds that decide what is billed: who may keep people and projects does not thereby set prices."""

MOVING: Final = frozenset({Assignment, Rate, Holiday, Period, TaxRate})
"""Kinds whose rows dates tell apart. A row of these may move while its id in the other system stays."""
