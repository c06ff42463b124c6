"""The suggestions that would close a gap in somebody's time, as the checks read them."""

from collections.abc import Iterable
from datetime import date

from hourtrail.checks.evidence import Proposal, Proposals
from hourtrail.domain.suggestion import Suggestion


def closing(suggestions: Iterable[Suggestion]) -> Proposals:
    """The suggestions of each person and local work date, with the minutes of work that each stands for."""
    days: dict[tuple[str, date], list[Proposal]] = {}
    for row in suggestions:
        days.setdefault((row.person, row.date), []).append(Proposal(row.id, row.block.suggested_minutes))
    return days
