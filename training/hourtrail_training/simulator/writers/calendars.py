"""calendars/<handle>.ics and graph/<handle>.json: the same calendar of each person in two native forms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.world import Firm, PersonWeek
from hourtrail_training.simulator.writers.graph_file import as_graph
from hourtrail_training.simulator.writers.icalendar_file import as_ics
from hourtrail_training.simulator.writers.meetings import tell
from hourtrail_training.simulator.writers.seat_rows import SeatRows, seats_of
from hourtrail_training.simulator.writers.spool import Spool, lines_of, within

NAME: Final = "calendars"
GRAPH: Final = "graph"


class CalendarWriter:
    """Spools one part a person. A series' rule and exceptions are only known when its last occurrence is."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        del firm
        self._spool = Spool(shard / NAME)
        self._rows = SeatRows()

    def week(self, week: PersonWeek) -> None:
        """The week's meetings."""
        for line in self._rows.lines(week.employee.id, week.seats):
            self._spool.add(week.employee.handle, line)

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """Two files a person; one person's year is in memory at a time."""
    for name in (NAME, GRAPH):
        (target / name).mkdir(parents=True, exist_ok=True)
    names = {employee.id: employee.person.name for employee in firm.employees}
    for employee in firm.employees:
        seats = seats_of(lines_of(within(shards, NAME), employee.handle), employee.id)
        told = [one for seat in seats if (one := tell(seat)) is not None]
        path = target / NAME / f"{employee.handle}.ics"
        path.write_text(as_ics(employee, told, names), encoding="utf-8", newline="")
        with (target / GRAPH / f"{employee.handle}.json").open("w", encoding="utf-8", newline="") as out:
            out.writelines(as_graph(employee, told, names))
