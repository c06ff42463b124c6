"""Nothing is read before it was known, and a replay computes what a single question computes."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.firm_sample import ITEMS, MONDAY, asked, candidate, confirmation, encode, history

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.features import SPEC, Catalogue, Memory, Pairs, Queries, firm, own, pair_features

AS_OF = MONDAY + timedelta(days=1)


@settings(max_examples=40, deadline=None)
@given(
    late=st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=10**9),
            st.sampled_from([*ITEMS, NOT_WORK, WorkItem("new", "later")]),
            st.sampled_from(["ada", "bob", "cyd"]),
            st.integers(min_value=-400, max_value=400),
        ),
        min_size=1,
        max_size=8,
    ),
    encoder=st.sampled_from([encode, None]),
)
def test_what_becomes_known_later_changes_no_bit(late, encoder):
    known = history(40)
    unknown = [
        confirmation(
            1000 + number,
            item,
            person=person,
            at=MONDAY + timedelta(hours=hours),
            known_at=AS_OF + timedelta(microseconds=after),
            text=known[0].text,
            container="repo-portal",
            series="series-0",
            domains=("acme.com",),
        )
        for number, (after, item, person, hours) in enumerate(late)
    ]
    candidates = [
        candidate(number, container="repo-portal", series="series-0", domains=("acme.com",)) for number in range(4)
    ]
    before = asked(candidates, known, as_of=AS_OF, encoder=encoder).matrix
    after = asked(candidates, [*unknown, *known], as_of=AS_OF, encoder=encoder).matrix
    assert before.tobytes() == after.tobytes()


def test_what_becomes_known_at_the_very_instant_counts():
    known = history(40)
    extra = confirmation(1000, ITEMS[0], known_at=AS_OF, text="an unheard phrase")
    question = [candidate(0, text="an unheard phrase")]
    before = asked(question, known, as_of=AS_OF).matrix
    assert not np.array_equal(before, asked(question, [*known, extra], as_of=AS_OF).matrix, equal_nan=True)
    too_late = replace(extra, known_at=AS_OF + timedelta(microseconds=1))
    assert np.array_equal(before, asked(question, [*known, too_late], as_of=AS_OF).matrix, equal_nan=True)


def _replay(rows, memory, catalogue, encoder, numbers=(0, 1, 2, 3)):
    queries = Queries.of_activities(rows, encode=encoder)
    return pair_features(queries, Pairs.of([numbers] * len(rows)), memory, catalogue)


def _activities(count: int) -> list[Activity]:
    return [
        Activity(
            source="ics", external_id=str(number), kind=ActivityKind.MEETING, person=row.person, start=row.at,
            end=row.at + timedelta(minutes=30), title=row.text, container=row.container, reference=row.reference,
            series=row.series, participants=tuple(f"someone@{domain}" for domain in row.domains),
        )
        for number, row in enumerate(history(count, people=("ada", "bob", "cyd")))
    ]  # fmt: skip


@pytest.mark.parametrize("encoder", [encode, None], ids=["encoder", "words"])
def test_a_replay_equals_asking_one_by_one(encoder, monkeypatch):
    # Small windows, so that both of their ends move inside the replay.
    monkeypatch.setattr(firm, "WINDOW", 30)
    monkeypatch.setattr(firm, "_REACH", 10)
    monkeypatch.setattr(firm, "_AT_ONCE", 4)
    monkeypatch.setattr(own, "_RUN", 5)
    rows = _activities(90)
    memory = Memory.of(history(90, people=("ada", "bob", "cyd")), encoder)
    catalogue = Catalogue.of(MasterData(), ITEMS, encoder)
    together = _replay(rows, memory, catalogue, encoder)
    apart = np.concatenate([_replay([row], memory, catalogue, encoder) for row in rows])
    np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5)
    filled = ~np.isnan(together).all(axis=0)
    assert filled.sum() > (45 if encoder else 38)


def test_order_of_rows_and_of_confirmations_does_not_matter():
    rows, known = _activities(40), history(60)
    catalogue = Catalogue.of(MasterData(), ITEMS, encode)
    straight = _replay(rows, Memory.of(known, encode), catalogue, encode).reshape(40, 4, -1)
    shuffled = np.random.default_rng(3).permutation(40)
    other = _replay([rows[place] for place in shuffled], Memory.of(known[::-1], encode), catalogue, encode)
    np.testing.assert_allclose(other.reshape(40, 4, -1), straight[shuffled], rtol=1e-5, atol=1e-5)


def test_other_candidates_of_the_batch_do_not_matter():
    known = history(60)
    alone = asked([candidate(0)], known).matrix
    beside = asked([candidate(0), candidate(1, items=[WorkItem("x", f"y{n}") for n in range(30)])], known)
    np.testing.assert_allclose(beside.matrix[beside.group == 0], alone, rtol=1e-5, atol=1e-5)


def test_identities_are_not_features():
    known, questions = history(80), [candidate(number, container="repo-portal") for number in range(5)]
    names = {"ada": "zoe@example.org", "bob": "p17"}
    codes = dict(zip(ITEMS, [WorkItem("k9", "q1"), WorkItem("k3", "q2"), WorkItem("k5", "q3")], strict=True))
    renamed = [replace(row, person=names[row.person], item=codes[row.item]) for row in known]
    asked_again = [
        replace(row, block=replace(row.block, person=names[row.block.person]), items=(*codes.values(), NOT_WORK))
        for row in questions
    ]
    from_codes = {"master_cosine", "master_lexical", "code_hits", "client_hits"}
    kept = [place for place, name in enumerate(SPEC.names) if name not in from_codes]
    first, second = asked(questions, known), asked(asked_again, renamed)
    assert [first.items[number] for number in first.item] == [*ITEMS, NOT_WORK] * 5
    np.testing.assert_allclose(second.matrix[:, kept], first.matrix[:, kept], rtol=1e-5, atol=1e-5)


def test_a_longer_memory_equals_one_built_at_once():
    known = history(70)
    grown = Memory.of(known[30:], encode).extended(known[:10], encode).extended(known[10:30], encode)
    catalogue = Catalogue.of(MasterData(), ITEMS, encode)
    rows = _activities(20)
    assert np.array_equal(
        _replay(rows, grown, catalogue, encode),
        _replay(rows, Memory.of(known, encode), catalogue, encode),
        equal_nan=True,
    )
