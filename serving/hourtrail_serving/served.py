"""What one tenant is served with: the store, its models, its settings; every endpoint gets that of whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import Annotated, Final

from fastapi import Depends, Request

from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.settings import TenantSettings
from hourtrail.flows.vectors import TenantVectors, VectorMemory
from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_serving.brought import BroughtMemory, TenantBrought
from hourtrail_serving.gate import Login
from hourtrail_serving.idempotency import Answers, InWork
from hourtrail_serving.unchecked import Unchecked

HEAVY_AT_ONCE: Final = 4
"""Requests that compute for seconds, at one time; pages and reads keep the other threads."""


class Busy(HourtrailError):
    """As many heavy requests as the process takes are being worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Shared by all requests of one tenant; safe between threads.

    ``places`` and ``checking`` (had by whoever checks what was written) are the process's, ``own_places`` the tenant's share of
    the places. ``firm`` is the path by which this tenant's
    sign-in page was reached, where no host name leads to it.
    """

    store: Store
    tenant: str
    models: Models
    login: Login = field(default_factory=Login)
    settings: TenantSettings = field(default_factory=TenantSettings)
    vectors: TenantVectors = field(default_factory=lambda: VectorMemory().of(""))
    brought: TenantBrought = field(default_factory=lambda: BroughtMemory().of(""))
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HEAVY_AT_ONCE))
    own_places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HEAVY_AT_ONCE))
    unchecked: Unchecked = field(default_factory=Unchecked)
    checking: Lock = field(default_factory=Lock)
    in_work: InWork = field(default_factory=InWork)
    firm: str = ""

    @property
    def answers(self) -> Answers:
        """Answers kept for retries, in the store."""
        return Answers(self.store, self.tenant, self.in_work)

    def forget_texts(self) -> None:
        """Forget what requests brought along, where a person's texts and name have to go."""
        self.vectors.forget()
        self.brought.forget()

    @contextmanager
    def heavy(self) -> Iterator[None]:
        """A place among those that compute. Raises Busy instead of making the client wait for one."""
        if not self.own_places.acquire(blocking=False):
            raise Busy("as many requests as are your share are being computed already; ask again in some seconds")
        try:
            if not self.places.acquire(blocking=False):
                raise Busy(f"{HEAVY_AT_ONCE} requests are being computed already; ask again in some seconds")
            try:
                yield
            finally:
                self.places.release()
        finally:
            self.own_places.release()


def served_of(request: Request) -> Served:
    """What is served to whoever asks: their credential's tenant; of an open route, the tenant at whose door it is."""
    found: Served | None = getattr(request.state, "served", None)
    if found is None:
        found = request.state.served = request.app.state.tenancy.at_the_door(request)
    return found


Context = Annotated[Served, Depends(served_of)]
"""Parameter type of an endpoint that reads or writes the store."""
