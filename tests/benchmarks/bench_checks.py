"""A million time entries, and the activities beside them, through all checks and the learned models in one pass.

Held against pandas reading the same file of entries and sorting it by person and date, in the same run.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

SLOWEST, MOST_MEMORY = 20.0, 3.0
"""The bounds: times the processor time of pandas for the entries alone, and gigabytes."""

ROOT = Path(__file__).parents[2]


def _spent(part: str, folder: Path) -> dict[str, Any]:
    """What a part cost in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.checks_process", part, str(folder)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    spent: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return spent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("firm")
    _spent("draw", made)
    return made


def test_a_million_entries_cost_little_beside_reading_and_sorting_them(folder: Path) -> None:
    yardsticks = ("entries", "activities")
    before = {part: _spent(part, folder) for part in yardsticks}
    checked = _spent("check", folder)
    after = {part: _spent(part, folder) for part in yardsticks}
    entries, activities = (mean((before[part]["seconds"], after[part]["seconds"])) for part in yardsticks)
    alone, both = checked["seconds"] / entries, checked["seconds"] / (entries + activities)
    print(  # noqa: T201 - what `make bench` shows
        f"\n{before['entries']['count']} entries, all checks and the learned models: {checked['seconds']:.1f} s of processor time, "
        f"{checked['peak']:.2f} GB, {checked['count']} findings; pandas reads and sorts the entries in {entries:.2f} s, the "
        f"{before['activities']['count']} activities in {activities:.2f} s: {alone:.1f} times the entries alone, {both:.1f} both"
    )
    assert checked["count"] > 1_000
    assert alone < SLOWEST
    assert checked["peak"] < MOST_MEMORY
