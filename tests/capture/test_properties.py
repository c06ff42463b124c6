"""Whatever the activities: no overlap, within wall clock, nothing vanishes, the same for any order."""

import cProfile
import pstats
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hourtrail.capture import CaptureSettings, capture
from hourtrail.capture.seen import seen
from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Status
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import local_date, midnight, zone_named
from hourtrail.domain.spans import Span

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
)
# Days on which one of these zones changes its clock, or drops a day altogether.
DAYS = tuple(
    datetime.fromisoformat(day).replace(tzinfo=UTC)
    for day in (
        "2026-03-28",
        "2026-10-25",
        "2026-03-08",
        "2018-11-03",
        "2018-02-17",
        "2026-04-04",
        "2011-12-29",
        "2026-02-14",
    )
)
starts = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    st.sampled_from(DAYS),
    st.integers(0, 40 * 3600).map(lambda s: s - s % 30),
)
lengths = st.one_of(
    st.none(), st.sampled_from([0, 20, 300, 1800, 3600, 5400, 7230, 86400, 144000]), st.integers(0, 20000)
)


@st.composite
def activities(draw) -> list[Activity]:
    rows = []
    for index in range(draw(st.integers(0, 25))):
        start, length = draw(starts), draw(lengths)
        rows.append(
            Activity(
                source=draw(st.sampled_from(["git", "cal"])), external_id=str(index), kind=draw(st.sampled_from(ActivityKind)),
                person="ada", start=start, end=None if length is None else start + timedelta(seconds=length),
                all_day=draw(st.sampled_from([False, False, False, True])), title=draw(st.sampled_from(["", "Weekly", "Fix login"])),
                container=draw(st.sampled_from(["", "acme/portal", "globex/api"])),
                reference=draw(st.sampled_from(["", "POR-1", "POR-2", "API-7", "https://x.example/1"])),
                participants=draw(st.sampled_from([(), ("@acme.com",), ("bo@globex.com", "@acme.com")])),
                response=draw(st.sampled_from(Response)), status=draw(st.sampled_from([Status.CONFIRMED] * 5 + [Status.CANCELLED])),
                show_as=draw(st.sampled_from([ShowAs.BUSY] * 5 + list(ShowAs))),
                sensitivity=draw(st.sampled_from([Sensitivity.NORMAL] * 4 + [Sensitivity.PRIVATE])),
                extra=draw(st.sampled_from([{}, {}, {"merge": "true"}, {"worklog": "true"}, {"timer": "true"}, {"minutes": "45"}])),
            )
        )  # fmt: skip
    return rows


spans = st.builds(lambda start, seconds: Span(start, start + timedelta(seconds=seconds)), starts, st.integers(1, 20000))
people = st.sampled_from(ZONES).map(lambda zone: Person(id="ada", zone=zone))
generous = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@generous
@given(people, activities(), st.lists(spans, max_size=3), st.sets(st.integers(0, 25), max_size=4), st.data())
def test_the_promises_hold_for_any_day(person, rows, occupied, used, data):
    consumed = {row.key for row in rows if int(row.external_id) in used}
    captured = capture(person, rows, occupied=occupied, consumed=consumed)
    zone = zone_named(person.zone)

    for before, after in pairwise(captured.blocks):
        assert before.span.end <= after.span.start
    assert not any(block.span.overlaps(span) for block in captured.blocks for span in occupied)

    for block in captured.blocks:
        assert block.evidence
        assert 0 < block.suggested_minutes <= block.span.duration / timedelta(minutes=1)
        assert 0 <= block.evidence_minutes <= block.suggested_minutes
        assert all(0 <= row.weight <= 1 and row.minutes >= 0 and row.why for row in block.evidence)
        assert block.date == local_date(block.span.start, zone)
        assert block.span.end <= midnight(block.date + timedelta(days=1), zone)
        assert not (block.private and (block.text or block.title != "Private appointment"))

    shown = {row.activity for block in captured.blocks for row in block.evidence}
    reasons = {row.block: row.reason for row in captured.withheld}
    assert all(reasons.values())
    assert not shown & reasons.keys()
    assert shown | reasons.keys() == {row.key for row in rows} - consumed

    assert len({block.id for block in captured.blocks}) == len(captured.blocks)
    for day, minutes in captured.working_minutes.items():
        assert 0 < minutes <= (midnight(day + timedelta(days=1), zone) - midnight(day, zone)) / timedelta(minutes=1)

    assert capture(person, data.draw(st.permutations(rows)), occupied=occupied[::-1], consumed=consumed) == captured


@generous
@given(people, activities(), st.integers(15, 120), st.integers(0, 120), st.integers(0, 120), st.integers(1, 60))
def test_no_settings_within_bounds_break_the_promises(person, rows, gap, lead, tail, minimum):
    chosen = CaptureSettings(
        gap_minutes=gap, lead_minutes=dict.fromkeys(ActivityKind, lead), tail_minutes=dict.fromkeys(ActivityKind, tail),
        minimum_block_minutes=minimum,
    )  # fmt: skip
    captured = capture(person, rows, settings=chosen)
    for before, after in pairwise(captured.blocks):
        assert before.span.end <= after.span.start
    shown = {row.activity for block in captured.blocks for row in block.evidence} | {
        row.block for row in captured.withheld
    }
    assert shown == {row.key for row in rows}


def test_the_ends_of_the_calendar_are_withheld_not_a_crash():
    edges = [
        Activity(
            source="t",
            external_id=str(year),
            kind=ActivityKind.COMMIT,
            person="ada",
            start=datetime(year, month, day, tzinfo=UTC),
        )
        for year, month, day in ((1, 1, 1), (1969, 12, 31), (2200, 1, 1), (9999, 12, 31))
    ]
    for zone in ("Pacific/Apia", "America/New_York"):
        captured = capture(Person(id="ada", zone=zone), edges)
        assert [row.block for row in captured.withheld] == ["t:1", "t:1969", "t:2200", "t:9999"]


def test_work_grows_with_the_input_not_with_its_square():
    """Counted in calls, not seconds: ten times the activities may cost at most fifteen times the calls."""

    def calls(count: int) -> int:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [
            Activity(
                source="t", external_id=str(i), kind=(ActivityKind.MEETING, ActivityKind.COMMIT, ActivityKind.CALL, ActivityKind.DOCUMENT)[i % 4],
                person="ada", start=start + timedelta(minutes=11 * i), end=start + timedelta(minutes=11 * i + 30) if i % 4 != 1 else None,
            )
            for i in range(count)
        ]  # fmt: skip
        profile = cProfile.Profile()
        profile.runcall(capture, Person(id="ada"), rows)
        return pstats.Stats(profile).total_calls

    calls(10)  # warms the zone's cache
    assert calls(3000) < 15 * calls(300)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people, activities())
def test_minutes_alone_are_those_of_the_blocks(person, rows):
    unbridged = CaptureSettings(bridge_minutes=0)
    blocks = [block for block in capture(person, rows, settings=unbridged).blocks if not block.private]
    assert [tuple(row) for row in seen(person, rows, unbridged)] == [
        (block.date, block.kind, block.span, block.evidence_minutes, block.suggested_minutes) for block in blocks
    ]
