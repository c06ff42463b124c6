"""What holds for every file: the order of rows does not matter, and nothing is changed by looking."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from hourtrail import checks
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Task, WorkItem

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ITEMS = [WorkItem("A", "P", "T"), WorkItem("A", "P", "U"), WorkItem("", "P"), WorkItem("B", "Q", "T")]
TEXTS = ["", "Review of the draft", "Review of the drafts", "review of the draft!", "Call 12", "Call 13"]


@st.composite
def entry(draw, number: int) -> TimeEntry:
    start = MONDAY + timedelta(minutes=30 * draw(st.integers(0, 80)))
    minutes = draw(st.sampled_from([0, 30, 60, 75, 600, 1000]))
    timed = draw(st.booleans())
    return TimeEntry(
        id=f"e{number}",
        person=draw(st.sampled_from(["ada", "bob"])),
        date=start.date(),
        minutes=minutes,
        item=draw(st.sampled_from(ITEMS)),
        start=start if timed else None,
        end=start + timedelta(minutes=minutes) if timed else None,
        narrative=draw(st.sampled_from(TEXTS)),
        hourly_rate=Decimal("99.95") if draw(st.booleans()) else None,
        currency=draw(st.sampled_from(["EUR", "USD"])),
        # Distinct instants: between rows created together the contract lets the file order decide.
        created_at=MONDAY + timedelta(days=9, seconds=number),
    )


@st.composite
def files(draw) -> list[TimeEntry]:
    return [draw(entry(number)) for number in range(draw(st.integers(0, 14)))]


def look(booked: list[TimeEntry], grain: checks.Grain) -> list:
    context = checks.CheckContext(
        entries=booked,
        as_of=date(2026, 4, 1),
        grain=grain,
        tasks=[Task(item=ITEMS[0], closes_on=date(2026, 3, 2)), Task(item=ITEMS[1], opens_on=date(2026, 3, 3))],
        assignments=[
            Assignment(person="ada", item=WorkItem("A", "P"), ends_on=date(2026, 3, 2)),
            Assignment(person="bob", item=WorkItem("B", "Q")),
        ],
        contracts=[Contract(id="K", client="A", kind=ContractKind.CAPPED, ends_on=date(2026, 3, 2))],
    )
    return checks.run(context, checks.CheckPolicy())


@settings(deadline=None, max_examples=150)
@given(files(), st.randoms(use_true_random=False), st.sampled_from(checks.Grain))
def test_the_order_of_rows_changes_nothing(booked, random, grain):
    shuffled = list(booked)
    random.shuffle(shuffled)
    assert look(shuffled, grain) == look(booked, grain)


@settings(deadline=None, max_examples=100)
@given(files(), st.sampled_from(checks.Grain))
def test_looking_is_pure_and_every_finding_is_one_of_its_kind(booked, grain):
    before = deepcopy(booked)
    findings = look(booked, grain)
    assert booked == before
    assert look(booked, grain) == findings
    assert len({finding.id for finding in findings}) == len(findings)
    assert len({finding.fingerprint for finding in findings}) == len(findings)
    for finding in findings:
        assert 0 < finding.score <= 1
        assert finding.explanation.endswith(".")
        assert finding.measured
        assert finding.expected
        assert set(finding.comparables) <= {row.id for row in booked} - {finding.subject.time_entry}


@settings(deadline=None, max_examples=150)
@given(files())
def test_overlap_agrees_with_comparing_every_pair(booked):
    context = checks.CheckContext(entries=booked, as_of=date(2026, 4, 1))
    findings = checks.run(context, checks.CheckPolicy().only(["overlap"]))
    told = {finding.subject.time_entry: set(finding.comparables) for finding in findings}
    expected: dict[str, set[str]] = {}
    for later in booked:
        for earlier in booked[: booked.index(later)]:
            timed = later.start and earlier.start and later.person == earlier.person
            if timed and max(later.start, earlier.start) < min(later.end, earlier.end):
                expected.setdefault(later.id, set()).add(earlier.id)
    assert told == expected


@settings(deadline=None, max_examples=100)
@given(files(), st.randoms(use_true_random=False))
def test_a_duplicate_is_the_same_fact_in_any_order_of_rows_created_together(booked, random):
    together = [TimeEntry(**{**_fields(row), "created_at": None}) for row in booked]
    shuffled = list(together)
    random.shuffle(shuffled)
    assert _facts(shuffled, "duplicate_entry", "zero_minutes", "daily_hours", "weekly_hours") == _facts(
        together, "duplicate_entry", "zero_minutes", "daily_hours", "weekly_hours"
    )


def _fields(row: TimeEntry) -> dict:
    return {name: getattr(row, name) for name in TimeEntry.__dataclass_fields__}


def _facts(booked: list[TimeEntry], *only: str) -> set[str]:
    context = checks.CheckContext(entries=booked, as_of=date(2026, 4, 1))
    return {finding.fingerprint for finding in checks.run(context, checks.CheckPolicy().only(only))}
