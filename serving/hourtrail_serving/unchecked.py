"""What was written and still waits for its checks: one person's together, one person at a time for each tenant of a process.

They are kept in memory alone: when a process ends before their turn, the nightly pass finds what they would have.
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

PATIENCE: Final = 10.0
"""Seconds for which somebody who needs the findings waits for them; the nightly pass makes up for what takes longer."""


@dataclass(slots=True)
class _Waiting:
    """One person's decisions, and between which moments they are taken."""

    names: dict[str, None]
    due: float
    latest: float


class Unchecked:
    """Names of decisions whose entries wait. Safe between threads; nobody waits but who asks to (``settled``).

    A person's are taken when none came for ``quiet`` seconds, so that a day that is confirmed in a row is checked once, and at
    the latest after ``longest``.
    """

    def __init__(self, quiet: float = 0.0, longest: float = LONGEST, clock: Callable[[], float] = monotonic) -> None:
        self.quiet, self._longest, self._clock = quiet, longest, clock
        self._changed = Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._busy = ""
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
                try:
                    yield batch
                finally:
                    with self._changed:
                        self._busy = ""
                        self._changed.notify_all()
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
                self._busy = who = due[0]
                waiting = self._waiting.pop(who)
                batch = list(waiting.names)
                if rest := dict.fromkeys(batch[MOST_AT_ONCE:]):
                    self._waiting[who] = _Waiting(rest, waiting.due, waiting.latest)
                return batch[:MOST_AT_ONCE]
            # Under the same lock: who adds from here on finds nobody at it.
            self._manned = False
            return []

    def taken_of(self, who: str) -> list[str]:
        """What waits of one person, for somebody who cannot wait for their turn."""
        with self._changed:
            found = self._waiting.pop(who, None)
            return list(found.names) if found else []

    def settled(self, who: str, seconds: float = PATIENCE) -> bool:
        """Wait until nothing of this person is being checked; False when that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy != who, seconds)
