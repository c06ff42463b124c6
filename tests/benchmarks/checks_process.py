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
from hourtrail.flows.check import check_files
from hourtrail.wiring import anomaly_fitter


def _draw(folder: Path) -> int:
    write(folder, Firm())
    return 0


def _sort_entries(folder: Path) -> int:
    """The yardstick: read the time entries, and sort them by person and date."""
    # As pandas reads without pyarrow, which is the faster of its two ways here.
    pd.set_option("mode.string_storage", "python")
    return len(pd.read_csv(files_in(folder).entries).sort_values(["person", "date"]))


def _sort_activities(folder: Path) -> int:
    """The same of the other long file that the checks read."""
    pd.set_option("mode.string_storage", "python")
    return len(pd.read_csv(files_in(folder).activities, low_memory=False).sort_values(["person", "start"]))


def _check(folder: Path) -> int:
    return len(check_files(files_in(folder), policy=CheckPolicy(), today=LAST_DAY).findings)


PARTS = {"draw": _draw, "entries": _sort_entries, "activities": _sort_activities, "check": _check}

if __name__ == "__main__":
    # Neither side pays for importing its libraries.
    anomaly_fitter()
    began = time.process_time()
    count = PARTS[sys.argv[1]](Path(sys.argv[2]))
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": spent, "peak": peak, "count": count}))  # noqa: T201 - what the benchmark reads
