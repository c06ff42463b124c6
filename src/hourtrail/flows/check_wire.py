"""What the checks found as JSON: one shape for the API and the command line."""

from typing import Any, Final

from hourtrail.domain.wire import finding_to_json, rejected_to_json
from hourtrail.flows.check import CheckReport

MOST_REFUSALS_LISTED: Final = 1_000


def report_to_json(report: CheckReport) -> dict[str, Any]:
    """The contract's ``{"findings", "summary"}``, the grain, what was not checked and why, and what could not be read."""
    return {
        "findings": [finding_to_json(row) for row in report.findings],
        "summary": report.summary,
        "grain": report.grain.value,
        "skipped": report.skipped,
        "refused": [rejected_to_json(row) for row in report.refused[:MOST_REFUSALS_LISTED]],
    }
