"""The columns that an anomaly model reads: names, meaning, the kind of slip that each speaks for, and its direction."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hourtrail.domain.ports import FeatureSpec


class Kind(StrEnum):
    """What may be wrong with an entry; every column speaks for one of these."""

    WRONG_PROJECT = "wrong_project"
    QUANTITY = "quantity"
    ODD_TIME = "odd_time"
    RATE = "rate"
    INACTIVE = "inactive"
    MIX = "mix"


@dataclass(frozen=True, slots=True)
class Column:
    """One residual. ``direction`` +1: more of it can only be more unusual; -1: less; 0: either way."""

    name: str
    kind: Kind
    direction: int
    meaning: str


_OWN: Final = "the person's other weeks (as of before it: the earlier ones)"
COLUMNS: Final = (
    Column("presence", Kind.WRONG_PROJECT, -1, f"share of {_OWN} with this project, the nearest weigh most"),
    Column("own_share", Kind.WRONG_PROJECT, -1, f"share of all of {_OWN} with this project"),
    Column("own_weeks", Kind.WRONG_PROJECT, -1, "ln(1 + number of those weeks)"),
    Column("own_before", Kind.WRONG_PROJECT, -1, "ln(1 + earlier weeks with this project)"),
    Column("history", Kind.MIX, 0, f"ln(1 + {_OWN})"),
    Column("others_near", Kind.INACTIVE, -1, "ln(1 + weeks that others booked on it within four weeks)"),
    Column("others_near_share", Kind.INACTIVE, -1, "their share of everybody's weeks in that time"),
    Column("others_ever", Kind.INACTIVE, -1, "ln(1 + weeks that others booked on it)"),
    Column("others_people", Kind.INACTIVE, -1, "ln(1 + other people who booked on it)"),
    Column("company", Kind.WRONG_PROJECT, -1, "how common the project is among those who share the person's others"),
    Column("missing_match", Kind.WRONG_PROJECT, 1, "a usual project is missing that week, with just about these hours"),
    Column("missing_presence", Kind.WRONG_PROJECT, 1, "how usual the most usual missing project is"),
    Column("missing_hours", Kind.MIX, 0, "hours that the missing projects usually have"),
    Column("log_hours", Kind.QUANTITY, 0, "ln(1 + hours of the person's week on the project)"),
    Column("against_near", Kind.QUANTITY, 1, "ln ratio of those hours to the nearest weeks' on it"),
    Column("against_own", Kind.QUANTITY, 1, "ln ratio to the median of the person's weeks on it"),
    Column("against_firm", Kind.QUANTITY, 0, "ln ratio to the median of everybody's weeks on it"),
    Column("excess", Kind.QUANTITY, 1, "hours of the whole week above the person's median week"),
    Column("excess_share", Kind.QUANTITY, 0, "that excess as a multiple of the hours on the project"),
    Column("left_over", Kind.QUANTITY, 0, "ln ratio to the nearest weeks' of what is left without the excess"),
    Column("gain", Kind.QUANTITY, 1, "how much more usual the hours become when the excess is taken off"),
    Column("gain_lead", Kind.QUANTITY, 1, "the same, beyond the best other line of the week"),
    Column("lines", Kind.MIX, 0, "projects in the week"),
    Column("week_share", Kind.MIX, 0, "share of the week's hours"),
    Column("rows", Kind.MIX, 0, "entries of the week on the project"),
    Column("entry_against_own", Kind.QUANTITY, 1, "ln ratio of the entry's minutes to the person's median entry on it"),
    Column("hour_apart", Kind.ODD_TIME, 1, "hours between its start and the person's usual hours of the day"),
    Column("weekday_share", Kind.ODD_TIME, -1, "share of the person's entries on that weekday"),
    Column("rate_apart", Kind.RATE, 1, "size of the ln ratio of its rate to the person's usual rate on the project"),
    Column("task_share", Kind.WRONG_PROJECT, -1, "share of the person's entries on the project with the same task"),
)
SPEC: Final = FeatureSpec(version="1", names=tuple(column.name for column in COLUMNS))
NUMBER: Final = {column.name: number for number, column in enumerate(COLUMNS)}
