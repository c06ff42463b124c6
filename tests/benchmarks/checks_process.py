"""One part of the benchmark of the checks in a process of its own: ``python -m tests.benchmarks.checks_process PART FOLDER``.

Prints JSON: seconds of processor time, the peak of the process in gigabytes, and the number of rows or findings.
"""

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
from tests.benchmarks.firm_for_checks import LAST_DAY, Firm, files_in, write

from hourtrail.checks import CheckPolicy
from hourtrail.checks.catalog import CHECKS
from hourtrail.flows.check import check_files


def _draw(folder: Path) -> int:
    write(folder, Firm())
    return 0


def _sort(folder: Path) -> int:
    """The yardstick: read both long files, and sort them by person and date."""
    files = files_in(folder)
    activities = pd.read_csv(files.activities).sort_values(["person", "start"])
    entries = pd.read_csv(files.entries).sort_values(["person", "date"])
    return len(entries) if len(activities) else 0


def _check(folder: Path, *names: str) -> int:
    return len(check_files(files_in(folder), policy=CheckPolicy(), only=names, today=LAST_DAY).findings)


def _rules(folder: Path) -> int:
    return _check(folder, *(name for name in CHECKS if not name.startswith("unusual_")))


PARTS = {"draw": _draw, "sort": _sort, "rules": _rules, "all": _check}

if __name__ == "__main__":
    began = time.process_time()
    count = PARTS[sys.argv[1]](Path(sys.argv[2]))
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": spent, "peak": peak, "count": count}))  # noqa: T201 - what the benchmark reads
