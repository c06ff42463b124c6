"""Injected faults: exactly those that were asked for, each labelled, beside as many benign twins; all else untouched."""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.training.simulator import reporting_firm as world

from hourtrail import checks
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Billable, WorkItem
from hourtrail.domain.instants import parse_instant
from hourtrail_training.faults import FAULTS, PUBLIC, Difficulty, Grain, Injected, inject
from hourtrail_training.simulator import parameters
from hourtrail_training.simulator.reports import Reporter, master_of
from hourtrail_training.simulator.reports.injecting import entry_of

TOCK = Path(__file__).parents[2] / "data" / "tock" / "time_entries.csv"
MASTER = master_of(world.firm(8))


def lines() -> list[TimeEntry]:
    options, firm = world.options(13, 8), world.firm(8)
    given = parameters.draw(options.seed)
    return [
        entry_of(row)
        for employee in firm.employees
        for reporter in (Reporter(firm, employee, options, given),)
        for number in range(13)
        for row in reporter.week(world.true_week(employee, world.MONDAY + timedelta(days=7 * number)))
    ]


@pytest.fixture(scope="module")
def simulated() -> list[TimeEntry]:
    return lines()


@pytest.fixture(scope="module")
def injected(simulated) -> Injected:
    return inject(simulated, MASTER, seed=11)


