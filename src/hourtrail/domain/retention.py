"""For how long what sources saw is kept, and what stops its removal."""

from datetime import date, timedelta
from typing import Final

from hourtrail.domain.errors import Conflict, See
from hourtrail.domain.settings import Retention

SESSIONS_KEPT: Final = timedelta(days=30)
"""After a session ended; that somebody signed in stays in the audit trail."""
ANSWERS_KEPT: Final = timedelta(days=1)
"""Of an answer that is kept for a retry with the same ``Idempotency-Key``."""
FAILURES_KEPT: Final = timedelta(days=1)
"""Of failed sign-ins and the addresses that they came from; they count for an hour."""


def kept_from(days: int, today: date) -> date | None:
    """The first day of work that is still kept; None where nothing is ever removed (``days`` is 0)."""
    return today - timedelta(days=days) if days > 0 else None


def is_held(settings: Retention, person: str) -> bool:
    """Whether a legal hold keeps what concerns the person."""
    return settings.legal_hold or person in settings.held_people


def require_no_hold(settings: Retention, person: str) -> None:
    """Raises Conflict under a legal hold."""
    if is_held(settings, person):
        whose = "this tenant" if settings.legal_hold else person
        raise Conflict(
            f"a legal hold keeps everything of {whose}; lift it first (retention in the firm's settings)"
        ).seeing(See.SETTINGS)
