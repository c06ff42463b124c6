"""What was written and still waits for its checks: one person's together, one person at a time for each tenant of a process.

They are kept in memory alone: when a process ends before their turn, the nightly pass finds what they would have, and nothing
is handed in without checks of its own, whichever process wrote it (``hourtrail.flows.handing_in``).
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import Final

MOST_AT_ONCE: Final = 200

QUIET: Final = 5.0
"""Seconds without a further decision after which a server checks somebody's."""

LONGEST: Final = 30.0
"""Seconds that a decision waits for its checks at most, however many follow it."""


@dataclass(slots=True)
class _Waiting:
    """One person's decisions, and between which moments they are taken."""

    names: dict[str, None]
    due: float
    latest: float


class Unchecked:
    """Names of decisions whose entries wait. Safe between threads.

    A person's are taken when none came for ``quiet`` seconds, so that a day that is confirmed in a row is checked once, and at
    the latest after ``longest``.
    """

    def __init__(self, quiet: float = 0.0, longest: float = LONGEST, clock: Callable[[], float] = monotonic) -> None:
        self.quiet, self._longest, self._clock = quiet, longest, clock
        self._changed = Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._manned = False

    def add(self, who: str, names: Iterable[str]) -> None:
        """Decisions of one person wait, once each."""
        fresh, now = dict.fromkeys(names), self._clock()
        with self._changed:
            if fresh:
                standing = self._waiting.setdefault(who, _Waiting({}, now, now + self._longest))
                standing.names.update(fresh)
                standing.due = min(now + self.quiet, standing.latest)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits; what is being checked does not count."""
        return not self._waiting

    @property
    def is_manned(self) -> bool:
        """Whether somebody is at it who takes what is added too."""
        with self._changed:
            return self._manned

    def batches(self) -> Generator[list[str], None, None]:
        """One person's after the other, each when it is due, as long as anything waits; nothing while somebody else is at it,
        who takes these too.
        """
        with self._changed:
            if self._manned:
                return
            self._manned = True
        try:
            while batch := self._take():
                yield batch
        except BaseException:
            # Given up in the middle; at a regular end _take has said so, and somebody else may be at it by now.
            with self._changed:
                self._manned = False
            raise

    def _take(self) -> list[str]:
        with self._changed:
            while self._waiting:
                now = self._clock()
                due = [name for name, row in self._waiting.items() if row.due <= now]
                if not due:
                    self._changed.wait(min(row.due for row in self._waiting.values()) - now)
                    continue
                # Whoever has waited longest; a dict keeps the order in which they came.
                who = due[0]
                waiting = self._waiting.pop(who)
                batch = list(waiting.names)
                if rest := dict.fromkeys(batch[MOST_AT_ONCE:]):
                    self._waiting[who] = _Waiting(rest, waiting.due, waiting.latest)
                return batch[:MOST_AT_ONCE]
            # Under the same lock: who adds from here on finds nobody at it.
            self._manned = False
            return []
