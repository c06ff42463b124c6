"""Words of everybody's entries, sequences and attributes that tell nothing apart equal their plain definitions."""

from datetime import timedelta

import numpy as np
import pytest
from tests.features.firm_sample import ITEMS, MONDAY, asked, candidate, confirmation, encode, history

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.master import MasterData
from hourtrail.features import SPEC, Catalogue, Memory, PairFrame, Pairs, Queries, own, pair_features, wording
from hourtrail.features.lexical import grams


def _column(found: PairFrame, name: str) -> np.ndarray:
    return found.matrix[:, SPEC.names.index(name)]


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (0, 2)], ids=["all", "some"])
def test_evidence_of_words_equals_its_definition(numbers):
    rows = history(120, people=("ada", "bob", "cyd"))
    events = [
        Activity(
            source="ics", external_id=str(number), kind=ActivityKind.MEETING, person="ada", start=row.at, title=row.text
        )
        for number, row in enumerate(rows[::3])
    ]  # fmt: skip
    memory, catalogue = Memory.of(rows, encode), Catalogue.of(MasterData(), ITEMS, encode)
    queries, pairs = Queries.of_activities(events, encode=encode), Pairs.of([numbers] * len(events))
    matrix = pair_features(queries, pairs, memory, catalogue)
    seen = 0
    for number, event in enumerate(events):
        known = [row for row in memory.confirmations if row.known_at <= event.start]
        items = [catalogue.items[place] for place in numbers]
        busy = np.array([sum(row.item == item for row in known) + 0.5 for item in items])
        prior, evidence, met = busy / busy.sum(), np.zeros(len(items)), 0
        for term in set(grams(event.title)):
            counts = np.array([sum(row.item == item and term in grams(row.text) for row in known) for item in items])
            evidence += np.log((counts + wording.PRIOR * prior) / (counts.sum() + wording.PRIOR) / prior)
            met += bool(counts.sum())
        found = {name: matrix[pairs.query == number, SPEC.names.index(name)] for name in SPEC.names if "words_" in name}
        if not met:
            assert all(np.isnan(values).all() for values in found.values())
            continue
        seen += 1
        share = prior * np.exp(evidence)
        np.testing.assert_allclose(found["words_evidence"], evidence, atol=1e-9)
        np.testing.assert_allclose(found["words_evidence_each"], evidence / np.sqrt(met), atol=1e-9)
        np.testing.assert_allclose(found["words_share"], share / share.sum(), atol=1e-9)
    assert seen > 20


def test_a_word_written_long_before_the_windows_still_points_to_its_item(monkeypatch):
    monkeypatch.setattr(own, "WINDOW", own.NEAREST)
    monkeypatch.setattr("hourtrail.features.firm.WINDOW", 5)
    old = confirmation(9_000, ITEMS[2], text="gearbox calibration", at=MONDAY - timedelta(days=900))
    found = asked([candidate(0, text="calibration of the second gearbox")], [old, *history(60)])
    share = _column(found, "words_share")
    assert share.argmax() == 2
    assert share.sum() == pytest.approx(1.0)
    assert np.nanmax(_column(found, "own_lexical_max")) < 0.5


def test_own_overlap_of_words_equals_its_definition(monkeypatch):
    monkeypatch.setattr(own, "WINDOW", 12)
    rows = history(90)
    memory = Memory.of(rows, None)
    as_of = MONDAY + timedelta(days=1)
    found = asked([candidate(number, text=row.text) for number, row in enumerate(rows[:6])], rows, encoder=None)
    weights = [dict(zip(row.indices, row.data, strict=True)) for row in _weighted_rows(memory)]
    mine = [number for number, row in enumerate(memory.confirmations) if row.person == "ada" and row.known_at <= as_of]
    for number in range(6):
        said = found.queries.traits.terms[[number]]
        asked_for = memory.vocabulary.weighted(said, np.array([len(memory)]))
        query = dict(zip(asked_for.indices, asked_for.data, strict=True))
        for place, item in enumerate(ITEMS):
            likeness = [
                sum(value * query.get(term, 0.0) for term, value in weights[row].items())
                for row in mine[-12:]
                if memory.confirmations[row].item == item
            ]
            column = _column(found, "own_lexical_max")[found.group == number][place]
            assert (np.isnan(column) and not likeness) or column == pytest.approx(max(likeness), abs=1e-6)


def _weighted_rows(memory: Memory) -> list:
    postings = memory.vocabulary.rows(np.arange(len(memory)))
    terms = memory.traits.terms
    rows = []
    for row in range(len(memory)):
        part = slice(terms.indptr[row], terms.indptr[row + 1])
        rows.append(type("Row", (), {"indices": terms.indices[part], "data": postings.values[part]}))
    return rows


def test_what_anybody_went_on_to_after_the_newest_item_is_shared_out():
    portal, ledger, fleet = ITEMS
    sequence = [portal, ledger, portal, ledger, portal, fleet, portal, ledger, portal]
    rows = [
        confirmation(number, item, person=person, at=MONDAY - timedelta(days=30) + timedelta(hours=9 * number))
        for person in ("ada", "bob")
        for number, item in enumerate(sequence)
    ]
    found = asked([candidate(0)], rows)
    np.testing.assert_allclose(_column(found, "firm_markov"), [0, 0.75, 0.25, 0])
    np.testing.assert_allclose(_column(found, "own_markov"), [0, 0.75, 0.25, 0])
    np.testing.assert_allclose(_column(found, "own_markov_two"), [0, 0.5, 0.5, 0])
    assert _column(asked([candidate(0)], rows[:1]), "firm_markov").size == 4
    assert np.isnan(_column(asked([candidate(0)], rows[:1]), "firm_markov")).all()


def test_a_container_that_holds_nearly_everything_is_no_hint_and_one_that_holds_a_part_is():
    everything = [confirmation(number, ITEMS[number % 2], container="repo") for number in range(40)]
    question = [candidate(0, container="repo")]
    for name in ("container_own_share", "container_firm_share"):
        assert np.isnan(_column(asked(question, everything), name)).all()
        few = _column(asked(question, everything[:10]), name)
        np.testing.assert_allclose(few, [0.5, 0.5, 0, 0])
    # A newcomer's two entries say no more, where the whole firm works in that repository.
    newcomer = [confirmation(200 + number, ITEMS[number], person="eve", container="repo") for number in range(2)]
    column = _column(
        asked([candidate(0, person="eve", container="repo")], everything + newcomer), "container_own_share"
    )
    assert np.isnan(column).all()
    other = [confirmation(100 + number, ITEMS[2], container="other") for number in range(20)]
    for name in ("container_own_share", "container_firm_share"):
        np.testing.assert_allclose(_column(asked(question, everything + other), name), [0.5, 0.5, 0, 0])
