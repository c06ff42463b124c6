"""All checks by their stable public names, and one way to run them."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from hourtrail.checks import (
    billable_mismatch,
    budget_forecast,
    closed_period,
    closed_task,
    copied_week,
    daily_hours,
    duplicate_entry,
    excessive_write_off,
    foreign_client_named,
    future_entry,
    implausible_minutes,
    inconsistent_coding,
    late_entry,
    milestone_mismatch,
    missed_team_meeting,
    missing_rate,
    missing_time,
    near_duplicate,
    no_evidence,
    not_assigned,
    on_absence,
    outside_dates,
    over_cap,
    overlap,
    rounding_pattern,
    thin_narrative,
    unknown_work_item,
    unusual_entry,
    unusual_week,
    weekend_or_holiday,
    weekly_hours,
    wrong_grade,
    wrong_rate,
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
            weekend_or_holiday,
            on_absence,
            late_entry,
            future_entry,
            thin_narrative,
            foreign_client_named,
            copied_week,
            no_evidence,
            missing_time,
            missed_team_meeting,
            inconsistent_coding,
            over_cap,
            budget_forecast,
            wrong_rate,
            missing_rate,
            wrong_grade,
            billable_mismatch,
            milestone_mismatch,
            excessive_write_off,
            closed_period,
            rounding_pattern,
            unusual_entry,
            unusual_week,
        )
    }
)

# Where one date stands for a week, a sum or a span of a single day says nothing.
DAY_ONLY: Final = frozenset(
    module.NAME
    for module in (
        overlap,
        implausible_minutes,
        daily_hours,
        weekend_or_holiday,
        on_absence,
        late_entry,
        copied_week,
        no_evidence,
        missing_time,
        missed_team_meeting,
        rounding_pattern,
    )
)

# Any one of these is enough for the check to say something.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        closed_task.NAME: ("tasks",),
        not_assigned.NAME: ("assignments",),
        outside_dates.NAME: ("tasks", "contracts", "assignments"),
        unknown_work_item.NAME: ("tasks",),
        weekend_or_holiday.NAME: ("people",),
        on_absence.NAME: ("activities",),
        thin_narrative.NAME: ("contracts",),
        foreign_client_named.NAME: ("tasks",),
        no_evidence.NAME: ("activities",),
        missing_time.NAME: ("people", "activities"),
        missed_team_meeting.NAME: ("activities",),
        over_cap.NAME: ("contracts",),
        budget_forecast.NAME: ("contracts", "tasks"),
        wrong_rate.NAME: ("contracts",),
        missing_rate.NAME: ("contracts",),
        wrong_grade.NAME: ("contracts", "people", "assignments"),
        billable_mismatch.NAME: ("tasks", "contracts"),
        milestone_mismatch.NAME: ("milestones",),
        closed_period.NAME: ("periods",),
        unusual_entry.NAME: ("habits",),
        unusual_week.NAME: ("habits",),
    }
)


def skipped(context: CheckContext, policy: CheckPolicy | None = None) -> dict[str, str]:
    """The checks that this input silences, each with the reason; those that the policy switches off too, if one is given."""
    reasons: dict[str, str] = {}
    for name in CHECKS:
        needed = () if _asks_for_narratives(name, policy) else NEEDS.get(name, ())
        if policy is not None and not policy.enabled(name):
            reasons[name] = "switched off by the policy"
        elif name in DAY_ONLY and context.grain is Grain.WEEK:
            reasons[name] = "the entries are kept by the week"
        elif needed and all(getattr(context, part) is None for part in needed):
            reasons[name] = f"no {' or '.join(needed)} given"
    return reasons


def _asks_for_narratives(name: str, policy: CheckPolicy | None) -> bool:
    """Whether the policy itself asks for narratives, so that no contract has to."""
    return name == thin_narrative.NAME and policy is not None and policy.bound(name, "characters_elsewhere") > 0


def run(context: CheckContext, policy: CheckPolicy) -> list[Finding]:
    """Every finding of every check that is switched on, in the catalogue's order and then by subject; pure."""
    return [finding for name in spoken(context, policy) for finding in findings_of(context, policy, name)]


def spoken(context: CheckContext, policy: CheckPolicy) -> list[str]:
    """The checks that have what they need and are switched on, in the catalogue's order."""
    silent = skipped(context, policy)
    return [name for name in CHECKS if name not in silent]


def findings_of(context: CheckContext, policy: CheckPolicy, name: str) -> list[Finding]:
    """What one check finds, by subject; pure."""
    return sorted(CHECKS[name](context, policy), key=_by_subject)


def _by_subject(finding: Finding) -> tuple[str, ...]:
    about = finding.subject
    when = about.date.isoformat() if about.date else about.period
    return (about.person, when, about.time_entry, finding.id)
