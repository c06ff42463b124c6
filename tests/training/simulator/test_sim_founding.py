import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.training.simulator.truth_firm import simulated

from hourtrail.domain.firm import Billable, ContractKind
from hourtrail.domain.ratecard import RateCard
from hourtrail_training.simulator.founding import found
from hourtrail_training.simulator.founding.catalogue import KINDS
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.roster import Roster, is_internal
from hourtrail_training.simulator.world import ChangeKind, Doing

SEEDS = (1, 7, 23)


@pytest.mark.parametrize("people", [1, 2, 3, 5, 8, 40])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_firm_of_any_size_hangs_together(people: int, seed: int) -> None:
    firm = simulated(seed, people).firm
    contracts = {row.id: row for row in firm.contracts}
    addresses = {row.id for row in firm.employees}

    assert len(firm.employees) == len(addresses) == len({row.handle for row in firm.employees}) == people
    assert all(row.handle.isascii() and row.id == f"{row.handle}@{firm.domain}" for row in firm.employees)
    assert all(row.person.manager in addresses and row.person.manager != row.id for row in firm.employees[1:])
    for item, work in firm.works.items():
        assert work.item == item
        assert item.client in firm.clients
        assert contracts[work.task.contract].client == item.client
        assert sum(work.mix.values()) == pytest.approx(1.0)
        assert work.topics
        assert len(set(work.topics)) == len(work.topics)
        assert all(bool(topic.ticket) == bool(work.tracker) for topic in work.topics)
    projects = {(item.client, item.project) for item in firm.works}
    for row in firm.assignments:
        assert row.person in addresses
        assert (row.item.client, row.item.project) in projects
        assert row.item.task == "" or row.item in firm.works
        assert row.starts_on is None or row.ends_on is None or row.starts_on <= row.ends_on
    for domain in [*firm.client_domains.values(), *(address for rows in firm.contacts.values() for address in rows)]:
        assert domain.endswith(".example")


@pytest.mark.parametrize("seed", SEEDS)
def test_eight_engagements_are_enough_for_every_kind_of_contract(seed: int) -> None:
    firm = simulated(seed, 8).firm

    assert {row.kind for row in firm.contracts} == set(ContractKind)
    capped = [row for row in simulated(seed, 40).firm.contracts if row.kind is ContractKind.CAPPED]
    assert any(row.cap_hours for row in capped)
    assert any(row.cap_amount for row in capped)
    assert all((row.cap_hours is None) != (row.cap_amount is None) for row in capped)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_happens_to_a_firm_happens_already_to_eight_people_in_six_weeks(seed: int) -> None:
    world = simulated(seed, 8)
    firm, options = world.firm, world.options
    kinds = Counter(row.kind for row in firm.changes)

    assert kinds[ChangeKind.RENAME] >= 1
    assert kinds[ChangeKind.REORGANISATION] >= 1
    assert all(options.first <= row.on <= options.last for row in firm.changes)
    assert firm.twins
    assert any(work.task.billable is Billable.DEPENDS for work in firm.works.values())
    assert any(work.task.closed for work in firm.works.values())
    assert any(row.joins_on for row in firm.employees)
    assert any(row.leaves_on for row in firm.employees)
    assert len({row.person.zone for row in firm.employees}) == 4


def test_a_renamed_project_closes_the_day_before_it_goes_on_under_its_new_code() -> None:
    firm = simulated(7, 40).firm
    renames = [row for row in firm.changes if row.kind is ChangeKind.RENAME]

    assert renames
    for change in renames:
        old = [work for work in firm.works.values() if work.item.project == change.before]
        new = [work for work in firm.works.values() if work.item.project == change.after]
        assert [work.item.task for work in old] == [work.item.task for work in new]
        for before, after in zip(old, new, strict=True):
            assert before.task.closes_on is not None
            assert before.task.closes_on < change.on
            assert before.task.closed
            assert after.task.opens_on is not None
            assert after.task.opens_on >= change.on
            assert after.topics == before.topics
            assert after.task.contract == before.task.contract


def test_twins_are_two_projects_of_one_client_that_talk_about_the_same_things() -> None:
    firm = simulated(7, 40).firm
    for first, second in firm.twins:
        rows = [next(work for work in firm.works.values() if work.item.project == code) for code in (first, second)]
        assert rows[0].item.client == rows[1].item.client
        assert rows[0].task.contract != rows[1].task.contract
        subjects = [
            {
                topic.words[0]
                for work in firm.works.values()
                if work.item.project == row.item.project
                for topic in work.topics
            }
            for row in rows
        ]
        assert subjects[0] & subjects[1]


