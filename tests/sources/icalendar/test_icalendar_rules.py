"""Rules that no calendar should hold, and rules of every kind against dateutil itself."""

from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.icalendar import check_rule, expand

START = datetime(2026, 3, 2, 9)
LAST = datetime(2026, 12, 31)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 never moves forward"),
        ("FREQ=DAILY;INTERVAL=-2", "INTERVAL=-2 never moves forward"),
        ("FREQ=DAILY;INTERVAL=often", "INTERVAL=OFTEN is not a whole number"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY repeats more often"),
        ("FREQ=MINUTELY;COUNT=3", "FREQ=MINUTELY repeats more often"),
        ("FREQ=SOMETIMES", "FREQ=SOMETIMES is not a known frequency"),
        ("COUNT=3", r"FREQ=\(missing\)"),
        ("FREQ=DAILY;COUNT=50001", "COUNT=50001 is more than the 50,000"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL=SOON is neither a day nor a time"),
        ("FREQ=DAILY;WHATEVER", "has no value"),
        ("FREQ=HOURLY;BYMINUTE=" + ",".join(map(str, range(60))), "about .* dates up to"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, range(1, 31))) + ";BYHOUR=" + ",".join(map(str, range(24))),
            "720",
        ),
    ],
)
def test_the_guard_says_why_it_refuses(rule, words):
    with pytest.raises(InvalidInput, match=words):
        check_rule(rule, START, LAST)


def test_the_guard_looks_at_the_distance_to_the_window_not_at_the_rule_alone():
    check_rule("FREQ=DAILY", date(1950, 1, 1), LAST)
    with pytest.raises(InvalidInput, match="about 155,9"):
        check_rule("FREQ=DAILY", date(1600, 1, 1), LAST)
    check_rule("FREQ=DAILY;UNTIL=16100101", date(1600, 1, 1), LAST)
    check_rule("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1", date(1604, 4, 1), LAST)  # Outlook's birthdays


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=7",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3;BYMONTHDAY=31;BYMONTH=4",
    ],
)
def test_a_rule_that_never_fires_ends(rule):
    assert list(_dates(rule, START, LAST)) == []


def _dates(rule, start, last):
    """The dates of a rule; none for one that dateutil knows to be empty."""
    try:
        yield from expand(rule, start, last=last)
    except InvalidInput:
        return


def test_the_wall_clock_stays_across_a_clock_change():
    dates = list(expand("FREQ=WEEKLY;COUNT=2", datetime(2026, 3, 23, 9, tzinfo=BERLIN), last=LAST))
    assert [one.isoformat() for one in dates] == ["2026-03-23T09:00:00+01:00", "2026-03-30T09:00:00+02:00"]


def test_the_leap_day_of_400_years_later_is_the_same_day():
    dates = list(expand("FREQ=YEARLY", date(2096, 2, 29), last=datetime(2112, 12, 31)))
    assert dates == [date(2096, 2, 29), date(2104, 2, 29), date(2108, 2, 29), date(2112, 2, 29)]


@pytest.mark.parametrize(
    ("until", "days"),
    [
        ("20260304", [2, 3, 4]),  # a day: included as a whole
        ("20260304T090000Z", [2, 3, 4]),  # 10:00 in Berlin
        ("20260304T075959Z", [2, 3]),  # a second before 09:00 in Berlin
        ("20260304T090000", [2, 3, 4]),  # no zone: Berlin's wall clock
        ("20260304T085959", [2, 3]),
    ],
)
def test_until_ends_where_its_writer_meant_it_to(until, days):
    start = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
    assert [one.day for one in expand(f"FREQ=DAILY;UNTIL={until}", start, last=LAST)] == days


def test_the_window_must_be_wall_clock_time():
    with pytest.raises(InvalidInput, match="carry no zone"):
        next(expand("FREQ=DAILY", START, last=datetime(2026, 12, 31, tzinfo=BERLIN)))


_RULES = st.builds(
    lambda freq, interval, count, by: ";".join(
        [f"FREQ={freq}", f"INTERVAL={interval}", *([f"COUNT={count}"] if count else []), *by]
    ),
    st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
    st.integers(1, 40),
    st.none() | st.integers(1, 60),
    st.lists(
        st.sampled_from(["BYDAY=MO,WE", "BYMONTH=2,7", "BYHOUR=9,15", "BYSETPOS=-1", "BYMONTHDAY=1,-1", "WKST=SU"]),
        unique_by=lambda part: part.split("=")[0],
        max_size=3,
    ),
)


@settings(max_examples=100, deadline=None)
@given(_RULES, st.datetimes(datetime(1970, 1, 1), datetime(2030, 1, 1)), st.integers(0, 1_000))
def test_expansion_equals_dateutil_on_every_rule(rule, start, days):
    start = start.replace(microsecond=0)
    last = start + timedelta(days=days)
    assume(not ("FREQ=YEARLY" in rule and "BYMONTHDAY" in rule))  # there we follow RFC 5545 and libical
    try:
        wanted = list(takewhile(lambda one: one <= last, rrulestr(rule, dtstart=start)))
    except ValueError:
        wanted = []  # it can never fire
    assert list(_dates(rule, start, last)) == wanted
