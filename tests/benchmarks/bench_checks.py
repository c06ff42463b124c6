"""A million time entries, and the activities beside them, through the checks: against pandas reading and sorting both files."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

SLOWEST, MOST_MEMORY = 20.0, 3.0
"""The bounds: times the processor time of pandas, and gigabytes."""

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
    first, checked, last = (_spent(part, folder) for part in ("sort", "rules", "sort"))
    ratio = checked["seconds"] / median((first["seconds"], last["seconds"]))
    print(  # noqa: T201 - what `make bench` shows
        f"\n{first['count']} entries, all checks by rule / pandas read and sort: {ratio:.1f} in processor time "
        f"({checked['seconds']:.0f} s), {checked['peak']:.2f} GB, {checked['count']} findings"
    )
    assert checked["count"] > 1_000
    assert ratio < SLOWEST
    assert checked["peak"] < MOST_MEMORY
