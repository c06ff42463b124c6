"""An entry that is unusual for this person and this project, by what everybody's entries teach; no rule is broken."""

from collections.abc import Iterator

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.unusual import UnusualEntry

NAME = "unusual_entry"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry that scores above the limit, the most unusual first, up to a share of all entries.

    The share is there so that a new firm, or a bad month, brings no flood: what is left out stands in the scores.
    """
    model = context.habits.model if context.habits else None
    return report(NAME, policy, _facts(context, policy), model=model)


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    if context.habits is None:
        return
    limit = float(policy.bound(NAME, "score"))
    most = int(float(policy.bound(NAME, "share")) * len(context.ranked) + 0.999)
    repeats = {entry.id for group in context.identical for entry in group[1:]}
    told = [row for row in context.habits.entries if row.score > limit and row.entry not in repeats][:most]
    entries = _named(context, {row.entry for row in told})
    for row in told:
        if entry := entries.get(row.entry):
            yield _fact(context, entry, row)


def _named(context: CheckContext, names: set[str]) -> dict[str, TimeEntry]:
    ids = context.columns.entries.texts("id")
    return {name: context.ranked[row] for row, name in enumerate(ids) if name in names}


def _fact(context: CheckContext, entry: TimeEntry, row: UnusualEntry) -> Fact:
    measured, expected, why = _words(entry, row)
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, row.kind, str(entry.item)),
        measured=measured,
        expected=expected,
        explanation=f"{context.name(entry.person)} booked {duration(entry.minutes)} on {entry.item} on {day(entry.date)}; {why}.",
        score=row.score,
        value_at_risk=context.worth(entry),
        comparables=row.comparables,
    )


def _words(entry: TimeEntry, row: UnusualEntry) -> tuple[str, str, str]:
    """Measured, expected, and the reason: of the kind of slip that adds most to the score."""
    own = f"they booked on it in {row.on_item} of {count(row.weeks, 'other week', 'other weeks')}"
    if row.kind == "quantity":
        usual = (
            ""
            if row.usual_minutes is None
            else f"a week of theirs on it usually has {duration(row.usual_minutes)}, and "
        )
        return (
            f"{duration(row.minutes)} that week on {entry.item}, {duration(row.week_minutes)} in all",
            f"about {duration(row.usual_week_minutes or 0)} in a week",
            f"{usual}that week has {duration(row.week_minutes)} in all where {duration(row.usual_week_minutes or 0)} are usual",
        )
    if row.kind == "odd_time":
        return (
            f"a start {row.hours_apart:.1f} hours outside the usual ones",
            "a start within the person's usual hours of the day",
            f"it begins {row.hours_apart:.1f} hours outside the hours of the day at which they usually begin",
        )
    if row.kind == "rate":
        rate = f"{entry.hourly_rate} {entry.currency}".strip()
        return (
            f"an hourly rate of {rate}",
            "the usual rate on this project",
            f"the rate of {rate} is not the one they usually have on it",
        )
    if row.kind == "inactive":
        return (
            f"{own}, others hardly at all in those weeks",
            "a project that others book on at that time",
            f"hardly anybody else booked on it in those weeks, and {own}",
        )
    if row.missing:
        return (
            f"{entry.item}, {row.on_item} of {count(row.weeks, 'other week', 'other weeks')}",
            f"{row.missing}, about {duration(row.missing_minutes)}",
            f"{own}, and {row.missing}, which they usually book with about {duration(row.missing_minutes)} a week, is missing that week",
        )
    return (
        f"{entry.item}, {row.on_item} of {count(row.weeks, 'other week', 'other weeks')}",
        "a project that this person or their colleagues book on",
        f"{own}, and {count(row.others, 'other person', 'other people')} ever did",
    )
