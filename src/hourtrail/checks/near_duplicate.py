"""Probably the same work booked again, in slightly other words or with a start added.

Two entries are compared when person, date and project are the same, the minutes are close, and their times do not show two
separate sessions. Numbers in the narratives must be the same, since ticket 123 is not ticket 124. The score is the
similarity of the narratives (normalised indel similarity, rapidfuzz's ``ratio``, on words in alphabetical order): it says
how alike the texts are, not how probable an error is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from hourtrail.checks.columns import Groups, numbered, together
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject

NAME = "near_duplicate"

_WORD: Final = re.compile(r"[^\W_]+")
# Below this, one letter is a different matter ("call A", "call B"): only a change of case or punctuation is forgiven.
_SHORTEST_FUZZY: Final = 12
_LONGEST: Final = 1000
# Each entry is compared with at most this many earlier ones, so that a broken export cannot hold the run.
_MOST_COMPARED: Final = 30


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding on the later row of each pair, with the most similar earlier row as its twin."""
    return report(NAME, policy, _facts(context, policy))


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    numbers: tuple[str, ...]


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    least = float(policy.bound(NAME, "similarity"))
    apart = int(policy.bound(NAME, "minutes_apart"))
    for block in _blocks(context, apart):
        told: dict[str, _Told] = {}
        for index, later in enumerate(block):
            best: tuple[float, TimeEntry] | None = None
            for earlier in block[max(0, index - _MOST_COMPARED) : index]:
                # Minutes and times rule most pairs out before a text is read.
                if abs(earlier.minutes - later.minutes) > apart or _separate(earlier, later):
                    continue
                alike = _similarity(_read(earlier, told), _read(later, told), least)
                if alike >= least and (best is None or alike > best[0]):
                    best = (alike, earlier)
            if best:
                yield _fact(context, later, best[1], best[0], least)


def _blocks(context: CheckContext, apart: int) -> Iterator[list[TimeEntry]]:
    """The entries of one person, day and project, where two of them are close in minutes; in their order."""
    columns = context.columns
    projects, _ = numbered((item.at_project for item in columns.items), len(columns.items))
    # What duplicate_entry says already is not said twice.
    rows = np.flatnonzero(context.distinct & (columns.minutes > 0) & (columns.stripped >= 0))
    place = together(columns.person_day, projects[columns.item])
    ordered = rows[np.lexsort((columns.minutes[rows], place[rows]))]
    close = (np.diff(place[ordered]) == 0) & (np.diff(columns.minutes[ordered]) <= apart)
    blocks = Groups(place, rows)
    for block in blocks.members(np.isin(blocks.numbers, place[ordered[1:][close]])):
        yield [context.ranked[row] for row in block]


def _read(entry: TimeEntry, told: dict[str, _Told]) -> _Told:
    """What the narrative tells; every one is read once."""
    if entry.narrative not in told:
        words = sorted(_WORD.findall(entry.narrative[:_LONGEST].casefold()))
        numbers = tuple(word for word in words if any(sign.isdigit() for sign in word))
        told[entry.narrative] = _Told(" ".join(words), numbers)
    return told[entry.narrative]


def _separate(one: TimeEntry, other: TimeEntry) -> bool:
    """Whether both tell their time and the times share nothing: two sessions of the same work."""
    if one.start is None or other.start is None:
        return False
    return _end(one, one.start) <= other.start or _end(other, other.start) <= one.start


def _end(entry: TimeEntry, start: datetime) -> datetime:
    try:
        return entry.end or start + timedelta(minutes=entry.minutes)
    except OverflowError:
        return start


def _similarity(earlier: _Told, later: _Told, least: float) -> float:
    """0..1; texts without a single word are not comparable, nor are such with other numbers."""
    if not earlier.text or not later.text or earlier.numbers != later.numbers:
        return 0.0
    if earlier.text == later.text:
        return 1.0
    if min(len(earlier.text), len(later.text)) < _SHORTEST_FUZZY:
        return 0.0
    return fuzz.ratio(earlier.text, later.text, score_cutoff=least * 100) / 100


def _fact(context: CheckContext, entry: TimeEntry, twin: TimeEntry, alike: float, least: float) -> Fact:
    booked = str(entry.item) if entry.item == twin.item else f"{entry.item} and {twin.item}"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=tuple(sorted((entry.id, twin.id))),
        measured=f"narratives {alike:.0%} alike, {duration(entry.minutes)} and {duration(twin.minutes)}",
        expected=f"narratives less than {least:.0%} alike, or separate times",
        explanation=(
            f"{context.name(entry.person)} may have booked the same work on {day(entry.date)} twice: entry {entry.id} reads "
            f"almost like entry {twin.id} ({booked}, {duration(entry.minutes)} and {duration(twin.minutes)})."
        ),
        score=round(alike, 4),
        value_at_risk=context.worth(entry),
        comparables=(twin.id,),
    )
