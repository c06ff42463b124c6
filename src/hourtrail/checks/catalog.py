"""All checks by their stable public names, and one way to run them."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from hourtrail.checks import (
    closed_task,
    daily_hours,
    duplicate_entry,
    implausible_minutes,
    near_duplicate,
    not_assigned,
    outside_dates,
    overlap,
    unknown_work_item,
    weekly_hours,
    zero_minutes,
)
from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.domain.finding import Finding

Check: TypeAlias = Callable[[CheckContext, CheckPolicy], Iterable[Finding]]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        module.NAME: module.check
        for module in (
            duplicate_entry,
            near_duplicate,
            overlap,
            zero_minutes,
            implausible_minutes,
            daily_hours,
            weekly_hours,
            closed_task,
            not_assigned,
            outside_dates,
            unknown_work_item,
        )
    }
)

# Where one date stands for a week, a sum or a span of a single day says nothing.
DAY_ONLY: Final = frozenset({overlap.NAME, implausible_minutes.NAME, daily_hours.NAME})

# Any one of these is enough for the check to say something.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        closed_task.NAME: ("tasks",),
        not_assigned.NAME: ("assignments",),
        outside_dates.NAME: ("tasks", "contracts", "assignments"),
        unknown_work_item.NAME: ("tasks",),
    }
)


def skipped(context: CheckContext, policy: CheckPolicy | None = None) -> dict[str, str]:
    """The checks that this input silences, each with the reason; those that the policy switches off too, if one is given."""
    reasons: dict[str, str] = {}
    for name in CHECKS:
        needed = NEEDS.get(name, ())
        if policy is not None and not policy.enabled(name):
            reasons[name] = "switched off by the policy"
        elif name in DAY_ONLY and context.grain is Grain.WEEK:
            reasons[name] = "the entries are kept by the week"
        elif needed and all(getattr(context, part) is None for part in needed):
            reasons[name] = f"no {' or '.join(needed)} given"
    return reasons


def run(context: CheckContext, policy: CheckPolicy) -> list[Finding]:
    """Every finding of every check that is switched on, in the catalogue's order and then by subject; pure."""
    silent = skipped(context, policy)
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        if name not in silent:
            findings += sorted(check(context, policy), key=_by_subject)
    return findings


def _by_subject(finding: Finding) -> tuple[str, ...]:
    about = finding.subject
    when = about.date.isoformat() if about.date else about.period
    return (about.person, when, about.time_entry, finding.id)
