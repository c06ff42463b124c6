"""How many requests one principal may send in a minute, and the headers that tell it (draft-ietf-httpapi-ratelimit-headers)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final

from hourtrail.domain.access import Principal, PrincipalKind
from hourtrail_serving.access import TooManyRequests

SECONDS: Final = 60

OF_A_PERSON: Final = 600
"""Ten a second: no hand is faster, and a page asks once."""

OF_A_PROGRAM: Final = 6_000
"""A PSA tool that carries the words of a whole firm: 600 people with twelve confirmations in ten minutes are 800 a minute."""


@dataclass(slots=True)
class Pace:
    """Counts by principal in windows of a minute, in this process. Safe between threads; a new window forgets the last one."""

    of_a_person: int = OF_A_PERSON
    of_a_program: int = OF_A_PROGRAM
    clock: Callable[[], float] = monotonic
    _lock: Lock = field(default_factory=Lock, repr=False)
    _window: int = -1
    _counts: dict[str, int] = field(default_factory=dict)

    def take(self, who: Principal) -> dict[str, str]:
        """The headers of an answer to this principal. Raises TooManyRequests when the minute's share is used up."""
        most = self.of_a_program if who.kind is PrincipalKind.PROGRAM else self.of_a_person
        now = self.clock()
        window, rest = int(now // SECONDS), max(1, round(SECONDS - now % SECONDS))
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            used = self._counts[who.id] = self._counts.get(who.id, 0) + 1
        headers = {
            "RateLimit-Policy": f'"minute";q={most};w={SECONDS}',
            "RateLimit": f'"minute";r={max(0, most - used)};t={rest}',
        }
        if used > most:
            raise TooManyRequests(rest, headers)
        return headers
