"""How many requests one principal may send in a minute, and the headers that tell it (draft-ietf-httpapi-ratelimit-headers)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final

from hourtrail.domain.access import Principal, PrincipalKind
from hourtrail.domain.settings import Limits
from hourtrail_serving.access import TooManyRequests

SECONDS: Final = 60


@dataclass(slots=True)
class Pace:
    """Counts by principal in windows of a minute, in this process. Safe between threads; a new window forgets the last one.

    ``of_a_person`` and ``of_a_program`` stand above what a tenant's settings say; 0 leaves it to those. ``of_an_address``
    is what one address may ask of an open door: nobody is known there yet.
    """

    of_a_person: int = 0
    of_a_program: int = 0
    of_an_address: int = 60
    clock: Callable[[], float] = monotonic
    _lock: Lock = field(default_factory=Lock, repr=False)
    _window: int = -1
    _counts: dict[str, int] = field(default_factory=dict)

    def take(self, who: Principal, tenant: str, limits: Limits) -> dict[str, str]:
        """The headers of an answer to this principal. Raises TooManyRequests when the minute's share is used up."""
        if who.kind is PrincipalKind.PROGRAM:
            most = self.of_a_program or limits.program_per_minute
        else:
            most = self.of_a_person or limits.person_per_minute
        return self._take(f"{tenant} {who.id}", most)

    def knock(self, address: str) -> dict[str, str]:
        """The same for whoever comes from this network address. Raises TooManyRequests."""
        return self._take(f"address {address}", self.of_an_address)

    def _take(self, name: str, most: int) -> dict[str, str]:
        now = self.clock()
        window, rest = int(now // SECONDS), max(1, round(SECONDS - now % SECONDS))
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            used = self._counts[name] = self._counts.get(name, 0) + 1
        headers = {
            "RateLimit-Policy": f'"minute";q={most};w={SECONDS}',
            "RateLimit": f'"minute";r={max(0, most - used)};t={rest}',
        }
        if used > most:
            raise TooManyRequests(rest, headers)
        return headers
