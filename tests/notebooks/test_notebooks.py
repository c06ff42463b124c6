"""Every notebook runs from its first cell to its last, and its committed outputs are there to read."""

import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
sys.path.insert(0, str(ROOT / "notebooks"))

from execute import execute  # noqa: E402 - a script beside the notebooks, not a package


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.fixture(scope="session", autouse=True)
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the notebooks keep what was played, so that it is played once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOURTRAIL_PLAYED", str(tmp_path_factory.mktemp("played")))
        yield


# Playing four weeks takes half a minute on a free machine. The kernel's own messaging warns about its transport and event loop; none of it is ours.
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_is_committed_with_its_outputs(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert any(cell.outputs for cell in code)
    before = path.read_bytes()
    execute(path, write=False)
    assert path.read_bytes() == before
