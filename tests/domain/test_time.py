"""Spans, instants and local days, on the zones and days on which they go wrong."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.errors import InvalidInput, NaiveTime, UnknownZone
from hourtrail.domain.instants import (
    day_bounds,
    format_instant,
    local_date,
    midnight,
    parse_date,
    parse_instant,
    utc,
    zone_named,
)
from hourtrail.domain.spans import Span, covered_minutes, merge, split_at_midnight, whole_minutes

ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca",
    "Asia/Kathmandu", "Asia/Beirut", "America/Havana", "UTC",
]  # fmt: skip
# Half of the instants lie near a clock change of one of these zones.
CHANGES = [
    "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2011-12-30T10:00Z",
    "2018-11-04T03:00Z", "2018-02-18T02:00Z", "2026-02-15T02:00Z", "2026-03-22T02:00Z", "2026-03-28T22:00Z", "2026-03-08T05:00Z",
]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
anywhere = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
near_changes = st.builds(
    lambda text, seconds: datetime.fromisoformat(text) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-200_000, 200_000),
)
instants = st.one_of(near_changes, anywhere)
spans = st.builds(
    lambda start, seconds: Span(start, start + timedelta(seconds=seconds)), near_changes, st.integers(1, 400_000)
)


def naive(spans_: list[Span], instant: datetime) -> bool:
    return any(span.contains(instant) for span in spans_)


@given(st.lists(spans, max_size=8))
def test_merged_spans_are_apart_and_cover_the_same_instants(many):
    merged = merge(many)
    for before, after in pairwise(merged):
        assert before.end < after.start
    edges = {edge + timedelta(seconds=s) for span in many for edge in (span.start, span.end) for s in (-1, 0, 1)}
    for instant in edges:
        assert naive(list(merged), instant) == naive(many, instant)
    assert merge(merged) == merged
    assert merge(reversed(many)) == merged


@given(spans, st.lists(spans, max_size=6))
def test_minus_leaves_exactly_what_the_others_do_not_cover(span, others):
    left = span.minus(others)
    assert not any(piece.overlaps(other) for piece in left for other in others)
    assert all(span.start <= piece.start < piece.end <= span.end for piece in left)
    cut = [both for other in others if (both := span.intersection(other))]
    assert merge([*left, *cut]) == (span,)


@given(spans, spans)
def test_overlap_is_symmetric_and_means_shared_time(one, other):
    assert one.overlaps(other) == other.overlaps(one) == (one.intersection(other) is not None)
    assert one.intersection(other) == other.intersection(one)


def test_touching_spans_do_not_overlap():
    nine, ten, eleven = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10, 11))
    assert not Span(nine, ten).overlaps(Span(ten, eleven))
    assert merge([Span(ten, eleven), Span(nine, ten)]) == (Span(nine, eleven),)


@given(spans, zones)
def test_pieces_cut_at_midnight_tile_the_span_and_lie_each_in_their_own_day(span, zone):
    pieces = split_at_midnight(span, zone)
    assert (pieces[0][1].start, pieces[-1][1].end) == (span.start, span.end)
    for (_, before), (_, after) in pairwise(pieces):
        assert before.end == after.start
    for day, piece in pieces:
        assert {local_date(piece.start, zone), local_date(piece.end - timedelta(microseconds=1), zone)} == {day}
    days = [day for day, _ in pieces]
    assert days == sorted(set(days))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25), ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5), ("America/Sao_Paulo", "2018-11-04", 23), ("America/Sao_Paulo", "2018-02-17", 25),
        ("Pacific/Apia", "2011-12-29", 24), ("Pacific/Apia", "2011-12-31", 24), ("Africa/Casablanca", "2026-02-15", 25),
        ("Africa/Casablanca", "2026-03-22", 23), ("Europe/Berlin", "2026-03-02", 24),
    ],
)  # fmt: skip
def test_a_local_day_is_as_long_as_it_really_was(zone, day, hours):
    start, end = day_bounds(date.fromisoformat(day), date.fromisoformat(day), ZoneInfo(zone))
    assert Span(start, end).duration == timedelta(hours=hours)
    assert local_date(start, ZoneInfo(zone)).isoformat() == day


def test_a_day_that_a_zone_skipped_gets_no_piece():
    apia = ZoneInfo("Pacific/Apia")
    pieces = split_at_midnight(
        Span(datetime(2011, 12, 29, 12, tzinfo=apia), datetime(2011, 12, 31, 12, tzinfo=apia)), apia
    )
    assert [(day.day, piece.minutes) for day, piece in pieces] == [(29, 720), (31, 720)]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), zones)
def test_midnight_is_the_first_instant_of_its_day(day, zone):
    begins = midnight(day, zone)
    if day == date(2011, 12, 30) and zone.key == "Pacific/Apia":
        return  # the day that never was
    assert local_date(begins, zone) == day
    assert local_date(begins - timedelta(microseconds=1), zone) < day


@given(st.integers(0, 10_000_000))
def test_minutes_are_rounded_half_up_once(seconds):
    assert whole_minutes(timedelta(seconds=seconds)) == (seconds + 30) // 60


@given(st.lists(spans, max_size=6))
def test_covered_minutes_count_overlap_once(many):
    seconds = sum((span.duration for span in merge(many)), timedelta())
    assert covered_minutes(many) == covered_minutes([*many, *many]) == whole_minutes(seconds)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_span_moves_forward(seconds):
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="must end after it starts"):
        Span(start, start + timedelta(seconds=seconds))


@given(st.datetimes())
def test_a_time_without_an_offset_is_refused(value):
    with pytest.raises(NaiveTime, match="no offset"):
        utc(value)
    with pytest.raises(NaiveTime):
        Span(value, value)


@given(instants, zones)
def test_an_instant_comes_back_from_its_text_whatever_zone_wrote_it(value, zone):
    assert parse_instant(format_instant(value)) == value
    # Whole-minute offsets only: RFC 3339 knows no others.
    assert parse_instant(value.astimezone(zone).isoformat()) == value


@pytest.mark.parametrize("text", ["2026-03-02T09:00", "2026-03-02 09:00:00"])
def test_a_text_without_an_offset_needs_a_zone(text):
    with pytest.raises(NaiveTime, match="--zone"):
        parse_instant(text)
    assert format_instant(parse_instant(text, ZoneInfo("Europe/Berlin"))) == "2026-03-02T08:00:00Z"


def test_the_repeated_hour_is_its_first_pass_and_the_skipped_one_moves_forward():
    berlin = ZoneInfo("Europe/Berlin")
    assert format_instant(parse_instant("2026-10-25T02:30", berlin)) == "2026-10-25T00:30:00Z"
    assert format_instant(parse_instant("2026-03-29T02:30", berlin)) == "2026-03-29T01:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30T09:00Z",
        "09:00",
        "2026-03-02",
        "2026-03-02T25:00Z",
        "9" * 500,
        "0001-01-01T00:00+14:00",
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(InvalidInput):
        parse_instant(text, ZoneInfo("UTC"))


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_refused(text):
    try:
        value = parse_instant(text, ZoneInfo("UTC"))
    except InvalidInput:
        return
    assert value.tzinfo is UTC


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "\0", "x" * 500])
def test_an_unknown_zone_is_named(name):
    with pytest.raises(UnknownZone, match="IANA"):
        zone_named(name)


@pytest.mark.parametrize("text", ["2026-13-01", "02.03.2026", ""])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InvalidInput, match="2026-03-02"):
        parse_date(text)
