"""For how long what sources saw is kept, and what stops its removal."""

from datetime import date, timedelta

from hourtrail.domain.errors import Conflict
from hourtrail.domain.settings import Retention


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
            f"a legal hold keeps everything of {whose}; lift it first (retention in `hourtrail tenants settings`)"
        )
