"""The order of methods, simulated against real."""

import json
from pathlib import Path

import pytest

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.agreement import agreement

NAMES = ("last_label", "majority", "knn_own_history", "text_model_frozen")


def answer(path: Path, model: float, *baselines: float | None) -> Path:
    rows = {
        name: None if top1 is None else {"top1": top1, "top3": 1.0} for name, top1 in zip(NAMES, baselines, strict=True)
    }
    path.write_text(json.dumps({"model": "ranker 1", "top1": model, "baselines": rows}), encoding="utf-8")
    return path


def test_the_same_order_agrees_and_the_reverse_does_not(tmp_path: Path) -> None:
    real = answer(tmp_path / "real.json", 0.8, 0.5, 0.2, 0.7, 0.4)
    alike = agreement([answer(tmp_path / "alike.json", 0.9, 0.6, 0.1, 0.8, 0.3)], [real])
    assert (alike.tau, alike.agrees) == (pytest.approx(1.0), True)
    assert [name for name, _, _ in alike.methods] == [
        "hourtrail ranker 1", "knn_own_history", "last_label", "text_model_frozen", "majority",
    ]  # fmt: skip
    # One of ten pairs stands the other way round: tau = (9 - 1) / 10.
    nearly = agreement([answer(tmp_path / "nearly.json", 0.7, 0.6, 0.1, 0.8, 0.3)], [real])
    assert nearly.tau == pytest.approx(0.8)
    against = agreement([answer(tmp_path / "against.json", 0.1, 0.4, 0.9, 0.2, 0.5)], [real])
    assert (against.tau, against.agrees) == (pytest.approx(-1.0), False)


def test_too_few_methods_and_wrong_files_are_refused(tmp_path: Path) -> None:
    real = answer(tmp_path / "real.json", 0.8, 0.5, 0.2, 0.7, 0.4)
    with pytest.raises(InvalidInput, match="only 4 methods"):
        agreement([answer(tmp_path / "few.json", 0.9, 0.6, None, 0.8, 0.3)], [real])
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidInput, match="no answer of"):
        agreement([tmp_path / "none.json"], [real])
