"""The numbers that checks go by, each with its range and meaning, and how hard each check stops an entry by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from hourtrail.domain.finding import Severity


@dataclass(frozen=True, slots=True)
class Bound:
    """What a bound may be, and what it means."""

    default: Decimal
    lowest: Decimal
    highest: Decimal
    meaning: str


def _hours(default: str, highest: int, meaning: str) -> Bound:
    return Bound(Decimal(default), Decimal(0), Decimal(highest), meaning)


def _days(default: str, highest: int, meaning: str) -> Bound:
    return Bound(Decimal(default), Decimal(0), Decimal(highest), meaning)


def _number(default: str, lowest: float, highest: int, meaning: str) -> Bound:
    return Bound(Decimal(default), Decimal(str(lowest)), Decimal(highest), meaning)


BOUNDS: Final[Mapping[str, Mapping[str, Bound]]] = MappingProxyType(
    {
        "near_duplicate": {
            "similarity": Bound(
                Decimal("0.9"), Decimal("0.5"), Decimal(1), "Narratives at least this similar are compared further."
            ),
            "minutes_apart": Bound(
                Decimal(15), Decimal(0), Decimal(1440), "Entries whose minutes differ by more are told apart."
            ),
        },
        "overlap": {
            "minutes": Bound(
                Decimal(0), Decimal(0), Decimal(1440), "Entries that share more minutes than this overlap."
            ),
        },
        "implausible_minutes": {"hours": _hours("16", 744, "An entry of more hours than this is implausible.")},
        "daily_hours": {"hours": _hours("12", 24, "A person's day with more booked hours than this is shown.")},
        "weekly_hours": {"hours": _hours("60", 168, "A person's week with more booked hours than this is shown.")},
        "unknown_work_item": {
            "people": Bound(
                Decimal(3),
                Decimal(1),
                Decimal(10_000),
                "From this many people on, the task list is taken to be at fault.",
            ),
        },
        "late_entry": {"days": _days("7", 366, "An entry created more days after its work date than this is late.")},
        "future_entry": {"days": _days("0", 366, "An entry dated more days after today than this is shown.")},
        "thin_narrative": {
            "characters": _number(
                "12", 0, 1000, "Where the contract requires a narrative: one of fewer letters and digits is thin."
            ),
            "characters_elsewhere": _number("0", 0, 1000, "The same for all other billed entries; 0 asks for none."),
        },
        "foreign_client_named": {
            "clients": _number(
                "2", 1, 10_000, "A client's name in the narratives of more other clients than this is an everyday word."
            ),
            "keyword_uses": _number(
                "2", 1, 10_000, "A keyword in more narratives of one other client than this is that client's word too."
            ),
            "keyword_clients": _number(
                "1",
                1,
                10_000,
                "A task's keyword in the narratives of more other clients than this is an everyday word.",
            ),
        },
        "copied_week": {
            "lines": _number("4", 1, 1000, "More repeated entries than this, routine left out, make a copied week.")
        },
        "no_evidence": {
            "hours": _hours("3", 24, "A day whose evidence is more hours below the person's usual share is shown."),
            "days": _number("5", 1, 366, "At least this many booked days with evidence make a habit."),
            "usual_share": _number("0.5", 0, 1, "Below this usual share of evidence nothing is said of the person."),
        },
        "missing_time": {
            "evidence_minutes": _number(
                "60", 0, 1440, "Evidence of more minutes a day than booked plus this is shown."
            ),
            "week_hours": _number("1", 0, 168, "A week more hours below capacity than this is shown."),
            "quiet_days": _number(
                "31", 1, 1100, "A longer stretch without any sign of a person is not taken for missing time."
            ),
            "team_people": _number("5", 3, 1000, "Fewest people of a team whose time is summed."),
            "team_weeks": _number("4", 2, 52, "Weeks in a row after which a team that books too little is listed."),
            "team_share": _number(
                "0.1", 0, 1, "A team books too little when more than this share of evidence is missing."
            ),
        },
        "missed_team_meeting": {
            "people": _number("2", 1, 1000, "At least this many others must have booked the meeting."),
            "share": _number("0.75", 0, 1, "At least this share of the others must have booked the meeting."),
        },
        "inconsistent_coding": {
            "uses": _number("3", 2, 1000, "At least this many entries on one code make it the usual one."),
            "share": _number("0.75", 0.5, 1, "At least this share of entries on one code makes it the usual one."),
        },
        "budget_forecast": {
            "share": _number(
                "0.8", 0, 1, "A budget of which more than this share is used is shown; then again above 1."
            ),
            "days": _number("28", 1, 366, "How far ahead the end of a budget is foreseen."),
            "probability": _number("0.5", 0, 1, "A breach that is more probable than this is shown."),
            "milestone_from": _number("0.5", 0, 1, "Only above this share of hours are they held against milestones."),
            "milestone_gap": _number("0.25", 0, 1, "Hours may run ahead of the accepted milestones by this share."),
        },
        "wrong_rate": {"share": _number("0", 0, 1, "A rate that differs from the contract's by more than this share.")},
        "milestone_mismatch": {
            "days": _days("14", 366, "A milestone that was due more days ago, while work goes on, is shown.")
        },
        "excessive_write_off": {
            "share": _number("0.25", 0, 1, "An entry of which more than this share is written off is shown."),
            "minutes": _number("15", 0, 1440, "So many minutes may always be written off."),
        },
        "rounding_pattern": {
            "share": _number("0.8", 0, 1, "A person's month with a larger share of whole hours may be rounded."),
            "apart": _number("0.3", 0, 1, "It is shown when the others' share is smaller by more than this."),
            "entries": _number("20", 1, 10_000, "Fewest entries of the person, and of the others, that are compared."),
        },
        "unusual_entry": {
            "score": _number("0.8", 0, 1, "An entry that scores above this is shown."),
            "share": _number("0.01", 0, 1, "The most unusual entries are shown, up to this share of all."),
        },
        "unusual_week": {
            "score": _number("0.5", 0, 1, "A person's week that scores above this is shown."),
            "share": _number("0.01", 0, 1, "The most unusual weeks are shown, up to this share of all."),
        },
    }
)
"""Every bound that a check knows. Limits are strict: only more than the bound is a finding."""

SEVERITIES: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        "duplicate_entry": Severity.WARN,
        "near_duplicate": Severity.INFO,
        "overlap": Severity.WARN,
        "zero_minutes": Severity.INFO,
        "implausible_minutes": Severity.WARN,
        "daily_hours": Severity.WARN,
        "weekly_hours": Severity.WARN,
        "closed_task": Severity.BLOCK,
        "not_assigned": Severity.WARN,
        "outside_dates": Severity.WARN,
        "unknown_work_item": Severity.BLOCK,
        "weekend_or_holiday": Severity.INFO,
        "on_absence": Severity.WARN,
        "late_entry": Severity.INFO,
        "future_entry": Severity.WARN,
        "thin_narrative": Severity.WARN,
        "foreign_client_named": Severity.WARN,
        "copied_week": Severity.WARN,
        "no_evidence": Severity.INFO,
        "missing_time": Severity.INFO,
        "missed_team_meeting": Severity.INFO,
        "inconsistent_coding": Severity.WARN,
        "over_cap": Severity.WARN,
        "budget_forecast": Severity.WARN,
        "wrong_rate": Severity.WARN,
        "missing_rate": Severity.BLOCK,
        "wrong_grade": Severity.WARN,
        "billable_mismatch": Severity.WARN,
        "milestone_mismatch": Severity.WARN,
        "excessive_write_off": Severity.WARN,
        "closed_period": Severity.BLOCK,
        "rounding_pattern": Severity.INFO,
        "unusual_entry": Severity.WARN,
        "unusual_week": Severity.INFO,
    }
)
"""Every check by its stable public name, with its default severity."""
