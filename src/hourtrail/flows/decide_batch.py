"""Many decisions in one call: each answered on its own and in order, or all of them or none."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from hourtrail.domain.errors import Conflict, HourtrailError, InvalidInput
from hourtrail.flows.bulk import OneByOneOnly, entries_alone
from hourtrail.flows.decide import Decided, Request, decide_in
from hourtrail.store import Store, TenantStore

MOST: Final = 100
"""Decisions in one call."""

Answer: TypeAlias = Decided | HourtrailError


class BatchRefused(Conflict):
    """An all-or-nothing batch of which some could not be carried out: ``faults`` by their places, and nothing was."""

    def __init__(self, faults: Sequence[tuple[int, HourtrailError]]) -> None:
        place, error = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"nothing was decided, because of decision {place}: {error}{more}")
        self.faults = tuple(faults)


def decide_batch(
    store: Store,
    tenant: str,
    requests: Sequence[Request],
    *,
    atomic: bool = False,
    bulk: bool = True,
    allowed: Callable[[TenantStore, Request], None] | None = None,
    now: datetime | None = None,
) -> list[Answer]:
    """Carry them out in their order in one transaction; what one of them cannot do undoes that one alone.

    ``atomic``: all or nothing. ``bulk``: the person accepted them together, so what the policy wants looked at one by one is
    refused (``OneByOneOnly``); False says that each was looked at. ``allowed`` refuses by raising. Raises BatchRefused where
    it is atomic and one was refused, InvalidInput for none or too many.
    """
    if not 1 <= len(requests) <= MOST:
        raise InvalidInput(f"{len(requests)} decisions in one call; send 1 to {MOST}")
    at = now or datetime.now(UTC)
    answers: list[Answer] = []
    with store.tenant(tenant) as db:
        db.lock_decided([request.suggestion for request in requests])
        for place, request in enumerate(requests):
            try:
                with db.part():
                    if allowed is not None:
                        allowed(db, request)
                    # A microsecond apart, so that the log keeps their order and two like ones are two.
                    decided = decide_in(db, request, at + timedelta(microseconds=place))
                    if bulk:
                        _require_together(db, request, decided)
                answers.append(decided)
            except HourtrailError as error:
                answers.append(error)
        faults = [(place, answer) for place, answer in enumerate(answers) if isinstance(answer, HourtrailError)]
        if atomic and faults:
            raise BatchRefused(faults)
    return answers


def _require_together(db: TenantStore, request: Request, decided: Decided) -> None:
    """Refuse what was booked though the policy wants it looked at alone; the caller's savepoint takes it back."""
    alone = entries_alone(db, decided.entries)
    if alone:
        raise OneByOneOnly({request.suggestion: next(iter(alone.values()))})
