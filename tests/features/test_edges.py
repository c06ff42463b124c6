"""Little, nothing, or a great deal to go by."""

import os
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from tests.features.firm_sample import ITEMS, MONDAY, PORTAL, asked, block, candidate, confirmation, encode, history

from hourtrail.domain.errors import InvalidInput, NaiveTime
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.features import SPEC, Catalogue, Memory, Pairs, Queries, RulesScorer, frame, pair_features, reference
from hourtrail.features.traits import container_names, parent_domains, ticket_project

BOTH = pytest.mark.parametrize("encoder", [encode, None], ids=["encoder", "words"])


@BOTH
def test_without_any_history_every_candidate_gets_a_number(encoder):
    found = asked([candidate(0), candidate(6, text="", title="")], encoder=encoder)
    assert found.matrix.shape == (8, len(SPEC.names))
    probabilities = RulesScorer().probabilities(found.matrix, found.group)
    assert np.isfinite(probabilities).all()
    assert probabilities[found.item == found.items.index(NOT_WORK)].max() < 0.25


@BOTH
def test_nothing_asked_and_nothing_in_question(encoder):
    empty = asked([], history(9), encoder=encoder)
    assert empty.matrix.shape == (0, len(SPEC.names))
    assert RulesScorer().probabilities(empty.matrix, empty.group).shape == (0,)
    memory, catalogue = Memory.of(history(9), encoder), Catalogue.of(MasterData(), ITEMS, encoder)
    queries = Queries.of_blocks([block(0), block(1), block(2)], as_of=MONDAY, encode=encoder)
    some = pair_features(queries, Pairs.of([[], [0], []]), memory, catalogue)
    assert some.shape == (1, len(SPEC.names))


@BOTH
def test_one_item_is_certain(encoder):
    found = asked([candidate(0, items=())], history(20), encoder=encoder)
    assert [found.items[number] for number in found.item] == [NOT_WORK]
    assert RulesScorer().probabilities(found.matrix, found.group) == pytest.approx([1.0])


def test_only_blank_texts():
    found = asked([candidate(0, text="", title="  ")], [confirmation(number, text=" ") for number in range(5)])
    columns = [
        SPEC.names.index(name) for name in ("own_cosine_max", "firm_cosine_vote", "own_exact_share", "firm_exact_here")
    ]
    assert np.isnan(found.matrix[:, columns]).all()


def test_five_thousand_work_items():
    many = [WorkItem(f"client{number % 300}", f"project{number}") for number in range(5000)]
    known = [
        confirmation(number, many[(number % 50) * 37], text=f"work on thing {number % 50}") for number in range(600)
    ]
    memory, catalogue = Memory.of(known, encode), Catalogue.of(MasterData(), many, encode)
    questions = [candidate(number, items=many, text="work on thing 7") for number in range(2)]
    found = frame(questions, as_of=MONDAY + timedelta(days=2), memory=memory, catalogue=catalogue, encode=encode)
    assert found.matrix.shape == (2 * 5001, len(SPEC.names))
    best = found.items[found.item[np.argmax(RulesScorer().probabilities(found.matrix, found.group))]]
    assert best == many[7 * 37]


def test_an_item_that_the_catalogue_lacks_is_added_behind_it():
    stranger = WorkItem("echo", "unlisted")
    catalogue = Catalogue.of(MasterData(), ITEMS, encode)
    memory = Memory.of(history(20), encode)
    found = frame(
        [candidate(0, items=(stranger, PORTAL))], as_of=MONDAY, memory=memory, catalogue=catalogue, encode=encode
    )
    assert found.items == (*catalogue.items, stranger)
    assert [found.items[number] for number in found.item] == [stranger, PORTAL, NOT_WORK]


def test_values_stay_in_their_ranges():
    found = asked(
        [candidate(number, container="repo-portal", domains=("acme.com",)) for number in range(7)], history(200)
    )
    for place, name in enumerate(SPEC.names):
        values = found.matrix[:, place][~np.isnan(found.matrix[:, place])]
        assert np.isfinite(values).all(), name
        if "share" in name or "vote" in name or "decay" in name or name == "own_markov":
            assert ((values >= 0) & (values <= 1 + 1e-9)).all(), name
    for name in ("firm_cosine_vote", "others_share_120d", "container_firm_share"):
        column = found.matrix[:, SPEC.names.index(name)]
        sums = np.bincount(found.group, weights=np.nan_to_num(column))
        assert np.all(np.isclose(sums, 1.0) | np.isclose(sums, 0.0)), name


def test_entries_on_other_items_of_the_firm_stay_behind_the_wall():
    secret = [confirmation(300 + n, WorkItem("hush", "deal"), person="bob", text="weekly planning") for n in range(20)]
    question = [candidate(0, text="weekly planning", items=ITEMS)]
    without, with_secret = asked(question, history(60)).matrix, asked(question, [*history(60), *secret]).matrix
    firm_wide = [
        place
        for place, name in enumerate(SPEC.names)
        if name.startswith(("firm_cosine", "firm_exact", "firm_markov", "others_", "item_log", "words_"))
        or name.endswith("_firm_share")
    ]
    np.testing.assert_allclose(with_secret[:, firm_wide], without[:, firm_wide], rtol=1e-6)


def test_a_naive_instant_and_unsorted_pairs_are_refused():
    with pytest.raises(NaiveTime):
        asked([candidate(0)], as_of=MONDAY.replace(tzinfo=None))
    with pytest.raises(InvalidInput, match="sorted"):
        Pairs(query=np.array([1, 0]), item=np.array([0, 0]))


@pytest.mark.parametrize(
    ("reference", "text", "expected"),
    [
        ("ABC-12", "", "ABC"),
        ("", "fix ABC-12 today", "ABC"),
        ("team/app#7", "", "team/app"),
        ("https://tracker.example/browse/XY-3", "", "XY"),
        ("https://tracker.example/wiki/page", "see ABC-12", ""),
        ("", "COVID news", ""),
        ("", "", ""),
    ],
)
def test_the_ticket_project(reference, text, expected):
    assert ticket_project(reference, text) == expected


def test_names_of_containers_and_domains():
    assert container_names("C:\\src\\Portal.git") == ("c:\\src\\portal.git", "portal")
    assert container_names("") == ()
    assert parent_domains("eu.Acme.com") == ("eu.acme.com", "acme.com")
    assert parent_domains("localhost") == ("localhost",)


def test_the_same_numbers_in_every_process():
    program = (
        "from tests.features.firm_sample import *; import hashlib;"
        "print(hashlib.sha256(asked([candidate(n) for n in range(4)], history(50), encoder=None).matrix.tobytes()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 64


def test_the_reference_page_is_the_table(request):
    page = request.config.rootpath / "docs" / "reference" / "features.md"
    assert page.read_text() == reference()
    assert len(set(SPEC.names)) == len(SPEC.names)


def test_every_column_is_computed():
    found = asked([candidate(number, reference="FLEET-1") for number in range(7)], history(200))
    unknown = {name for place, name in enumerate(SPEC.names) if np.isnan(found.matrix[:, place]).all()}
    # No master data were given here.
    assert unknown <= {
        "keyword_hits", "prefix_hint", "container_hint", "domain_hint", "assigned", "planned_hours", "item_log_open", "billable",
        "series_own_share", "series_own_count", "series_firm_share", "container_own_share", "container_own_count",
        "container_firm_share", "domain_own_share", "domain_own_count", "domain_firm_share",
    }  # fmt: skip
