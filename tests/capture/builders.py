"""Short ways to write one person's day, shared by the capture tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hourtrail.capture import Captured
from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.firm import Person

BERLIN = Person(id="ada", zone="Europe/Berlin")


def at(clock: str, day: str = "2026-03-02") -> datetime:
    """A time of day in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def activity(
    name: str, kind: str, clock: str, minutes: int | None = None, *, day: str = "2026-03-02", **fields: Any
) -> Activity:
    start = at(clock, day)
    end = None if minutes is None else start + timedelta(minutes=minutes)
    return Activity(source="t", external_id=name, kind=ActivityKind(kind), person="ada", start=start, end=end, **fields)


def clock(block: WorkBlock) -> str:
    """``09:00-10:00`` in UTC."""
    return f"{block.span.start:%H:%M}-{block.span.end:%H:%M}"


def evidence(block: WorkBlock) -> dict[str, str]:
    """Why, by the activity's short name."""
    return {row.activity.removeprefix("t:"): row.why for row in block.evidence}


def withheld(captured: Captured) -> dict[str, str]:
    """Reason, by the activity's short name."""
    return {row.block.removeprefix("t:"): row.reason for row in captured.withheld}
