"""The tables of the mix: true labels of held-out firms, shares measured where nothing was learned, and scales of sets left out."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.features.firm_sample import encode
from tests.training.labelled_firm import write

from hourtrail.domain.confidence import Outcome
from hourtrail.features import RulesScorer
from hourtrail.flows.decision_log import read_log
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_models import fitting
from hourtrail_training import mix_shares, public_mix, unseen_scale
from hourtrail_training.held_out_firms import TrueBlocks, digest_of_all, true_blocks
from hourtrail_training.mix_shares import Development, Given, kept_or, on_firms, references, shares_table
from hourtrail_training.mixed_rows import Rows
from hourtrail_training.public_mix import rows_of
from hourtrail_training.simulated_firms import Firm, Kept, keep
from hourtrail_training.simulated_mix import as_rows
from hourtrail_training.simulator.deciding import Truth
from hourtrail_training.simulator.played_files import truth_of
from hourtrail_training.unseen_scale import Target, confidences, geometric_mean, lines, table

ENDS = (date(2017, 6, 1), date(2017, 3, 1), date(2016, 12, 1))
UNTIL = (date(2018, 1, 1), date(2017, 9, 1), date(2017, 7, 1))


class Words:
    """An encoder that needs no weights."""

    fingerprint, dimension = "words:32", 32

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return encode(texts)


def _quiet(_line: str) -> None:
    return None


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Few trees, and the sets' stretches inside the made-up years."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 60)
        patch.setattr(fitting, "_shipped", lambda: None)
        learned = tuple(
            replace(portion, begin=date(2016, 1, 1), end=end)
            for portion, end in zip(public_mix.PUBLIC, ENDS, strict=True)
        )
        for module in (mix_shares, unseen_scale):
            patch.setattr(module, "LEARNED", learned)
            patch.setattr(module, "UNTIL", UNTIL)
        patch.setattr(unseen_scale, "MEASURED_FROM", ENDS)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for seed, portion in enumerate(public_mix.PUBLIC):
        (folder / portion.folder).mkdir()
        file = write(folder / portion.folder / "activities.jsonl", rows=600, seed=seed)
        # One task a project: which of seven it is, nothing would tell.
        text = re.sub(r'-\d"', '-0"', file.read_text())
        file.write_text(text.replace('"git"', f'"{portion.folder}"'))
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    (found,) = keep(tmp_path_factory.mktemp("firms"), [Firm(seed=1001, people=2, weeks=1, held_out=True)], None, _quiet)
    return found


@pytest.fixture(scope="module")
def blocks(kept: Kept) -> TrueBlocks:
    return true_blocks(kept, load_models())


@pytest.fixture(scope="module")
def given(data: Path, blocks: TrueBlocks) -> Given:
    return Given(
        public=[rows_of(data, portion, Words()) for portion in mix_shares.LEARNED],
        simulated=as_rows(blocks.relived),
        firms=[blocks],
        development=Development.of(data, Words(), _quiet),
    )


def test_a_held_out_firm_is_of_the_other_mechanisms(kept: Kept) -> None:
    about = json.loads((kept.truth / "simulation.json").read_text())["options"]
    assert (about["traces"], about["bias"]) == ("renewal", "threshold")


def test_its_labels_are_what_people_did_and_not_what_they_said(kept: Kept, blocks: TrueBlocks) -> None:
    truth = truth_of(kept.truth)
    relived = blocks.relived
    assert len(relived) > 20
    for number, row in enumerate(relived.examples):
        shown = row.suggestion
        assert shown is not None
        did = Truth.within(shown, truth[shown.person, shown.date])
        (right,) = np.flatnonzero(relived.label & (relived.query == number))
        assert relived.items[relived.item[right]] == did.items[0][0]
    store = open_store(kept.url)
    try:
        with store.tenant("default", read_only=True) as db:
            said = {row.suggestion.id: row.truth for row in read_log(db).labelled if row.suggestion}
    finally:
        store.close()
    mine = {row.suggestion.id: row.truth for row in relived.examples if row.suggestion}
    assert set(mine) - set(said), "unanswered suggestions have a truth too"
    assert any(said[name] != truth for name, truth in mine.items() if name in said), "people slip"


def test_a_share_is_measured_behind_what_it_learned_from(given: Given) -> None:
    line = given.share(0.3)
    assert [found["rows"] for found in line["sets"].values()] == [
        int(world.rows.eligible[begin:].sum())
        for world, begin in zip(given.development.worlds, given.development.begins, strict=True)
    ]
    for world, begin, rows in zip(given.development.worlds, given.development.begins, given.public, strict=True):
        assert not set(world.rows.keys[begin:]) & set(rows.keys)
    assert line["simulated"]["blocks"] == len(given.firms[0].relived)
    assert len(given.development.people()) == sum(len(found["right"]) for found in line["sets"].values())
    zero = given.share(0.0)
    assert zero["sets"] != line["sets"]
    rows = shares_table([zero, line], given.development.people()).splitlines()
    assert rows[2].startswith("| 0% |")
    assert rows[2].endswith("| +0.0000 (+0.0000 to +0.0000) |")
    assert rows[3].startswith("| 30% |")


def test_references_stand_on_the_same_blocks(blocks: TrueBlocks) -> None:
    last, rules = references([blocks], [])
    assert last["blocks"] == rules["blocks"] == len(blocks.relived)
    assert last["top1"] == round(float(blocks.last.mean()), 5)
    line = on_firms([blocks], RulesScorer())
    assert sum(count for count, _ in line["kinds"].values()) == len(blocks.relived)
    of_kinds = sum(count * share for count, share in line["kinds"].values()) / len(blocks.relived)
    assert of_kinds == pytest.approx(line["top1"], abs=1e-4)


def test_what_is_kept_is_read_again_under_the_same_key_alone(tmp_path: Path) -> None:
    path, made = tmp_path / "line.json", []

    def measure() -> dict[str, int]:
        made.append(1)
        return {"number": len(made)}

    assert kept_or(path, "a", measure) == kept_or(path, "a", measure) == {"key": "a", "number": 1}
    assert kept_or(path, "b", measure)["number"] == 2
    for text in ("[", "[]", "{}"):
        path.write_text(text)
        assert kept_or(path, "b", measure)["key"] == "b"
    assert len(made) == 5


def test_other_labels_have_another_digest(blocks: TrueBlocks) -> None:
    assert digest_of_all([blocks]) == digest_of_all([replace(blocks)])
    assert digest_of_all([blocks]) != digest_of_all([blocks, blocks])


def _target(data: Path) -> tuple[Target, ...]:
    worlds = Development.of(data, Words(), _quiet)
    return tuple(
        Target.of(portion.folder, world, begin)
        for portion, world, begin in zip(mix_shares.LEARNED, worlds.worlds, worlds.begins, strict=True)
    )


def test_each_set_is_measured_by_models_and_scales_that_never_saw_it(
    data: Path, given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = unseen_scale.Given(
        public=given.public, simulated=given.simulated, worlds=given.development.worlds, targets=_target(data)
    )
    grown: list[tuple[int, ...]] = []
    grow = unseen_scale.Given.grown

    def watched(self: unseen_scale.Given, sets: Sequence[int], *, simulated: bool) -> object:
        grown.append(tuple(sets))
        return grow(self, sets, simulated=simulated)

    monkeypatch.setattr(unseen_scale.Given, "grown", watched)
    found = list(lines(rows, tmp_path, _quiet))
    assert grown == [(0,), (1,), (2,), (1, 2), (1, 2), (0, 2), (0, 2), (0, 1), (0, 1), (0, 1, 2)]
    wanted = [json.loads((tmp_path / f"wanted-of-{one}.json").read_text())["wanted"] for one in range(3)]
    scale = geometric_mean([wanted[1]["2"], wanted[2]["1"]])
    assert found[0]["ways"]["sets left out in turn"]["scale"] == [round(scale.temperature, 3), round(scale.power, 3)]
    assert table(found).count("\n") == 1 + sum(len(line["ways"]) for line in found)
    list(lines(rows, tmp_path, _quiet))
    assert len(grown) == 10, "everything is kept"


def test_a_firms_own_temperature_waits_for_its_labels() -> None:
    """Answers at .6 of which nine in ten are right: with enough labels known, confidence rises; before, it stays."""
    count, start = 800, 1_000_000.0
    asked = start + 3_600.0 * np.arange(count)
    outcomes = [
        Outcome(
            id=str(number), person="any", known_at=datetime.fromtimestamp(asked[number], UTC) + timedelta(days=1),
            scores=(0.6, 0.3, 0.1), right=number % 10 > 0, shown=False,
        )
        for number in range(count)
    ]  # fmt: skip
    flags = np.zeros(count, dtype=np.bool_)
    target = Target(
        "any", np.zeros((count, 1), dtype=np.float32), np.arange(count), flags, flags, flags, asked, asked + 86_400.0
    )
    frozen, own = (confidences(target, outcomes, own=own) for own in (False, True))
    assert set(frozen.tolist()) == {0.6}
    assert set(own[:324].tolist()) == {0.6}
    assert own[-1] > 0.65


def test_a_mean_of_scales_is_that_of_their_logarithms() -> None:
    scale = geometric_mean([[1.0, 0.5], [4.0, 2.0]])
    assert (scale.temperature, scale.power) == (pytest.approx(2.0), pytest.approx(1.0))


def test_the_name_of_rows_says_nothing_of_held_out_firms(given: Given) -> None:
    assert isinstance(given.simulated, Rows)
    assert all(firm.held_out for firm in mix_shares.HELD_OUT)
    assert not {firm.seed for firm in mix_shares.HELD_OUT} & {firm.seed for firm in mix_shares.FIRMS}
