"""What a look at everybody's habits says of single entries and of whole weeks: numbers, which a check turns into sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field below is called date

from hourtrail.domain.suggestion import ModelRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualEntry:
    """One entry and what the score leans on most. ``kind`` is a kind of slip: ``wrong_project``, ``quantity``, ...

    ``on_item`` are the person's weeks with this project out of ``weeks`` others that were looked at; ``minutes`` and
    ``usual_minutes`` are those of a week on the project, ``week_minutes`` and ``usual_week_minutes`` of the whole week (None:
    not known). ``missing`` is a work item that the person usually books and did not that week. ``comparables`` are up to
    three entries that are as usual.
    """

    entry: str
    score: float
    kind: str
    weeks: int
    on_item: int
    others: int
    minutes: int
    week_minutes: int
    usual_minutes: int | None = None
    usual_week_minutes: int | None = None
    missing: str = ""
    missing_minutes: int = 0
    hours_apart: float = 0.0
    comparables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualWeek:
    """One person's week. ``moved_share`` is the share of its minutes that stand otherwise than in the weeks around it."""

    person: str
    first_day: Date
    score: float
    minutes: int
    usual_minutes: int
    moved_share: float
    usual_moved_share: float
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """The learned view of one run. ``scores`` are 0..1, one for each entry in the order given; higher is more unusual.

    ``entries`` and ``weeks`` are the most unusual ones, explained, most unusual first. ``model`` says who judged.
    """

    scores: Sequence[float]
    entries: Sequence[UnusualEntry] = ()
    weeks: Sequence[UnusualWeek] = ()
    model: ModelRef | None = None