def test_every_grade_has_a_rate_on_every_day_that_a_contract_runs() -> None:
    world = simulated(7, 40)
    firm = world.firm
    for contract in firm.contracts:
        if contract.kind is ContractKind.INTERNAL:
            continue
        card = RateCard.of(contract.id, firm.rates)
        assert contract.starts_on is not None
        for day in (contract.starts_on, world.options.first, world.options.last):
            if day < contract.starts_on:
                continue
            rates = [
                card.rate(day, grade=grade) for grade in ("analyst", "consultant", "senior", "principal", "partner")
            ]
            amounts = [rate.amount for rate in rates if rate is not None]
            assert len(amounts) == 5
            assert amounts == sorted(amounts)
    changes = [row for row in firm.changes if row.kind is ChangeKind.RATE]
    assert changes
    for change in changes:
        card = RateCard.of(change.about, firm.rates)
        before, after = (card.rate(day, grade="senior") for day in (change.on - timedelta(days=1), change.on))
        assert before is not None
        assert after is not None
        assert after.amount > before.amount


def test_travel_is_billed_at_half_the_rate() -> None:
    firm = simulated(7, 40).firm
    travelled = next(item for item in firm.works if item.task == "TRAVEL")
    card = RateCard.of(firm.works[travelled].task.contract, firm.rates)
    day = date(2026, 4, 1)

    whole, half = card.rate(day, grade="senior"), card.rate(day, grade="senior", task="TRAVEL")

    assert whole is not None
    assert half is not None
    assert half.amount == (whole.amount / 2).quantize(Decimal("0.01"))


def test_milestones_share_out_the_budget_and_are_never_accepted_in_the_future() -> None:
    world = simulated(7, 40)
    by_contract = Counter(row.contract for row in world.firm.milestones)

    assert by_contract
    for contract in by_contract:
        rows = [row for row in world.firm.milestones if row.contract == contract]
        assert sum((row.planned_share or Decimal(0) for row in rows), Decimal(0)) == 1
        assert all(row.accepted_on is None or row.accepted_on <= world.options.last for row in rows)
    assert any(row.accepted_on for row in world.firm.milestones)


def test_the_live_shares_of_a_person_sum_to_one_and_keep_to_their_utilisation() -> None:
    world = simulated(7, 40)
    roster = Roster(world.firm)
    checked = 0
    for employee in world.firm.employees:
        for offset in range(0, 42, 5):
            day = world.options.first + timedelta(days=offset)
            live = roster.live(employee.id, day)
            if not roster.employed(employee, day):
                assert live == ()
                continue
            assert sum(share for _, share in live) == pytest.approx(1.0)
            inside = sum(share for item, share in live if is_internal(world.firm.works[item]))
            if any(share > 0 and not is_internal(world.firm.works[item]) for item, share in live):
                assert inside == pytest.approx(1 - employee.traits.utilisation)
                checked += 1
            for item, _ in live:
                assert world.firm.works[item].task.open_on(day)
                assert any(row.covers(item, day) for row in world.firm.assignments if row.person == employee.id)
    assert checked > 100


def test_a_year_deals_engagements_anew_about_every_six_weeks() -> None:
    world = simulated(7, 24, date(2026, 1, 1), date(2026, 12, 31))
    starts = [
        row
        for row in world.firm.assignments
        if row.item.project != "internal" and row.starts_on is not None and row.starts_on > world.options.first
    ]
    changes = {(row.person, row.starts_on) for row in starts}
    assert 3 <= len(changes) / 24 <= 16  # 52 weeks / about 6 weeks, and what ends in between

    held = [
        len({item.project for item, _ in Roster(world.firm).live(row.id, date(2026, 6, 1))} - {"internal"})
        for row in world.firm.employees
    ]
    assert 1.8 <= sum(held) / len(held) <= 6  # 1 + Poisson(2.5)


def test_absences_lie_in_the_horizon_and_never_overlap() -> None:
    world = simulated(7, 24, date(2026, 1, 1), date(2026, 12, 31))
    total = 0
    for employee in world.firm.employees:
        rows = employee.absences
        total += sum((row.last - row.first).days + 1 for row in rows)
        assert all(world.options.first <= row.first <= row.last <= world.options.last for row in rows)
        assert all(before.last < after.first for before, after in itertools.pairwise(rows))
    assert 15 <= total / 24 <= 75  # calendar days, weekends inside leave counted


def test_the_same_seed_gives_the_same_firm_and_another_one_another() -> None:
    world = simulated(7, 12)
    assert found(world.options, world.parameters) == world.firm
    assert found(replace(world.options, seed=8), draw(8)) != world.firm


def test_a_firm_in_a_place_without_a_calendar_of_its_own_keeps_the_common_days() -> None:
    firm = simulated(3, 3, date(2026, 1, 5), date(2026, 2, 1), ("Pacific/Auckland",)).firm
    assert {row.person.calendar for row in firm.employees} == {"INT"}
    assert date(2026, 1, 1) in {row.date for row in firm.holidays}


def test_every_kind_of_project_can_be_worked_on() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    for kind in KINDS:
        assert kind.phases[0].share > 0
        assert len(kind.areas) >= 3
        if kind.coded:
            assert kind.tracked
            assert any(Doing.CODE in phase.mix for phase in kind.phases)
