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

from rapidfuzz import fuzz

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
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
    entry: TimeEntry
    text: str
    numbers: tuple[str, ...]


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    least = float(policy.bound(NAME, "similarity"))
    apart = int(policy.bound(NAME, "minutes_apart"))
    for block in _blocks(context):
        told = [_read(entry) for entry in block]
        for index, later in enumerate(told):
            best: tuple[float, _Told] | None = None
            for earlier in told[max(0, index - _MOST_COMPARED) : index]:
                alike = _similarity(earlier, later, least) if _comparable(earlier, later, apart) else 0.0
                if alike >= least and (best is None or alike > best[0]):
                    best = (alike, earlier)
            if best:
                yield _fact(context, later.entry, best[1].entry, best[0], least)


def _blocks(context: CheckContext) -> Iterator[list[TimeEntry]]:
    blocks: dict[tuple[object, ...], list[TimeEntry]] = {}
    # What duplicate_entry says already is not said twice.
    for entry in context.distinct:
        if entry.minutes and entry.narrative.strip():
            blocks.setdefault((entry.person, entry.date, entry.item.at_project), []).append(entry)
    return (block for block in blocks.values() if len(block) > 1)


def _read(entry: TimeEntry) -> _Told:
    words = sorted(_WORD.findall(entry.narrative[:_LONGEST].casefold()))
    return _Told(entry, " ".join(words), tuple(word for word in words if any(sign.isdigit() for sign in word)))


def _comparable(earlier: _Told, later: _Told, apart: int) -> bool:
    return (
        earlier.numbers == later.numbers
        and abs(earlier.entry.minutes - later.entry.minutes) <= apart
        and not _separate(earlier.entry, later.entry)
    )


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
    """0..1; texts without a single word are not comparable."""
    if not earlier.text or not later.text:
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
        value_at_risk=worth(entry),
        comparables=(twin.id,),
    )
