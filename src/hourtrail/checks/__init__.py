"""Checks of time entries: one file each, pure, silent on an empty week.

``run`` gives the findings, ``skipped`` what could not be checked and why, ``policy.load`` the rules from TOML.
"""

from hourtrail.checks.catalog import CHECKS, findings_of, run, skipped, spoken
from hourtrail.checks.context import CheckContext, Grain, grain_of
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.tally import ScoredEntry, scores, summary
from hourtrail.checks.under_reporting import TeamShortfall, under_reporting

__all__ = [
    "CHECKS",
    "CheckContext",
    "CheckPolicy",
    "Grain",
    "ScoredEntry",
    "TeamShortfall",
    "findings_of",
    "grain_of",
    "run",
    "scores",
    "skipped",
    "spoken",
    "summary",
    "under_reporting",
]
