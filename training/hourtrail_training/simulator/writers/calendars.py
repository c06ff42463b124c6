"""calendars/<handle>.ics and graph/<handle>.json: the same calendar of each person in two native forms."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.world import Employee, Firm, PersonWeek
from hourtrail_training.simulator.writers.graph_file import as_graph
from hourtrail_training.simulator.writers.icalendar_file import as_ics
from hourtrail_training.simulator.writers.meetings import tell
from hourtrail_training.simulator.writers.seat_rows import SeatRows, seats_of
from hourtrail_training.simulator.writers.spool import Spool, lines_of, part_names, within

NAME: Final = "calendars"
GRAPH: Final = "graph"


class CalendarWriter:
    """Spools one part a person. A series' rule and exceptions are only known when its last occurrence is."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        self._folder = shard / NAME
        self._firm = firm
        self._spool = Spool(self._folder)
        self._rows = SeatRows()

    def week(self, week: PersonWeek) -> None:
        """The week's meetings."""
        for line in self._rows.lines(week.employee.id, week.seats):
            self._spool.add(week.employee.handle, line)

    def close(self) -> None:
        """Write each person's files, here already: a person belongs to one shard, and shards work at the same time."""
        self._spool.flush()
        names = {employee.id: employee.person.name for employee in self._firm.employees}
        parts = frozenset(part_names([self._folder]))
        for employee in self._firm.employees:
            if employee.handle in parts:
                self._write(employee, names)

    def _write(self, employee: Employee, names: dict[str, str]) -> None:
        seats = seats_of(lines_of([self._folder], employee.handle), employee.id)
        told = [one for seat in seats if (one := tell(seat)) is not None]
        path = self._folder / f"{employee.handle}.ics"
        path.write_text(as_ics(employee, told, names), encoding="utf-8", newline="")
        with (self._folder / f"{employee.handle}.json").open("w", encoding="utf-8", newline="") as out:
            out.writelines(as_graph(employee, told, names))


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """The files of all shards; a person without a single meeting has none."""
    del firm
    for name, suffix in ((NAME, "ics"), (GRAPH, "json")):
        (target / name).mkdir(parents=True, exist_ok=True)
        for folder in within(shards, NAME):
            for path in sorted(folder.glob(f"*.{suffix}")):
                shutil.copyfile(path, target / name / path.name)
