"""What was written and still waits for its checks: one person's together, one person at a time for each tenant of a process.

Checking writes findings, and on SQLite one writer keeps the others waiting: what is checked at once has to stay short.
"""

from collections.abc import Generator, Iterable
from threading import Condition
from typing import Final

MOST_AT_ONCE: Final = 200
PATIENCE: Final = 10.0
"""Seconds for which somebody who needs the findings waits for them; the nightly pass makes up for what takes longer."""


class Unchecked:
    """Names of decisions whose entries wait. Safe between threads; nobody waits but who asks to (``settled``)."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._names: dict[str, dict[str, None]] = {}
        self._busy = ""

    def add(self, who: str, names: Iterable[str]) -> None:
        """Decisions of one person wait, once each."""
        with self._changed:
            if fresh := dict.fromkeys(names):
                self._names.setdefault(who, {}).update(fresh)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits; what is being checked does not count."""
        return not self._names

    def batches(self) -> Generator[list[str], None, None]:
        """One person's after the other, as long as anything waits; nothing while somebody else is at it, who takes these too."""
        while batch := self._take():
            try:
                yield batch
            finally:
                with self._changed:
                    self._busy = ""
                    self._changed.notify_all()

    def _take(self) -> list[str]:
        with self._changed:
            if self._busy or not self._names:
                return []
            self._busy = who = next(iter(self._names))
            waiting = self._names.pop(who)
            batch = list(waiting)[:MOST_AT_ONCE]
            if rest := dict.fromkeys(list(waiting)[MOST_AT_ONCE:]):
                self._names[who] = rest
            return batch

    def taken_of(self, who: str) -> list[str]:
        """What waits of one person, for somebody who cannot wait for their turn."""
        with self._changed:
            return list(self._names.pop(who, ()))

    def settled(self, who: str, seconds: float = PATIENCE) -> bool:
        """Wait until nothing of this person is being checked; False when that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy != who, seconds)
