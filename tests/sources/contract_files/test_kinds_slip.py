"""A mistyped header is not read as something else."""

from datetime import date
from pathlib import Path

import pytest

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import NothingRead
from hourtrail.sources.contract_files import read_all


def test_an_assignment_with_a_slip_is_no_task(tmp_path: Path) -> None:
    path = tmp_path / "assignments.csv"
    path.write_text("persn,client,project\nada,acme,portal\n")
    with pytest.raises(NothingRead, match="'persn' looks like the 'person' of assignments"):
        read_all(path, "", ReadOptions(today=date(2026, 3, 2)))
    assert len(read_all(path, "tasks", ReadOptions(today=date(2026, 3, 2)))[0]) == 1, "said to be tasks, they are tasks"


def test_an_unknown_column_that_resembles_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("client,project,colour\nacme,portal,red\n")
    good, refused = read_all(path, "", ReadOptions(today=date(2026, 3, 2)))
    assert (len(good), refused) == (1, [])
