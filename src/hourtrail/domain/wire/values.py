"""Values that several bodies share: instants, decimals, work items."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import format_instant

Json = dict[str, Any]


def instant_text(value: datetime | None) -> str | None:
    """RFC 3339 text; None stays None."""
    return None if value is None else format_instant(value)


def decimal_text(value: Decimal | None) -> str | None:
    """All digits, without an exponent; None stays None."""
    return None if value is None else format(value, "f")


def item_to_json(item: WorkItem | None) -> Json:
    """``{"client", "project", "task"}``; empty strings when unassigned."""
    return {
        "client": item.client if item else "",
        "project": item.project if item else "",
        "task": item.task if item else "",
    }


def item_from_json(body: Mapping[str, Any]) -> WorkItem:
    """A work item; missing keys are empty."""
    return WorkItem(str(body.get("client") or ""), str(body.get("project") or ""), str(body.get("task") or ""))
