"""What another system books beside time: expenses of people, and payments of clients. Each is known by that system's id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """Money that a person spent on a work item; below zero where it was given back, zero where it is taken back.

    ``receipt`` is where its voucher is found. Raises InvalidInput for a source with a colon.
    """

    source: str
    external_id: str
    person: str
    date: date
    item: WorkItem
    amount: Decimal
    currency: str
    billable: bool | None = None
    category: str = ""
    narrative: str = ""
    receipt: str = ""
    revision: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_plain(self.source)

    @property
    def ref(self) -> SourceRef:
        """Its name across the product."""
        return SourceRef(self.source, self.external_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that a client paid on an invoice; below zero where it was given back, zero where it is taken back.

    ``draft`` is the id of the posted draft, or what the same source calls that invoice. Raises InvalidInput as
    :class:`Expense` does.
    """

    source: str
    external_id: str
    draft: str
    amount: Decimal
    currency: str
    received_on: date
    note: str = ""
    revision: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_plain(self.source)

    @property
    def ref(self) -> SourceRef:
        """Its name across the product."""
        return SourceRef(self.source, self.external_id)


def _require_plain(source: str) -> None:
    if ":" in source:
        raise InvalidInput(f"source {source[:60]!r} holds a colon, which separates it from the id")
