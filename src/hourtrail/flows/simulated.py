"""Numbers from simulated work are named so wherever they are printed."""

from collections.abc import Iterable

from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry


def says_simulated(rows: Iterable[Activity | TimeEntry]) -> bool:
    """Whether any row's own file says that it is simulated (a further column ``simulated``)."""
    return any(row.extra.get("simulated") == "true" for row in rows)
