"""The rules rank what a person would expect first, from history or from master data alone."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.features.firm_sample import (
    FLEET,
    ITEMS,
    LEDGER,
    MONDAY,
    PORTAL,
    asked,
    candidate,
    confirmation,
    day,
    encode,
    history,
    ranking,
)

from hourtrail.domain.firm import NOT_WORK, Assignment, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.features import SPEC, Catalogue, Memory, RulesScorer, frame, neighbours

BOTH = pytest.mark.parametrize("encoder", [encode, None], ids=["encoder", "words"])


@pytest.mark.parametrize(
    "same",
    [
        {"series": "standup@example"},
        {"container": "/home/ada/fleet.git"},
        {"reference": "FLT-812"},
        {"domains": ("cargo.example",)},
        {"text": "quarterly steering"},
    ],
    ids=["series", "container", "reference", "domain", "text"],
)
@pytest.mark.parametrize("who", ["ada", "bob"])
@BOTH
def test_the_same_evidence_as_before_ranks_first(same, who, encoder):
    rest = [confirmation(number, ITEMS[number % 2], text="other things") for number in range(6)]
    told = confirmation(
        50, FLEET, person=who, text=same.get("text", "something else"), **{k: v for k, v in same.items() if k != "text"}
    )
    found = asked(
        [candidate(0, **{"text": "unseen words", "title": "unseen words", **same})], [*rest, told], encoder=encoder
    )
    assert ranking(found)[0] == FLEET


def test_the_same_ticket_project_ranks_first():
    rest = [confirmation(number, ITEMS[number % 2], text="other things") for number in range(6)]
    told = [confirmation(50 + n, FLEET, person="bob", reference=f"FLT-{n}", text="x y") for n in range(3)]
    assert ranking(asked([candidate(0, text="unseen words", reference="FLT-99")], [*rest, *told]))[0] == FLEET
    assert ranking(asked([candidate(0, text="unseen FLT-99 words")], [*rest, *told]))[0] == FLEET


def test_a_confirmation_counts_at_once():
    known = history(30)
    question = [candidate(0, text="zeppelin maintenance", title="zeppelin maintenance")]
    before = asked(question, known)
    told = confirmation(900, FLEET, at=MONDAY, known_at=MONDAY + timedelta(hours=2), text="zeppelin maintenance")
    after = asked(question, [*known, told])
    row = [found.item.tolist().index(found.items.index(FLEET)) for found in (before, after)]
    rules = RulesScorer()
    assert (
        rules.probabilities(after.matrix, after.group)[row[1]]
        > rules.probabilities(before.matrix, before.group)[row[0]] + 0.2
    )
    assert ranking(after)[0] == FLEET


NEW = WorkItem("delta", "harbour")
FIRM = MasterData(
    tasks=(
        Task(item=PORTAL, name="Customer portal"),
        Task(item=LEDGER, name="General ledger"),
        Task(item=FLEET, name="Fleet tracking"),
        Task(
            item=NEW,
            name="Harbour crane retrofit",
            keywords=("crane", "load cell"),
            opens_on=day(0),
            domains=("delta-ports.example",),
            ticket_prefixes=("HRB",),
            containers=("crane-control",),
        ),
    )
)


@pytest.mark.parametrize(
    "evidence",
    [
        {"text": "crane kickoff"},
        {"text": "check the load cell wiring"},
        {"text": "Harbour visit"},
        {"text": "unseen", "reference": "HRB-1"},
        {"text": "unseen", "container": "git/crane-control.git"},
        {"text": "unseen", "domains": ("eu.delta-ports.example",)},
    ],
    ids=["keyword", "phrase", "code", "ticket", "container", "domain"],
)
@BOTH
def test_a_project_opened_this_morning_is_suggested_from_master_data(evidence, encoder):
    busy = history(60)
    found = asked([candidate(0, items=(*ITEMS, NEW), **evidence)], busy, master=FIRM, encoder=encoder)
    assert ranking(found)[0] == NEW


def test_an_assignment_and_its_plan_are_seen():
    plan = (
        Assignment(person="ada", item=NEW, starts_on=day(-1), ends_on=day(9), planned_hours_per_week=Decimal(24)),
        Assignment(person="ada", item=PORTAL, ends_on=day(-3), planned_hours_per_week=Decimal(8)),
        Assignment(person="bob", item=LEDGER),
    )
    master = MasterData(tasks=FIRM.tasks, assignments=plan)
    found = asked([candidate(0, items=(*ITEMS, NEW))], master=master)
    by_name = {found.items[item]: row for item, row in zip(found.item, found.matrix, strict=True)}
    assigned, hours, opened = (SPEC.names.index(name) for name in ("assigned", "planned_hours", "item_log_open"))
    assert [by_name[item][assigned] for item in (NEW, PORTAL, LEDGER)] == [1, 0, 0]
    assert by_name[NEW][hours] == 24
    assert np.isnan(by_name[PORTAL][hours])
    assert by_name[NEW][opened] == 0


def test_not_work_is_learned_like_any_answer():
    lunches = [confirmation(number, NOT_WORK, text="lunch with friends") for number in range(5)]
    question = [candidate(0, text="lunch with friends")]
    assert ranking(asked(question, history(30)))[0] != NOT_WORK
    assert ranking(asked(question, [*history(30), *lunches]))[0] == NOT_WORK


@BOTH
def test_the_entries_an_answer_leans_on_are_named(encoder):
    known = [
        *history(40),
        confirmation(700, FLEET, person="bob", text="axle sensor test"),
        confirmation(701, FLEET, person="ada", text="axle sensor test"),
        confirmation(702, FLEET, text="axle sensor test", known_at=MONDAY + timedelta(days=3)),
        confirmation(703, PORTAL, text="axle sensor test"),
    ]
    memory = Memory.of(known, encoder)
    catalogue = Catalogue.of(MasterData(), ITEMS, encoder)
    as_of = MONDAY + timedelta(days=1)
    found = frame(
        [candidate(0, text="axle sensor test")], as_of=as_of, memory=memory, catalogue=catalogue, encode=encoder
    )
    leaning = neighbours(found.queries, 0, FLEET, memory, n=2)
    assert [entry for entry, _ in leaning] == ["ent_701", "ent_700"]
    assert leaning[0][1] == pytest.approx(1.0, abs=0.05)
    assert neighbours(found.queries, 0, NEW, memory) == []


def test_probabilities_and_contributions_belong_together():
    found = asked([candidate(number) for number in range(6)], history(50))
    rules = RulesScorer()
    probabilities = rules.probabilities(found.matrix, found.group)
    np.testing.assert_allclose(np.bincount(found.group, weights=probabilities), 1.0)
    contributions = rules.contributions(found.matrix)
    assert contributions.shape == found.matrix.shape
    raw = contributions.sum(axis=1)
    for row in range(6):
        mine = found.group == row
        assert np.array_equal(np.argsort(raw[mine]), np.argsort(probabilities[mine]))
    assert rules.ref.name == "rules"
    assert len(rules.ref.digest) == 64
    assert rules.ref == RulesScorer().ref
    assert rules.spec == SPEC
