"""The walls that keep numbers from the simulator honest: ids and order say nothing, and shuffled truth is guessed by nobody."""

import json
import random
from datetime import date
from pathlib import Path

import pytest

from hourtrail.flows.backtest import MappingOptions, backtest_mapping
from hourtrail.wiring import load_models
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import simulate

OPTIONS = SimulateOptions(seed=5, people=8, first=date(2026, 3, 2), last=date(2026, 3, 29))
TODAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """Commits, tickets and meetings of a small firm with their known answers, in time order."""
    folder = tmp_path_factory.mktemp("walls") / "firm"
    simulate(OPTIONS, draw(OPTIONS.seed), folder, forms=("activities",), workers=1, say=lambda _line: None)
    rows = [json.loads(line) for line in (folder / "truth" / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if row.get("label") and row["kind"] in {"commit", "ticket", "meeting", "document"}]
    return sorted(chosen, key=lambda row: (row["start"], row["external_id"]))[:1_500]


def score(rows: list[dict], path: Path) -> dict:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = MappingOptions(level="project", split="0.5", delay_days=1.0, pretrained_only=True)
    models = load_models(rules_only=True)
    return backtest_mapping(path, options, models=models, today=TODAY).answer


def test_shuffled_truth_is_guessed_by_chance_alone(labelled: list[dict], tmp_path: Path) -> None:
    """A generator's field among the features, or a label that shows through, would beat the majority here."""
    labels = [row["label"] for row in labelled]
    random.Random(0).shuffle(labels)
    shuffled = [{**row, "label": label} for row, label in zip(labelled, labels, strict=True)]
    honest, chance = score(labelled, tmp_path / "true.jsonl"), score(shuffled, tmp_path / "shuffled.jsonl")
    # The likeliest project's share is what guessing reaches; the margin is twice its standard error.
    share = max(chance["baselines"]["majority"]["top1"], 1 / chance["classes"])
    margin = 2 * (share * (1 - share) / chance["n"]) ** 0.5
    assert chance["top1"] <= share + margin
    assert honest["top1"] > chance["top1"] + 0.2
    assert honest["data"] == "simulated"


def test_ids_say_nothing_about_the_truth(labelled: list[dict], tmp_path: Path) -> None:
    """Renaming every record changes no answer: the generator's numbering does not reach the features."""
    renamed = [{**row, "external_id": f"x{number * 7919 % 10_007:05d}"} for number, row in enumerate(labelled)]
    one, other = score(labelled, tmp_path / "one.jsonl"), score(renamed, tmp_path / "other.jsonl")
    assert one["n"] == other["n"] > 100
    assert {name: one[name] for name in ("top1", "top3", "mrr")} == pytest.approx(
        {name: other[name] for name in ("top1", "top3", "mrr")}, abs=0.01
    )
