"""A whole firm through the files: the findings are those of the checks as they were before they looked at columns."""

from pathlib import Path

import pandas as pd
import pytest
from tests.benchmarks.firm_for_checks import LAST_DAY, Firm, write

from hourtrail.checks import CheckPolicy
from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.finding import Finding
from hourtrail.flows.check import CheckFiles, CheckReport, check_files

SMALL = Firm(people=36, entries=6_000, days=150, seed=3, faults=0.001)
EXPECTED = Path(__file__).with_name("firm_findings.txt")
"""One line a finding, as the checks that walked from entry to entry told them; what is learned is left out."""


def _look(files: CheckFiles) -> CheckReport:
    return check_files(
        files, policy=CheckPolicy(), only=[name for name in CHECKS if not name.startswith("unusual_")], today=LAST_DAY
    )


def _line(finding: Finding) -> str:
    about = finding.subject
    when = about.date.isoformat() if about.date else about.period
    who = about.time_entry or " ".join(part for part in (about.person, when, about.project, about.contract) if part)
    parts = (finding.check, who, finding.measured, finding.expected, f"{finding.score:g}", str(finding.blame))
    return " | ".join((*parts, " ".join(finding.comparables))).rstrip(" |")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CheckFiles:
    return write(tmp_path_factory.mktemp("firm"), SMALL)


def test_the_findings_are_those_of_a_walk_from_entry_to_entry(files: CheckFiles) -> None:
    assert [_line(row) for row in _look(files).findings] == EXPECTED.read_text(encoding="utf-8").splitlines()


def test_the_order_of_the_rows_of_a_file_changes_no_finding(files: CheckFiles) -> None:
    before = _look(files).findings
    rows = pd.read_csv(files.entries, dtype=str, keep_default_na=False)
    rows.sample(frac=1, random_state=1).to_csv(files.entries, index=False)
    assert _look(files).findings == before