@pytest.fixture(scope="module")
def timecards() -> list[TimeEntry]:
    with TOCK.open(encoding="utf-8", newline="") as file:
        return [
            TimeEntry(
                id=row["id"], person=row["person"], date=date.fromisoformat(row["date"]), minutes=int(row["minutes"]),
                item=WorkItem(row["client"], row["project"]), created_at=parse_instant(row["created_at"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def only(simulated: list[TimeEntry], name: str, share: float = 0.02) -> Injected:
    return inject(simulated, MASTER, seed=5, types=(name,), prevalence={name: share})


def changed(before: list[TimeEntry], after: Injected) -> dict[str, tuple[TimeEntry, TimeEntry]]:
    old = {row.id: row for row in before}
    return {row.id: (old[row.id], row) for row in after.entries if row.id in old and row is not old[row.id]}


def test_every_type_has_a_twin_for_each_fault_and_a_label_for_everything(injected):
    counts = Counter((label.type, label.benign) for label in injected.labels)
    types = {name for name, _ in counts}
    assert types == set(PUBLIC)
    assert all(counts[name, True] == counts[name, False] > 0 for name in types)


def test_lines_without_a_label_are_the_very_same_objects(simulated, injected):
    old = {row.id: row for row in simulated}
    labelled = {name for label in injected.labels for name in (label.entry, label.twin)}
    gone = {(label.person, label.date) for label in injected.labels if not label.entry}
    assert labelled - {""} <= injected.touched
    for row in injected.entries:
        if row.id not in injected.touched:
            assert row is old[row.id]
    missing = old.keys() - {row.id for row in injected.entries}
    assert all((old[name].person, old[name].date) in gone for name in missing)
    assert missing


def test_no_two_faults_concern_one_line(injected):
    named = Counter(name for label in injected.labels for name in (label.entry, label.twin) if name)
    assert set(named.values()) == {1}
    assert len({row.id for row in injected.entries}) == len(injected.entries)


def test_prevalence_is_met_exactly_where_there_is_room(simulated):
    for name in ("quantity", "wrong_project", "duplicate"):
        result = only(simulated, name)
        faults = [label for label in result.labels if not label.benign]
        assert len(faults) == round(0.02 * len(simulated))
        assert {label.type for label in result.labels} == {name}


def test_the_same_seed_gives_the_same_faults_and_another_gives_others(simulated, injected):
    again = inject(simulated, MASTER, seed=11)
    assert (again.entries, again.labels) == (injected.entries, injected.labels)
    assert inject(simulated, MASTER, seed=12).labels != injected.labels


def test_nothing_is_injected_at_no_prevalence(simulated):
    nothing = inject(simulated, MASTER, seed=1, prevalence=dict.fromkeys(PUBLIC, 0.0))
    assert nothing.labels == ()
    assert all(one is other for one, other in zip(simulated, nothing.entries, strict=True))


def test_a_copy_stands_after_its_original_and_is_worth_its_minutes(simulated):
    result = only(simulated, "duplicate")
    by_id = {row.id: row for row in result.entries}
    for label in (row for row in result.labels if not row.benign):
        copy, original = by_id[label.entry], by_id[label.twin]
        assert label.minutes_effect > 0
        if label.difficulty is Difficulty.EASY:
            assert (copy.person, copy.date, copy.minutes, copy.item) == (
                original.person, original.date, original.minutes, original.item,
            )  # fmt: skip
        if label.difficulty is Difficulty.MEDIUM:
            assert copy.date == original.date + timedelta(days=1)
        if original.billable and original.hourly_rate:
            worth = original.hourly_rate * label.minutes_effect / 60
            assert abs(Decimal(label.money_effect) - worth) <= Decimal("0.01")


def test_minutes_are_multiplied_as_the_difficulty_says(simulated):
    result = only(simulated, "quantity")
    pairs = changed(simulated, result)
    for label in (row for row in result.labels if not row.benign):
        before, after = pairs[label.entry]
        factor = after.minutes / before.minutes
        low, high = {Difficulty.EASY: (9, 11), Difficulty.MEDIUM: (2.5, 3.5), Difficulty.HARD: (1, 2.6)}[
            label.difficulty
        ]
        assert low <= factor <= high
        assert label.minutes_effect == after.minutes - before.minutes


def test_rates_are_wrong_and_what_they_cost_is_told(simulated):
    result = only(simulated, "rate")
    pairs = changed(simulated, result)
    faults = [label for label in result.labels if not label.benign]
    assert {label.difficulty for label in faults} == set(Difficulty)
    for label in faults:
        before, after = pairs[label.entry]
        assert before.hourly_rate != after.hourly_rate
        gap = (after.hourly_rate - before.hourly_rate) * before.minutes / 60
        assert abs(Decimal(label.money_effect) - gap) <= Decimal("0.01")


def test_closed_tasks_were_closed_on_that_day(simulated):
    result = only(simulated, "inactive")
    for label in (row for row in result.labels if not row.benign):
        line = next(row for row in result.entries if row.id == label.entry)
        task = MASTER.task(line.item)
        assert task is not None
        assert task.closes_on is not None
        assert task.closes_on < line.date


def test_overlaps_overlap_by_the_stated_minutes_and_their_twins_do_not(simulated):
    result = only(simulated, "overlap")
    by_id = {row.id: row for row in result.entries}
    for label in result.labels:
        if not label.twin:
            continue  # A twin that stays as it is.
        second, first = by_id[label.entry], by_id[label.twin]
        assert first.start is not None
        assert second.start is not None
        assert first.end is not None
        assert second.end is not None
        shared = (min(first.end, second.end) - max(first.start, second.start)).total_seconds() / 60
        if label.benign:
            assert shared <= 0
        else:
            assert shared == label.minutes_effect > 0


def test_missing_time_takes_exactly_the_minutes_that_it_says(simulated):
    result = only(simulated, "missing_time", 0.1)
    before, after = Counter(), Counter()
    for row in simulated:
        before[row.person, row.date] += row.minutes
    for row in result.entries:
        after[row.person, row.date] += row.minutes
    for label in (row for row in result.labels if not row.benign):
        key = (label.person, label.date)
        assert after[key] - before[key] == label.minutes_effect < 0
        assert (after[key] == 0) == (label.difficulty is Difficulty.EASY)


def test_flags_are_turned_against_the_task(simulated):
    result = only(simulated, "wrong_billable")
    pairs = changed(simulated, result)
    for label in (row for row in result.labels if not row.benign):
        before, after = pairs[label.entry]
        assert before.billable is not after.billable
        task = MASTER.task(after.item)
        assert task is not None
        if task.billable is not Billable.DEPENDS:
            assert after.billable is not (task.billable is Billable.YES)
        assert (Decimal(label.money_effect) >= 0) == bool(after.billable)


def test_odd_hours_are_odd_for_the_person(simulated):
    result = only(simulated, "odd_time")
    pairs = changed(simulated, result)
    holidays = {row.date for row in MASTER.holidays}
    for label in (row for row in result.labels if not row.benign):
        after = pairs[label.entry][1]
        if label.difficulty is Difficulty.EASY:
            assert after.date.weekday() >= 5
        if label.difficulty is Difficulty.MEDIUM:
            assert after.date in holidays


def test_a_cap_is_crossed_by_the_stated_minutes(simulated):
    cap = 1200 * 60
    booked = sum(row.minutes for row in simulated if row.item == world.CHECK_IN and row.billable)
    assert 0 < booked < cap
    result = only(simulated, "over_cap", 1.0)
    label, twin = sorted(result.labels, key=lambda row: row.benign)
    assert twin.benign
    now = sum(row.minutes for row in result.entries if row.item == world.CHECK_IN and row.billable)
    assert now - cap == label.minutes_effect > 0
    assert label.cause == "contract"


def test_backdating_waits_for_a_held_out_build(simulated, injected):
    assert "backdated" not in {label.type for label in injected.labels}
    result = only(simulated, "backdated")
    pairs = changed(simulated, result)
    for label in (row for row in result.labels if not row.benign):
        before, after = pairs[label.entry]
        assert (after.date.year, after.date.month) < (before.date.year, before.date.month)
        assert after.created_at == before.created_at


def test_real_weekly_timecards_take_wrong_projects_and_hours_times_three_to_six(timecards):
    shares = {"wrong_project": 0.02, "quantity": 0.02}
    result = inject(timecards, seed=21, types=tuple(shares), prevalence=shares, grain=Grain.WEEK)
    faults = Counter(label.type for label in result.labels if not label.benign)
    assert faults == {"wrong_project": 150, "quantity": 150}
    pairs = changed(timecards, result)
    assert len(pairs) == 300
    for label in (row for row in result.labels if not row.benign):
        before, after = pairs[label.entry]
        if label.type == "quantity":
            assert 2.9 <= after.minutes / before.minutes <= 6.5
        else:
            assert before.item != after.item
            assert before.minutes == after.minutes


def test_exact_copies_in_real_timecards_are_what_the_duplicate_check_finds(timecards):
    result = inject(timecards, seed=4, types=("duplicate",), prevalence={"duplicate": 0.01}, grain=Grain.WEEK)
    context = checks.CheckContext(
        entries=list(result.entries), as_of=max(row.date for row in timecards), grain=checks.Grain.WEEK
    )
    found = {
        row.subject.time_entry for row in checks.run(context, checks.CheckPolicy()) if row.check == "duplicate_entry"
    }
    faults = {label.entry for label in result.labels if not label.benign}
    assert len(faults) == 75
    assert faults <= found
    # 44 rows repeat another in the file as it is; a copy of one of them adds itself only.
    assert len(found) == 44 + 75


def test_types_without_weekly_meaning_stay_away_from_weekly_cards(timecards):
    result = inject(timecards, seed=9, grain=Grain.WEEK)
    assert {label.type for label in result.labels} <= {name for name, row in FAULTS.items() if row.week}


def test_wrong_requests_are_refused_with_the_name_in_question(simulated):
    with pytest.raises(InvalidInput, match="quantitty"):
        inject(simulated, MASTER, seed=1, types=("quantitty",))
    with pytest.raises(InvalidInput, match="outside 0 to 1"):
        inject(simulated, MASTER, seed=1, prevalence={"rate": 1.5})
    with pytest.raises(InvalidInput, match="not injected"):
        inject(simulated, MASTER, seed=1, types=("rate",), prevalence={"overlap": 0.1})
    with pytest.raises(InvalidInput, match="two entries"):
        inject([simulated[0], simulated[0]], MASTER, seed=1)


def test_no_entries_no_faults():
    assert inject([], seed=1) == Injected(entries=(), labels=())


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 40), seed=st.integers(0, 10_000), share=st.floats(0, 1), minutes=st.integers(0, 1440),
    people=st.integers(1, 3),
)  # fmt: skip
def test_any_small_pile_of_lines_survives_any_share(count, seed, share, minutes, people):
    rows = [
        TimeEntry(
            id=f"r{number}", person=f"p{number % people}", date=date(2026, 3, 2) + timedelta(days=number % 9),
            minutes=minutes, item=WorkItem("c", f"project-{number % 4}"), billable=True,
        )
        for number in range(count)
    ]  # fmt: skip
    result = inject(rows, seed=seed, prevalence=dict.fromkeys(PUBLIC, share))
    counts = Counter((label.type, label.benign) for label in result.labels)
    assert all(counts[name, True] == counts[name, False] for name in PUBLIC)
    assert len({row.id for row in result.entries}) == len(result.entries)


def test_a_line_on_the_wrong_project_has_the_rate_and_the_flag_of_that_project(simulated):
    result = only(simulated, "wrong_project", 0.1)
    pairs = changed(simulated, result)
    rated = 0
    for label in (row for row in result.labels if not row.benign):
        before, after = pairs[label.entry]
        task = MASTER.task(after.item)
        assert task is not None
        if task.billable is Billable.NO:
            assert (after.billable, after.hourly_rate) == (False, None)
        elif after.billable and before.hourly_rate:
            card = [rate for rate in MASTER.rates if rate.contract == task.contract]
            assert after.hourly_rate in {rate.hourly_rate for rate in card}
            rated += 1
    assert rated > 10


def test_words_alone_do_not_tell_a_rightful_exception(simulated):
    result = only(simulated, "odd_time", 0.1)
    old = {row.id: row for row in simulated}
    exceptions = [
        row
        for row in result.entries
        for label in result.labels
        if label.benign and label.entry == row.id and row.date != old[row.id].date
    ]
    said = sum(row.narrative != old[row.id].narrative for row in exceptions)
    assert 0.2 < said / len(exceptions) < 0.8


def test_a_copy_or_a_moved_line_is_written_when_its_person_writes(simulated):
    sittings = {(row.person, row.created_at.date()) for row in simulated if row.created_at}
    for name in ("duplicate", "odd_time"):
        result = only(simulated, name, 0.05)
        old = {row.id: row for row in simulated}
        rows = [row for row in result.entries if row is not old.get(row.id)]
        clocked = [row for row in rows if row.start is not None]
        assert clocked
        assert all(row.end == row.created_at for row in clocked)
        weekly = [
            row for row in rows
            if row.start is None and (row.person, row.created_at.date()) in sittings and row.date < row.created_at.date()
        ]  # fmt: skip
        assert weekly
    assert not [row for row in rows if row.start is not None and row.source != "timer"]
