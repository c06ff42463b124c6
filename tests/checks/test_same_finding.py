"""A finding whose measure changes stays the same finding, so that nobody is told of it twice."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest
from tests.checks.contract_tables import read
from tests.checks.money_pairs import given
from tests.checks.people_pairs import seen, usual_days
from tests.checks.people_tables import activities, people
from tests.checks.tables import entries, found

from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding


class Changed(NamedTuple):
    """What is looked at before and after a change of the measured quantity alone."""

    before: tuple[list[TimeEntry], dict]
    after: tuple[list[TimeEntry], dict]


def _booked(line: str, **parts: object) -> list[TimeEntry]:
    """One entry on a Monday; ``line`` is the minutes, and the columns after them."""
    return [
        replace(row, **parts)
        for row in entries(f"id | date | minutes | item | rate | created\ne | 2026-03-02 | {line}")
    ]


def _evidence(*more: str) -> dict:
    rows = [*(seen(day, 8) for day in (2, 3, 4, 5, 6, 10)), *more]
    return {"activities": activities("kind | start | end | title\n" + "\n".join(rows))}


def _days(minutes: int) -> list[TimeEntry]:
    return entries(
        "id | date | minutes\n" + usual_days(2, 3, 4, 5, 6) + f"\ne1 | 2026-03-09 | {minutes}\n" + usual_days(10)
    )


def _away(until: int) -> dict:
    return {
        "activities": activities(f"kind | start | end\nabsence | 2026-03-02T08:00:00Z | 2026-03-02T{until:02}:00:00Z")
    }


def _timed(start: int, minutes: int) -> str:
    return f"2026-03-02 | {minutes} | 2026-03-02T{start:02}:00:00Z | 2026-03-02T{start + minutes // 60:02}:00:00Z"


def _two(minutes: int, words: str = "Design of the login form") -> list[TimeEntry]:
    return entries(
        "id | date | minutes | start | end | narrative\n"
        f"a | {_timed(9, 120)} | Design of the login form\nb | {_timed(10, minutes)} | {words}"
    )


def _strict() -> dict:
    return {
        "contracts": read(
            "contracts", "contract | client | kind | narrative_required\nK | ACME | time_and_materials | true"
        )
    }


SHOP, PORTAL = "ACME/Shop/Build", "ACME/Portal/Build"
HOURS = {"people": people("person | hours\nada | 40")}
CHANGES: dict[str, Callable[[], Changed]] = {
    "implausible_minutes": lambda: Changed((_booked("1000 | A | | "), {}), (_booked("1100 | A | | "), {})),
    "daily_hours": lambda: Changed((_booked("800 | A | | "), {}), (_booked("900 | A | | "), {})),
    "weekly_hours": lambda: Changed((_booked("3700 | A | | "), {}), (_booked("3900 | A | | "), {})),
    "late_entry": lambda: Changed(
        (_booked("60 | A | | 2026-03-20T08:00:00Z"), {}), (_booked("60 | A | | 2026-03-25T08:00:00Z"), {})
    ),
    "excessive_write_off": lambda: Changed(
        (_booked("60 | A | | ", write_off_minutes=30), {}), (_booked("60 | A | | ", write_off_minutes=60), {})
    ),
    "thin_narrative": lambda: Changed(
        (_booked(f"60 | {PORTAL} | | ", narrative="ab"), _strict()), (_booked(f"60 | {PORTAL} | | ", narrative="abc"), _strict())
    ),
    "over_cap": lambda: Changed((_booked(f"500 | {SHOP} | | "), given()), (_booked(f"600 | {SHOP} | | "), given())),
    "wrong_rate": lambda: Changed((_booked(f"60 | {PORTAL} | 90 | "), given()), (_booked(f"60 | {PORTAL} | 95 | "), given())),
    "wrong_grade": lambda: Changed(
        (_booked(f"60 | {PORTAL} | 150 | ", extra={"grade": "lead"}), given()),
        (_booked(f"60 | {PORTAL} | 150 | ", extra={"grade": "partner"}), given()),
    ),
    "on_absence": lambda: Changed(
        (entries(f"id | date | minutes | start | end\ne | {_timed(9, 180)}"), _away(10)),
        (entries(f"id | date | minutes | start | end\ne | {_timed(9, 180)}"), _away(11)),
    ),
    "overlap": lambda: Changed((_two(60, "Something else"), {}), (_two(180, "Something else"), {})),
    "near_duplicate": lambda: Changed((_two(120, "Design of the login forms"), {}), (_two(120, "Design of the login formsx"), {})),
    "no_evidence": lambda: Changed((_days(360), _evidence(seen(9, 2))), (_days(400), _evidence(seen(9, 1)))),
    "missing_time": lambda: Changed((_days(60), _evidence(seen(9, 6))), (_days(90), _evidence(seen(9, 7)))),
    "missing_time of a week": lambda: Changed((_booked("60 | A | | "), HOURS), (_booked("90 | A | | "), HOURS)),
}  # fmt: skip
NOT_HERE = {
    # What they say is a code, a date, a window or a flag; a day or code that changes is another fact.
    *("zero_minutes", "closed_task", "not_assigned", "outside_dates", "unknown_work_item", "weekend_or_holiday"),
    *(
        "future_entry",
        "foreign_client_named",
        "inconsistent_coding",
        "missing_rate",
        "billable_mismatch",
        "closed_period",
    ),
    # Who repeats whom, and for which time in a row, is what makes the fact.
    *("duplicate_entry", "copied_week", "missed_team_meeting"),
    # Told once for each threshold, milestone or month; their own tests say so.
    *("budget_forecast", "milestone_mismatch", "rounding_pattern"),
    # Learned from all entries; what scores is held by the tests of what is learned.
    *("unusual_entry", "unusual_week"),
}


def test_every_check_is_thought_of() -> None:
    assert {name.split(maxsplit=1)[0] for name in CHANGES} | NOT_HERE == set(CHECKS)
    assert not {name.split(maxsplit=1)[0] for name in CHANGES} & NOT_HERE


@pytest.mark.parametrize("name", CHANGES)
def test_another_measure_is_the_same_finding(name: str) -> None:
    change = CHANGES[name]()
    before, after = (_told(name, booked, more) for booked, more in change)
    assert before, "there is a finding to compare"
    assert [row.fingerprint for row in before] == [row.fingerprint for row in after]
    assert [row.id for row in before] == [row.id for row in after]
    assert [(row.measured, row.explanation) for row in before] != [(row.measured, row.explanation) for row in after]


def _told(name: str, booked: list[TimeEntry], more: dict) -> list[Finding]:
    rows = found(booked, name.split(maxsplit=1)[0], **more)
    return [row for row in rows if row.subject.period] if name.endswith("week") else rows


@pytest.mark.parametrize(
    ("line", "parts", "worth"),
    [
        pytest.param(f"1020 | {PORTAL} | | ", {}, "150.00 EUR", id="the card's rate for the person's grade"),
        pytest.param(f"1020 | {PORTAL} | 99 | ", {}, "99.00 EUR", id="the entry's own rate"),
        pytest.param(
            f"1020 | {PORTAL} | | ", {"hourly_rate": Decimal(80)}, "80.00 EUR", id="in the contract's currency"
        ),
        pytest.param(f"1020 | {PORTAL} | | ", {"person": "bob"}, "110.00 EUR", id="another grade"),
        pytest.param(f"1020 | {PORTAL} | | ", {"person": "cy"}, None, id="a grade without a rate"),
        pytest.param(f"1020 | {PORTAL} | | ", {"billable": False}, None, id="not billed"),
        pytest.param("1020 | ACME/Portal/Learn | | ", {}, None, id="a task that is not billed"),
        pytest.param("1020 | HOUSE/Inside | | ", {}, None, id="internal work"),
    ],
)
def test_money_at_risk_is_at_the_entry_s_rate_or_its_contract_s(line: str, parts: dict, worth: str | None) -> None:
    [finding] = found(_booked(line, **parts), "implausible_minutes", **given())
    assert (str(finding.value_at_risk) if finding.value_at_risk else None) == worth
