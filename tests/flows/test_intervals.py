"""The interval of minutes on a suggestion: optional, stored, and never a hint at an answer that is kept back."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from tests.flows.firm import RULES, activity

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import MinutesInterval, ModelRef
from hourtrail.domain.wire import suggestion_log_to_json, suggestion_to_json
from hourtrail.flows.minutes import OwnMinutes, in_place, told, with_intervals
from hourtrail.policy.minutes import SPEC, BookedBefore
from hourtrail.store.shown_minutes import MinutesShown


@dataclass(frozen=True)
class AsSuggested:
    """Half of what is suggested to twice as much; of work without a work item, nothing to a day."""

    ref = ModelRef(name="as-suggested", version="1", digest="0")
    spec = SPEC
    share = 0.8
    margin = 0.0

    def intervals(self, matrix, *, margin=None):
        minutes = matrix[:, SPEC.names.index("suggested_minutes")]
        wider = np.exp(margin or 0.0)
        return np.column_stack([minutes / 2 / wider, minutes, minutes * 2 * wider])


ROWS = (
    activity("m", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal checkout review"),
    activity("c", "commit", "2026-03-02T11:00:00Z", title="PORTAL-7 Login", container="firm/portal"),
    activity(
        "p", "meeting", "2026-03-02T15:00:00Z", end="2026-03-02T16:00:00Z", title="Dentist", sensitivity="private"
    ),
)


def _given(firm):
    firm.tables()
    firm.activities(*ROWS)
    return firm


def test_every_suggestion_that_is_not_private_carries_its_interval_and_keeps_it_in_the_store(firm):
    models = replace(RULES, minutes=AsSuggested())
    found = _given(firm).suggest(models=models).suggestions
    assert len(found) == len(ROWS)
    for row in found:
        half, twice = round(row.block.suggested_minutes / 2), row.block.suggested_minutes * 2
        expected = None if row.block.private else MinutesInterval(low=half, high=twice, share=0.8, margin=0.0)
        assert row.minutes_interval == expected
    again = firm.suggest(models=models)
    assert (again.created, again.updated, again.withdrawn) == (0, 0, 0)
    assert again.suggestions == found


def test_without_a_model_the_field_is_left_out(firm):
    found = _given(firm).suggest().suggestions
    assert found
    assert all("minutes_interval" not in suggestion_to_json(row) for row in found)
    assert with_intervals((), OwnMinutes(before=BookedBefore()), AsSuggested()) == []


def test_the_margin_is_stored_and_shown_to_nobody(firm):
    row = next(
        row for row in _given(firm).suggest(models=replace(RULES, minutes=AsSuggested())).suggestions if row.item
    )
    assert set(suggestion_to_json(row)["minutes_interval"]) == {"low", "high", "share"}
    assert suggestion_log_to_json(row)["interval_margin"] == 0.0


def test_weeks_that_were_booked_at_more_widen_the_next_and_say_what_they_come_to(firm):
    """Twelve meetings of half an hour, each booked at four hours: beyond what an interval of twice as much holds."""
    models = replace(RULES, minutes=AsSuggested())
    firm.tables()
    days = [date(2026, 2, 16) + timedelta(days=offset) for offset in (*range(5), *range(7, 12))]
    times = [(day, hour) for day in days for hour in (8, 12)][:12]
    rows = [
        activity(
            f"m{n}", "meeting", f"{day}T{hour:02}:00:00Z", end=f"{day}T{hour:02}:30:00Z", title="Portal checkout review"
        )
        for n, (day, hour) in enumerate(times)
    ]
    firm.activities(*rows, *ROWS)
    before = firm.suggest(first=days[0], last=days[-1], models=models).suggestions
    assert {row.minutes_interval.margin for row in before} == {0.0}
    for row in before:
        part = {"minutes": 240, "client": "acme", "project": "portal", "task": "DEV"}
        firm.decide(row, "edit", parts=[part])
    found = firm.suggest(models=models)
    wider = {row.minutes_interval.margin for row in found.suggestions if row.minutes_interval}
    assert len(wider) == 1
    assert wider.pop() > 0.5
    (week,) = found.weeks
    assert week.expected_booked_minutes > 1.5 * week.suggested_minutes
    assert found.to_json()["week_totals"] == [week.as_json()]
    assert firm.suggest(models=models).updated == 0


def test_a_margin_alone_is_no_news():
    one = MinutesInterval(low=10, high=20, share=0.8, margin=0.1)
    assert in_place(one, replace(one, margin=0.2)) is one
    assert in_place(one, replace(one, high=21)).high == 21
    assert in_place(None, one) is one
    assert in_place(one, None) is None


def test_a_week_that_is_not_answered_yet_says_nothing_of_what_weeks_come_to():
    """Half of its minutes are open: it is no week of which half is booked."""
    monday = date(2026, 2, 23)
    entry = TimeEntry(id="e", person="ada", date=monday, minutes=60, item=WorkItem("acme", "portal"), suggestion="s1")
    rows = [
        MinutesShown(id=name, date=monday, minutes=60, interval=None, decided=name == "s1") for name in ("s1", "s2")
    ]
    assert told(BookedBefore(), rows, [entry]).weeks == []
    by_hand = replace(entry, id="f", suggestion=None)
    (week,) = told(BookedBefore(), rows, [entry, by_hand]).weeks
    assert (week.suggested, week.booked) == (120, 120)
