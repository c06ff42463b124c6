"""Disputes: a client or an approver says that a line or an entry is wrong, with a reason that tells whose matter it is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from hourtrail.domain.billing.last_word import require_short
from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame
from hourtrail.domain.instants import utc
from hourtrail.domain.money import Money

_LONGEST_NAME: Final = 200


class DisputeReason(StrEnum):
    """Why something is disputed."""

    WRONG_HOURS = "wrong_hours"
    WRONG_PROJECT = "wrong_project"
    DUPLICATE = "duplicate"
    UNCLEAR_NARRATIVE = "unclear_narrative"
    WRONG_RATE = "wrong_rate"
    WRONG_CLIENT_RECORD = "wrong_client_record"
    NOT_ORDERED = "not_ordered"
    NOT_DELIVERED = "not_delivered"
    OVER_BUDGET = "over_budget"


BLAME: Final = {
    DisputeReason.WRONG_HOURS: Blame.ENTRY,
    DisputeReason.WRONG_PROJECT: Blame.ENTRY,
    DisputeReason.DUPLICATE: Blame.ENTRY,
    DisputeReason.UNCLEAR_NARRATIVE: Blame.ENTRY,
    DisputeReason.WRONG_RATE: Blame.MASTER_DATA,
    DisputeReason.WRONG_CLIENT_RECORD: Blame.MASTER_DATA,
    DisputeReason.NOT_ORDERED: Blame.CONTRACT,
    DisputeReason.NOT_DELIVERED: Blame.CONTRACT,
    DisputeReason.OVER_BUDGET: Blame.CONTRACT,
}
"""Whose matter each reason is: the consultant answers for entries only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One dispute on a draft line (then with its entry, where it has one) or on an entry.

    ``raised_by`` is who disputes, such as the client's contact; ``actor`` the named person who logs it. ``content`` is the
    digest of the entry as it was disputed: an upheld dispute stands until the entry is another one. Raises NotAllowed for a
    model or a service, InvalidInput when it is about nothing or nobody disputes.
    """

    id: str
    reason: DisputeReason
    raised_by: str
    actor: str
    at: datetime
    line: str = ""
    entry: str = ""
    contract: str = ""
    client: str = ""
    project: str = ""
    amount: Money | None = None
    content: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "at", utc(self.at, "at"))
        if not self.line and not self.entry:
            raise InvalidInput("a dispute is about a draft line or a time entry")
        if not 0 < len(self.raised_by.strip()) <= _LONGEST_NAME:
            raise InvalidInput(f"a dispute says who disputes, in 1 to {_LONGEST_NAME} characters")
        require_short(self.note, "note")

    @property
    def blame(self) -> Blame:
        """Whose matter it is."""
        return BLAME[self.reason]


@dataclass(frozen=True, slots=True)
class DisputedClient:
    """A client that disputed at least as often as the policy allows, with its disputes oldest first."""

    client: str
    disputes: tuple[Dispute, ...]

    @property
    def reasons(self) -> tuple[tuple[DisputeReason, int], ...]:
        """How often each reason was given, the most frequent first, then by name."""
        counts = Counter(row.reason for row in self.disputes)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def blame(self) -> Blame:
        """Whose matter most of the disputes are; of equally many, the one named first in ``Blame``."""
        counts = Counter(row.blame for row in self.disputes)
        return max(Blame, key=lambda blame: counts[blame])


def disputed_clients(disputes: Iterable[Dispute], *, least: int, days: int, today: date) -> Iterator[DisputedClient]:
    """The clients with at least ``least`` disputes in the ``days`` days that end with ``today``, by name.

    Give the disputes that nobody withdrew, whatever the answer was: a client who is often wrong is worth a call, too.
    """
    since = today - min(timedelta(days=days - 1), today - date.min)
    groups: dict[str, list[Dispute]] = {}
    for row in disputes:
        if since <= row.at.date() <= today:
            groups.setdefault(row.client, []).append(row)
    for client in sorted(groups):
        if client and len(groups[client]) >= least:
            yield DisputedClient(client, tuple(sorted(groups[client], key=lambda row: (row.at, row.id))))
