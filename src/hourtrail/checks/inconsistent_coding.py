"""The same recurring work coded two ways: one of the codes is probably a slip, and the one used most is proposed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hourtrail.checks.columns import Groups, Mask, numbered, together
from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import folded, said
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem

NAME = "inconsistent_coding"

# "Call", "test": what is shorter is written for any work.
_SHORTEST_NARRATIVE: Final = 6
_FEWEST_SIGNS: Final = 2
# So many entries, all later (or all earlier) than those on the usual code, are a change of code and no slip.
_CHANGE_OVER: Final = 3
_COMPARABLES: Final = 3
# A series of one person's is one thing, so less than the policy asks of words shows what it is booked on: three of five.
_SERIES_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class _Sameness:
    """What makes entries the same work, and how fine their codes are compared."""

    what: str
    key: Callable[[TimeEntry], Hashable]
    code: Callable[[WorkItem], WorkItem]
    uses: int
    share: float
    counts: Callable[[TimeEntry], bool] = lambda _: True


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry that is coded otherwise than most entries of the same work.

    The same work is: a person's entries for one series of meetings (three in five of them on one code, at least two);
    everybody's entries for one series, compared by project; a person's entries with one narrative. For the last two the
    policy says how often the usual code must be used, and with which share. A code that takes over from another at some
    date is a change and no slip.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    uses, share = int(policy.bound(NAME, "uses")), float(policy.bound(NAME, "share"))
    columns = context.columns
    counted = context.distinct & (columns.minutes > 0)
    rows = [row for row in sorted(context.series) if counted[row]]
    series = {id(context.ranked[row]): context.series[row] for row in rows}
    meetings = [context.ranked[row] for row in rows]
    narrated = _same_words(context, counted)

    def of_person(entry: TimeEntry) -> Hashable:
        return (entry.person, series[id(entry)])

    def of_firm(entry: TimeEntry) -> Hashable:
        return series[id(entry)]

    def narrative(entry: TimeEntry) -> Hashable:
        return (entry.person, folded(entry.narrative))

    def says_enough(entry: TimeEntry) -> bool:
        return said(entry.narrative) >= _SHORTEST_NARRATIVE

    told: set[int] = set()
    for entries, same in (
        (meetings, _Sameness("the same recurring meeting", of_person, lambda item: item, 2, _SERIES_SHARE)),
        (meetings, _Sameness("the same recurring meeting", of_firm, lambda item: item.at_project, uses, share)),
        (narrated, _Sameness("the same narrative", narrative, lambda item: item, uses, share, says_enough)),
    ):
        for entry, usual, others in _deviations(entries, same):
            if id(entry) not in told:
                told.add(id(entry))
                yield _fact(context, same, entry, usual, others)


def _same_words(context: CheckContext, counted: Mask) -> list[TimeEntry]:
    """The entries with a narrative that the same person has on several codes; a meeting of a series is known by more than words."""
    columns = context.columns
    long_enough = np.array([len(text) >= _FEWEST_SIGNS for text in columns.texts], np.bool_)
    words, _ = numbered(map(folded, columns.texts), len(columns.texts))
    chosen = counted & long_enough[columns.text]
    chosen[list(context.series)] = False
    groups = Groups(together(columns.person, words[columns.text]), np.flatnonzero(chosen))
    rows = sorted(row for group in groups.members(groups.varies(columns.item)) for row in group)
    return [context.ranked[row] for row in rows]


def _deviations(
    entries: Sequence[TimeEntry], same: _Sameness
) -> Iterator[tuple[TimeEntry, WorkItem, Sequence[TimeEntry]]]:
    """The entries that deviate, each with the usual code and all entries of the same work."""
    groups: dict[Hashable, list[TimeEntry]] = {}
    for entry in entries:
        groups.setdefault(same.key(entry), []).append(entry)
    for group in groups.values():
        if len({entry.item for entry in group}) < 2 or not same.counts(group[0]):
            continue
        codes = Counter(same.code(entry.item) for entry in group)
        if len(codes) < 2:
            continue
        usual = _usual(codes, same, len(group))
        if usual is None:
            continue
        changed = _taken_over(group, same, usual)
        for entry in group:
            code = same.code(entry.item)
            if code != usual and code not in changed:
                yield entry, usual, group


def _usual(codes: Mapping[WorkItem, int], same: _Sameness, total: int) -> WorkItem | None:
    first, second = sorted(codes, key=lambda code: (-codes[code], code))[:2]
    enough = codes[first] >= same.uses and codes[first] >= same.share * total and codes[first] > codes[second]
    return first if enough else None


def _taken_over(group: Sequence[TimeEntry], same: _Sameness, usual: WorkItem) -> set[WorkItem]:
    """The codes that were in use before the usual one came, or since it went."""
    on_usual = [entry.date for entry in group if same.code(entry.item) == usual]
    changed: set[WorkItem] = set()
    for code in {same.code(entry.item) for entry in group} - {usual}:
        dates = [entry.date for entry in group if same.code(entry.item) == code]
        apart = min(dates) > max(on_usual) or max(dates) < min(on_usual)
        if len(dates) >= _CHANGE_OVER and apart:
            changed.add(code)
    return changed


def _fact(
    context: CheckContext, same: _Sameness, entry: TimeEntry, usual: WorkItem, group: Sequence[TimeEntry]
) -> Fact:
    alike = [other for other in group if same.code(other.item) == usual]
    nearest = sorted(alike, key=lambda other: (abs((other.date - entry.date).days), other.id))[:_COMPARABLES]
    proposed = Counter(other.item for other in alike)
    # Compared by project, the task that most of the others use completes the proposal.
    item = min(proposed, key=lambda one: (-proposed[one], one))
    used = f"{count(len(alike), 'time', 'times')} of {len(group)}"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item), str(item)),
        measured=str(entry.item),
        expected=str(item),
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} for {same.what} that is booked on "
            f"{item if same.code(item) == item else usual} {used}; {item} is proposed."
        ),
        score=round(len(alike) / len(group), 4),
        value_at_risk=context.worth(entry),
        comparables=tuple(other.id for other in nearest),
    )
