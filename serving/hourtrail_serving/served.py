"""What the process serves: one store, one tenant, one set of models; every endpoint gets it from the application."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_serving.idempotency import Answers
from hourtrail_serving.vectors import VectorMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Shared by all requests; safe between threads."""

    store: Store
    tenant: str
    models: Models
    answers: Answers = field(default_factory=Answers)
    vectors: VectorMemory = field(default_factory=VectorMemory)


def _of(request: Request) -> Served:
    found: Served = request.app.state.served
    return found


Context = Annotated[Served, Depends(_of)]
"""Parameter type of an endpoint that reads or writes the store."""
