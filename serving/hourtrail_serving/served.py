"""What the process serves: one store, one tenant, one set of models; every endpoint gets it from the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated, Final

from fastapi import Depends, Request

from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.vectors import VectorMemory
from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_serving.gate import Login
from hourtrail_serving.idempotency import Answers

HEAVY_AT_ONCE: Final = 4
"""Requests that compute for seconds, at one time; pages and reads keep the other threads."""


class Busy(HourtrailError):
    """As many heavy requests as the process takes are being worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Shared by all requests; safe between threads."""

    store: Store
    tenant: str
    models: Models
    login: Login = field(default_factory=Login)
    vectors: VectorMemory = field(default_factory=VectorMemory)
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HEAVY_AT_ONCE))

    @property
    def answers(self) -> Answers:
        """Answers kept for retries, in the store."""
        return Answers(self.store, self.tenant)

    @contextmanager
    def heavy(self) -> Iterator[None]:
        """A place among those that compute. Raises Busy instead of making the client wait for one."""
        if not self.places.acquire(blocking=False):
            raise Busy(f"{HEAVY_AT_ONCE} requests are being computed already; ask again in some seconds")
        try:
            yield
        finally:
            self.places.release()


def _of(request: Request) -> Served:
    found: Served = request.app.state.served
    return found


Context = Annotated[Served, Depends(_of)]
"""Parameter type of an endpoint that reads or writes the store."""
