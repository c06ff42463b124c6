"""The columns of everybody's texts equal their plain definition, row by row in double precision."""

import numpy as np
import pytest
from tests.features.firm_sample import ITEMS, encode, history

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.master import MasterData
from hourtrail.features import SPEC, Catalogue, Memory, Pairs, Queries, firm, pair_features

READ = 60
DAY = 86_400.0


def _plain(queries: Queries, pairs: Pairs, memory: Memory, catalogue: Catalogue) -> dict[str, np.ndarray]:
    columns = {name: np.full(len(pairs), np.nan) for name in ("max", "vote", "decayed")}
    on_candidates = np.isin(memory.item, catalogue.keys[pairs.distinct])
    for query in range(len(queries)):
        known = int(memory.known(queries.asked_at)[query])
        read = np.arange(max(0, known - READ), known)
        read = read[on_candidates[read]]
        cosines = memory.vectors[read].astype(np.float64) @ queries.vectors[query].astype(np.float64)
        decay = np.exp2((memory.traits.at[read] - queries.asked_at[query]) / (30 * DAY))
        weight = np.exp(16 * cosines) * bool(queries.traits.text[query])
        for pair in np.flatnonzero(pairs.query == query):
            here = memory.item[read] == catalogue.keys[pairs.item[pair]]
            if weight.any() and here.any():
                columns["max"][pair] = cosines[here].max()
            if weight.any():
                columns["vote"][pair] = weight[here].sum() / weight.sum()
                columns["decayed"][pair] = (weight * decay)[here].sum() / (weight * decay).sum()
    return columns


@pytest.mark.parametrize("few", [1, 10_000], ids=["item by item", "items together"])
@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (0, 3), (2,)], ids=["all", "some", "one"])
def test_cosine_columns_equal_their_definition(numbers, few, monkeypatch):
    # Windows that move inside one product, items of several tiles or several items in one; "one" reads a third of the rows.
    for name, value in {"WINDOW": READ, "_REACH": 25, "_TILE": 7, "_BY_STRETCHES": few}.items():
        monkeypatch.setattr(firm, name, value)
    rows = history(240, people=("ada", "bob", "cyd"))
    events = [
        Activity(
            source="ics", external_id=str(number), kind=ActivityKind.MEETING, person=row.person, start=row.at, title=row.text
        )
        for number, row in enumerate(rows[::2])
    ]  # fmt: skip
    memory, catalogue = Memory.of(rows, encode), Catalogue.of(MasterData(), ITEMS, encode)
    queries, pairs = Queries.of_activities(events, encode=encode), Pairs.of([numbers] * len(events))
    found, plain = pair_features(queries, pairs, memory, catalogue), _plain(queries, pairs, memory, catalogue)
    for name, values in plain.items():
        np.testing.assert_allclose(found[:, SPEC.names.index(f"firm_cosine_{name}")], values, rtol=0, atol=2e-6)
    assert np.isfinite(plain["vote"]).mean() > 0.5


def test_sums_over_thousands_of_rows_keep_six_digits():
    rows = history(9_000, people=("ada",), items=ITEMS[:2])
    memory, catalogue = Memory.of(rows, encode), Catalogue.of(MasterData(), ITEMS, encode)
    event = Activity(
        source="ics", external_id="1", kind=ActivityKind.MEETING, person="ada", start=rows[0].known_at, title="fix the upload"
    )  # fmt: skip
    queries, pairs = Queries.of_activities([event], encode=encode), Pairs.of([(0, 1)])
    found = pair_features(queries, pairs, memory, catalogue)[:, SPEC.names.index("firm_cosine_vote")]
    cosines = memory.vectors.astype(np.float64) @ queries.vectors[0].astype(np.float64)
    weights = np.exp(16 * cosines)
    expected = [weights[memory.item == catalogue.keys[number]].sum() / weights.sum() for number in (0, 1)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
