"""Teams that book less than their evidence shows, week after week: told of teams alone, never of one of their people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.workdays import Workday
from hourtrail.domain.weeks import monday_of

_RULE: Final = "missing_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamShortfall:
    """A run of weeks in which a team booked less than evidence shows. Minutes are sums over the team and the run.

    ``people`` is the smallest number of people that any of its weeks is summed over.
    """

    team: str
    first_week: str
    last_week: str
    weeks: int
    people: int
    booked_minutes: int
    evidence_minutes: int

    def to_json(self) -> dict[str, Any]:
        """As it stands in the summary."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class _Week:
    people: set[str]
    booked: int = 0
    shown: int = 0


def under_reporting(context: CheckContext, policy: CheckPolicy) -> tuple[TeamShortfall, ...]:
    """Each team's latest run of at least ``team_weeks`` weeks in which it booked less than evidence shows.

    Less means: by more than ``team_share`` of the evidence, over all people of the team who left evidence in that ISO
    week. A week with fewer than ``team_people`` of them is not summed and ends the run, so that no sum tells of a person.
    Only weeks that have passed count. Pure; silent without teams, evidence, or entries by the day.
    """
    if not context.evidence or not context.people or context.grain is Grain.WEEK:
        return ()
    fewest = int(policy.bound(_RULE, "team_weeks"))
    days = context.workdays.of(int(policy.bound(_RULE, "quiet_days")))
    teams = _by_team(context, [row for row in days if row.shown or row.booked])
    found: list[TeamShortfall] = []
    for team, weeks in sorted(teams.items()):
        low = [monday for monday, week in sorted(weeks.items()) if _is_low(week, policy)]
        long_enough = [run for run in _runs(low) if len(run) >= fewest]
        if long_enough:
            found.append(_shortfall(team, long_enough[-1], weeks))
    return tuple(found)


def _is_low(week: _Week, policy: CheckPolicy) -> bool:
    enough = len(week.people) >= policy.bound(_RULE, "team_people")
    return enough and week.shown - week.booked > policy.bound(_RULE, "team_share") * week.shown


def _runs(mondays: Sequence[date]) -> list[list[date]]:
    """The weeks in stretches that follow one another without a gap."""
    runs: list[list[date]] = []
    for monday in mondays:
        if runs and monday - runs[-1][-1] == timedelta(days=7):
            runs[-1].append(monday)
        else:
            runs.append([monday])
    return runs


def _by_team(context: CheckContext, days: Sequence[Workday]) -> dict[str, dict[date, _Week]]:
    team_of = {person.id: person.team for person in context.people or () if person.team}
    mondays = {row.day: monday_of(row.day) for row in days}
    left_evidence = {(row.person, mondays[row.day]) for row in days if row.shown}
    teams: dict[str, dict[date, _Week]] = {}
    for row in days:
        monday = mondays[row.day]
        passed = (context.as_of - monday).days >= 4
        if row.person in team_of and passed and (row.person, monday) in left_evidence:
            week = teams.setdefault(team_of[row.person], {}).setdefault(monday, _Week(set()))
            week.people.add(row.person)
            week.booked += row.booked
            week.shown += row.shown
    return teams


def _shortfall(team: str, run: Sequence[date], weeks: Mapping[date, _Week]) -> TeamShortfall:
    return TeamShortfall(
        team=team,
        first_week=f"{run[0]:%G-W%V}",
        last_week=f"{run[-1]:%G-W%V}",
        weeks=len(run),
        people=min(len(weeks[monday].people) for monday in run),
        booked_minutes=sum(weeks[monday].booked for monday in run),
        evidence_minutes=sum(weeks[monday].shown for monday in run),
    )
