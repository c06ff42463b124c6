"""What a replay learns from booked time, and that it knows nothing of the day itself nor of what comes after."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.flows.capture_case import ADA, BOOKED, DAY, REPEATED, SUPPORT, Case, entry
from tests.flows.firm import MONDAY

from hourtrail.capture import capture
from hourtrail.domain.instants import format_instant
from hourtrail.flows.backtest.capture_files import read_capture
from hourtrail.flows.backtest.capture_learning import confirmations, known_at


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_what_was_booked_teaches_the_series_of_its_meeting(case):
    first = date(2026, 3, 4)
    confident = case.suggested(REPEATED, BOOKED, first, first)[ADA][0]
    fresh = case.suggested(REPEATED, BOOKED[2:], first, first)[ADA][0]
    assert confident[1].project == "support"
    # The narrative "call" says nothing about it, the series of the meetings that were confirmed does.
    assert confident[3] > fresh[3] + 0.2 or fresh[1].project != "support"


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.0, 3.0])
def test_the_future_and_the_day_itself_change_nothing(case, delay):
    """Leakage guard: what is suggested for a day is the same whatever is booked on it and after it."""
    days = [date(2026, 3, day) for day in range(2, 7)]
    for number, day in enumerate(days):
        whole = case.suggested(REPEATED, BOOKED, day, day, delay=delay)
        other = [{**row, "project": "portal", "client": "acme", "task": "DEV"} for row in BOOKED[number:]]
        cut = case.suggested(REPEATED[: number + 1], [*BOOKED[:number], *other], day, day, delay=delay)
        assert whole == cut


def test_a_longer_delay_hides_more(case):
    last = date(2026, 3, 6)
    sure = {delay: case.suggested(REPEATED, BOOKED, last, last, delay=delay)[ADA][0][3] for delay in (0, 1, 4, 30)}
    assert sure[0] == sure[1] >= sure[4] >= sure[30]
    assert sure[1] > sure[30]


def test_days_scored_together_are_as_if_alone(case):
    days = [date(2026, 3, day) for day in range(2, 7)]
    alone = [row for day in days for row in case.suggested(REPEATED, BOOKED, day, day)[ADA]]
    assert case.suggested(REPEATED, BOOKED, days[0], days[-1])[ADA] == alone


def test_an_entry_confirms_the_block_that_it_covers_by_half(case):
    def learned(end):
        given = read_capture(
            case.files(REPEATED[:1], [entry("e1", "2026-03-02T09:00:00Z", end, SUPPORT, narrative="call")]),
            today=MONDAY, zone="", person="", progress=print,
        )  # fmt: skip
        person = given.person(ADA)
        blocks = capture(person, given.activities[ADA]).blocks
        return [
            (row.text, row.series, row.item.project) for row in confirmations(person, given.truth[ADA], blocks, DAY)
        ]

    assert learned("2026-03-02T09:30:00Z") == [("Weekly sync", "weekly", "support")]
    assert learned("2026-03-02T09:29:00Z") == [("call", "", "support")]


@pytest.mark.parametrize(
    ("row", "delay", "expected"),
    [
        # Berlin's Monday is over at 23:00 UTC: nothing of it is known before, whatever the delay.
        (("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"), 0.0, "2026-03-02T23:00:00.000001Z"),
        (("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"), 1.0, "2026-03-03T10:00:00Z"),
        (("2026-03-02T22:00:00Z", "2026-03-03T01:00:00Z"), 0.0, "2026-03-03T23:00:00.000001Z"),
        (("2026-03-02T22:00:00Z", "2026-03-02T23:00:00Z"), 0.0, "2026-03-02T23:00:00.000001Z"),
        (("", 60), 1.0, "2026-03-03T23:00:00Z"),
    ],
)
def test_when_an_entry_becomes_known(case, row, delay, expected):
    files = case.files(REPEATED[:1], [entry("e1", *row, day="2026-03-02")])
    given = read_capture(files, today=MONDAY, zone="", person="", progress=print)
    found = known_at(given.truth[ADA][0], ZoneInfo("Europe/Berlin"), timedelta(days=delay))
    assert format_instant(found) == expected


def test_without_master_data_the_work_items_are_what_was_booked_so_far(case):
    first = case.measure(REPEATED[:1], BOOKED[:1], master=False).answer
    assert (first["suggestions"], first["blocks_without_work_item"]) == (0, 1)
    assert (first["minute_precision"], first["minute_recall"]) == (None, 0.0)
    later = case.measure(REPEATED, BOOKED, master=False, first=date(2026, 3, 4)).answer
    assert (later["suggestions"], later["minute_f1"], later["minute_f1_labelled"]) == (3, 1.0, 1.0)
    assert (later["from"], later["to"], later["total_hours_true"]) == ("2026-03-04", "2026-03-06", 3.0)
