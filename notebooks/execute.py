"""Executes every notebook and writes its outputs back: ``python notebooks/execute.py [--check]``.

With ``--check`` nothing is written; the run fails when a cell does.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
PATIENCE = 300
"""Seconds for one cell."""


def execute(path: Path, *, write: bool) -> None:
    """Run one notebook from the first cell to the last; raises CellExecutionError when a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in notebook.cells:
        # When a cell ran is no part of the explanation, and would make every run a change.
        cell.metadata.pop("execution", None)
    if write:
        nbformat.write(notebook, path)


if __name__ == "__main__":
    os.environ.setdefault("HOURTRAIL_PLAYED", tempfile.mkdtemp())
    for found in sorted(HERE.glob("*.ipynb")):
        sys.stderr.write(f"{found.name}\n")
        execute(found, write="--check" not in sys.argv)
