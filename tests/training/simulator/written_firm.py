"""The small world, traced and written once by two shards, for the tests of each form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tests.training.simulator.small_world import EMPLOYEES, FIRM, MONDAYS, OPTIONS, week_of

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.sources.contract_files import ContractFileSource
from hourtrail_training.simulator import writers
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.traces import Tracer
from hourtrail_training.simulator.world import Channel, Employee, PersonWeek, Trace

TODAY = date(2026, 5, 1)
SEED = 3


@dataclass(frozen=True)
class Written:
    """What was written where, and out of what."""

    folder: Path
    weeks: tuple[PersonWeek, ...]

    def traces(self, channel: Channel) -> list[Trace]:
        """All traces of one channel."""
        return [trace for week in self.weeks for trace in week.traces if trace.channel is channel]

    def activities(self, *sources: str) -> dict[str, Activity]:
        """The rows of activities.jsonl from these sources, by their ids."""
        rows = read_all(self.folder / "activities.jsonl")
        return {row.external_id: row for row in rows if row.source in sources}


def read_all(path: Path) -> list[Activity]:
    """Every activity of a contract file; none may be refused."""
    rows = list(ContractFileSource().read(path, ReadOptions(today=TODAY)))
    assert not [row for row in rows if isinstance(row, Rejected)]
    return [row for row in rows if isinstance(row, Activity)]


def write(
    folder: Path, split: Sequence[Sequence[Employee]] = (EMPLOYEES[:2], EMPLOYEES[2:]), *, by_person: bool = False
) -> Written:
    """Trace and write everything with one shard for each group of people, week by week or person by person."""
    parameters = draw(SEED, {"commits_per_code_hour": 1.5, "commit_offspring": 0.5, "merge_share": 0.15, "co_author_share": 0.12, "transcript_share": 0.2})  # fmt: skip
    tracer = Tracer(FIRM, replace(OPTIONS, seed=SEED), parameters)
    weeks, shards = [], []
    for number, people in enumerate(split):
        shards.append(folder / f"shard-{number}")
        opened = writers.open_all(shards[-1], FIRM)
        pairs = [(employee, monday) for monday in MONDAYS for employee in people]
        for employee, monday in sorted(pairs, key=lambda pair: pair[0].id) if by_person else pairs:
            weeks.append(tracer.leave(week_of(employee, monday)))
            for writer in opened:
                writer.week(weeks[-1])
        for writer in opened:
            writer.close()
    writers.merge_all(shards, folder / "firm", FIRM)
    return Written(folder / "firm", tuple(weeks))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
