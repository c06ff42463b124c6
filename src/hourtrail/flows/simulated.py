"""Numbers from simulated work are named so wherever they are printed."""

from collections.abc import Iterable, Mapping

from hourtrail.columnar import EntryColumns
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry


def says_simulated(rows: Iterable[Activity | TimeEntry]) -> bool:
    """Whether any row's own file says that it is simulated (a further column ``simulated``)."""
    if isinstance(rows, EntryColumns):
        return bool(rows.has("extra", _says_so).any())
    return any(_says_so(row.extra) for row in rows)


def _says_so(extra: Mapping[str, str]) -> bool:
    return extra.get("simulated") == "true"
