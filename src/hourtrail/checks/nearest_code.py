"""The code that was most likely meant: the most similar one that takes bookings that day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from rapidfuzz import fuzz, process

from hourtrail.domain.firm import Task, WorkItem

# Codes less alike than this (rapidfuzz ratio, 0..100) are no help; a list of more wrong codes is another file's list.
_LEAST_ALIKE: Final = 60.0
_MOST_LOOKED_UP: Final = 1000
_MOST_COMPARED: Final = 20


class NearestCodes:
    """For each of ``items``, the twenty most similar codes of the task list, so that a closed one can be passed over."""

    def __init__(self, items: Iterable[WorkItem], tasks: Sequence[Task]) -> None:
        self._tasks: dict[str, list[Task]] = {}
        for task in tasks:
            self._tasks.setdefault(str(task.item), []).append(task)
        self._alike = most_alike(items, sorted(self._tasks))

    def open_on(self, item: WorkItem, day: date) -> str:
        """The nearest code that is open on ``day``; empty when none is near enough."""
        for code in self._alike.get(item, ()):
            if any(task.open_on(day) for task in self._tasks[code]):
                return code
        return ""


def most_alike(items: Iterable[WorkItem], codes: Sequence[str]) -> dict[WorkItem, tuple[str, ...]]:
    """For each of ``items``, at most a thousand, the twenty most similar of the sorted ``codes``, the nearest first."""
    return {item: _alike(item, codes) for item in sorted(set(items))[:_MOST_LOOKED_UP]}


def _alike(item: WorkItem, codes: Sequence[str]) -> tuple[str, ...]:
    # With the client left out of the entry, the client's part of the code tells nothing.
    scorer = fuzz.ratio if item.client else fuzz.partial_ratio
    found = process.extract(str(item), codes, scorer=scorer, score_cutoff=_LEAST_ALIKE, limit=_MOST_COMPARED)
    return tuple(code for code, _, _ in found)
