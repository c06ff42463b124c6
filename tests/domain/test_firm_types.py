"""Master-data types: tenant names, the outline of a firm, work calendars, rate cards, timesheets, reviews."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.activity import Activity, ActivityKind, SourceRef
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import IllegalTransition, InvalidInput
from hourtrail.domain.firm import Contract, ContractKind, Holiday, Person, Rate, Task, WorkItem
from hourtrail.domain.outline import outline
from hourtrail.domain.ratecard import RateCard
from hourtrail.domain.tenant import Tenant
from hourtrail.domain.timesheet import Timesheet, TimesheetAct, TimesheetStatus
from hourtrail.domain.workcalendar import WorkCalendar, parse_workdays

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize("name", ["", "Acme", "-acme", "a b", "a" * 64, "ümlaut", "a/b"])
def test_tenant_names_are_plain(name: str) -> None:
    with pytest.raises(InvalidInput, match="tenant name"):
        Tenant(name)


def test_tenant_name_is_kept() -> None:
    assert Tenant("acme-consulting.eu_1").name == "acme-consulting.eu_1"


@given(st.text("abc-", min_size=1), st.text(min_size=1))
def test_source_refs_round_trip_whatever_the_id_holds(source: str, external_id: str) -> None:
    ref = SourceRef(source, external_id)
    assert SourceRef.parse(str(ref)) == ref


def test_a_source_name_with_a_colon_is_refused() -> None:
    with pytest.raises(InvalidInput, match="colon"):
        Activity(
            source="a:b", external_id="1", kind=ActivityKind.COMMIT, person="p", start=datetime(2026, 3, 2, tzinfo=UTC)
        )


def test_the_outline_holds_every_task_once() -> None:
    tasks = [
        Task(item=WorkItem("acme", "portal", "QA"), contract="C1"),
        Task(item=WorkItem("acme", "portal", "DEV"), contract="C1"),
        Task(item=WorkItem("acme", "support"), contract="C2"),
        Task(item=WorkItem("globex", "audit"), contract=""),
    ]
    tree = outline(tasks, [Contract(id="C1", client="acme", kind=ContractKind.CAPPED)])
    assert [client.code for client in tree] == ["acme", "globex"]
    capped, unknown = tree[0].engagements
    assert (capped.kind, unknown.kind) == (ContractKind.CAPPED, None)
    assert [phase.code for phase in capped.projects[0].phases] == ["DEV", "QA"]
    assert not capped.projects[0].bookable
    assert unknown.projects[0].bookable


@pytest.mark.parametrize(
    ("text", "days"), [("1-5", {1, 2, 3, 4, 5}), ("1,2,4", {1, 2, 4}), ("7", {7}), ("1-2, 6-7", {1, 2, 6, 7})]
)
def test_workdays_are_read(text: str, days: set[int]) -> None:
    assert parse_workdays(text) == days


@pytest.mark.parametrize("text", ["", "0-5", "5-1", "Mon-Fri", "1-8", "1,,2"])
def test_impossible_workdays_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="workdays"):
        parse_workdays(text)


def test_capacity_leaves_weekends_and_the_persons_own_holidays_out() -> None:
    person = Person(id="ada", weekly_hours=Decimal(32), workdays="1-4", calendar="de")
    holidays = [Holiday(calendar="de", date=MONDAY), Holiday(calendar="uk", date=MONDAY + timedelta(days=1))]
    calendar = WorkCalendar.of(person, holidays)
    assert calendar.minutes(MONDAY) == 0
    assert calendar.minutes(MONDAY + timedelta(days=1)) == 8 * 60
    assert calendar.capacity(MONDAY, MONDAY + timedelta(days=6)) == 3 * 8 * 60


def test_hours_default_to_a_full_week_and_round_half_up() -> None:
    calendar = WorkCalendar.of(Person(id="ada", workdays="1-7"), [])
    assert calendar.minutes(MONDAY) == 343  # 2400 / 7 = 342.86


RATES = (
    Rate(contract="C", hourly_rate=Decimal(100), currency="EUR"),
    Rate(contract="C", hourly_rate=Decimal(120), currency="EUR", grade="senior"),
    Rate(contract="C", hourly_rate=Decimal(125), currency="EUR", grade="senior", valid_from=date(2026, 7, 1)),
    Rate(contract="C", hourly_rate=Decimal(130), currency="EUR", grade="senior", task="DEV"),
    Rate(contract="C", hourly_rate=Decimal(90), currency="EUR", person="ada", valid_to=date(2026, 3, 31)),
    Rate(contract="D", hourly_rate=Decimal(999), currency="EUR", person="ada"),
)


@pytest.mark.parametrize(
    ("day", "asked", "amount"),
    [
        (date(2026, 3, 2), {}, 100),
        (date(2026, 3, 2), {"grade": "senior"}, 120),
        (date(2026, 7, 1), {"grade": "senior"}, 125),
        (date(2026, 6, 30), {"grade": "senior"}, 120),
        (date(2026, 7, 1), {"grade": "senior", "task": "DEV"}, 130),
        (date(2026, 3, 31), {"person": "ada", "grade": "senior", "task": "DEV"}, 90),
        (date(2026, 4, 1), {"person": "ada", "grade": "senior", "task": "DEV"}, 130),
        (date(2026, 3, 2), {"grade": "junior", "person": "ben"}, 100),
    ],
)
def test_the_most_specific_valid_rate_wins(day: date, asked: dict[str, str], amount: int) -> None:
    for rates in (RATES, RATES[::-1]):
        found = RateCard.of("C", rates).rate(day, **asked)
        assert found is not None
        assert found.amount == amount


def test_a_missing_rate_is_none_and_not_zero() -> None:
    assert (
        RateCard.of("C", [Rate(contract="C", hourly_rate=Decimal(1), currency="EUR", grade="senior")]).rate(MONDAY)
        is None
    )


def _entry(number: int, day: date, status: EntryStatus = EntryStatus.DRAFT, person: str = "ada") -> TimeEntry:
    return TimeEntry(id=f"t{number}", person=person, date=day, minutes=60, item=WorkItem("c", "p"), status=status)


def test_a_timesheet_takes_its_week_and_submits_its_drafts() -> None:
    entries = [
        _entry(1, MONDAY),
        _entry(2, MONDAY + timedelta(days=6), EntryStatus.APPROVED),
        _entry(3, MONDAY, EntryStatus.REJECTED),
        _entry(4, MONDAY + timedelta(days=7)),
        _entry(5, MONDAY, person="ben"),
    ]
    sheet = Timesheet.of("ada", MONDAY + timedelta(days=3), entries)
    assert [entry.id for entry in sheet.entries] == ["t1", "t2", "t3"]
    assert sheet.minutes == 120
    assert sheet.days == [60, 0, 0, 0, 0, 0, 60]
    assert sheet.status is TimesheetStatus.REJECTED, "somebody has to correct it"
    moved = {act: [entry.id for entry in sheet.moved_by(act)] for act in (TimesheetAct.SUBMIT, TimesheetAct.RECALL)}
    assert moved == {TimesheetAct.SUBMIT: ["t1"], TimesheetAct.RECALL: ["t2", "t3"]}
    with pytest.raises(IllegalTransition, match="nothing submitted in it to approve"):
        sheet.moved_by(TimesheetAct.APPROVE)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), "empty"), (("draft", "approved"), "draft"), (("submitted", "invoiced"), "submitted"),
        (("approved", "invoiced"), "approved"), (("invoiced",), "invoiced"), (("rejected", "draft"), "rejected"),
    ],
)  # fmt: skip
def test_a_timesheet_stands_where_its_last_entry_does(statuses: tuple[str, ...], expected: str) -> None:
    entries = [_entry(number, MONDAY, EntryStatus(status)) for number, status in enumerate(statuses)]
    assert Timesheet.of("ada", MONDAY, entries).status == expected


def test_a_timesheet_refuses_strangers_and_begins_on_monday() -> None:
    with pytest.raises(InvalidInput, match="not of this timesheet"):
        Timesheet(person="ada", week=MONDAY, entries=(_entry(1, MONDAY, person="ben"),))
    with pytest.raises(InvalidInput, match="Monday"):
        Timesheet(person="ada", week=MONDAY + timedelta(days=1), entries=())
