"""Writes a simulated firm to a folder: its people in shards, week by week, so that memory does not grow with the time."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final

from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator import meetings, reports
from hourtrail_training.simulator.founding import found
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.traces import Tracer
from hourtrail_training.simulator.working import Worker
from hourtrail_training.simulator.world import Employee, Firm, PersonWeek
from hourtrail_training.simulator.writers import FORMS, Form, Writer, build_repositories, write_master

MARK: Final = "simulation.json"
"""Stands in every folder that the simulator wrote; only such a folder is written again."""
SPOOL: Final = ".spool"
ALWAYS: Final = ("activities", "truth")
"""Forms without which a firm can be neither read nor scored."""
WORKERS: Final = 2
ABOUT: Final = """This firm is simulated: nobody in it is real, and nothing in it was measured.

`simulation.json` says how it was made; the same options write the same bytes. `truth/` holds what really happened and is
never given to the product. Results on simulated data may say "works end to end", "this method before that one" and "fails
like this", never how well the product does in the field.
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What was written."""

    folder: Path
    firm: Firm
    weeks: int
    entries: int
    faults: int
    seconds: float

    @property
    def person_days(self) -> int:
        """Calendar days of all people."""
        return len(self.firm.employees) * self.weeks * 7


def simulate(
    options: SimulateOptions,
    parameters: Parameters,
    folder: Path,
    *,
    forms: Sequence[str] = (),
    workers: int = WORKERS,
    repositories: bool = True,
    say: Say,
) -> Simulated:
    """Write the firm that ``options`` and ``parameters`` make to ``folder``, the same bytes for any number of workers.

    ``forms`` names the forms of evidence (all when empty); ``repositories`` builds real git repositories out of the
    histories where git is installed. Raises Conflict when the folder holds something else than a simulated firm,
    InvalidInput for an unknown form.
    """
    began = time.monotonic()
    chosen = _forms(forms)
    if workers < 1:
        raise InvalidInput(f"workers {workers}: at least one process is needed")
    _clear(folder)
    firm = found(options, parameters)
    write_master(firm, folder)
    weeks = _mondays(options)
    shards = _shards(len(firm.employees), min(workers, len(firm.employees)))
    spools = [folder / SPOOL / f"{number:03d}" for number in range(len(shards))]
    jobs = [
        _Job(options, parameters, first, last, tuple(form.name for form in chosen), spool)
        for (first, last), spool in zip(shards, spools, strict=True)
    ]
    with _naming(folder):
        entries, faults = _run(jobs, len(weeks), say)
        say("putting the shards together")
        for form in chosen:
            form.merge(spools, folder, firm)
        reports.merge(spools, folder, firm)
    shutil.rmtree(folder / SPOOL)
    if repositories and any(form.name == "repositories" for form in chosen) and shutil.which("git"):
        say("building the git repositories")
        build_repositories(folder, firm)
    _tell(folder, options, parameters, chosen)
    return Simulated(
        folder=folder, firm=firm, weeks=len(weeks), entries=entries, faults=faults, seconds=time.monotonic() - began
    )


@contextmanager
def _naming(folder: Path) -> Iterator[None]:
    """Errors of the system that name no file, such as a full disk, name ``folder``."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(folder)) from error


def _forms(names: Sequence[str]) -> tuple[Form, ...]:
    known = {form.name for form in FORMS}
    unknown = sorted(set(names) - known)
    if unknown:
        raise InvalidInput(f"unknown form {unknown[0]!r}; choose from {', '.join(sorted(known))}")
    return tuple(form for form in FORMS if not names or form.name in names or form.name in ALWAYS)


def _clear(folder: Path) -> None:
    """Make room: an earlier simulation is replaced, anything else is left alone."""
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise Conflict(f"{folder} holds something that the simulator did not write; name a new folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # At once, so that a run that was interrupted can be repeated into the same folder.
    (folder / MARK).write_text('{"unfinished": true}\n', encoding="utf-8")


def _mondays(options: SimulateOptions) -> tuple[date, ...]:
    first = monday_of(options.first)
    return tuple(first + timedelta(days=at) for at in range(0, (options.last - first).days + 1, 7))


def _shards(people: int, count: int) -> list[tuple[int, int]]:
    """Bounds [first, last) of ``count`` neighbouring shards of nearly equal size."""
    edges = [people * number // count for number in range(count + 1)]
    return list(pairwise(edges))


def _tell(folder: Path, options: SimulateOptions, parameters: Parameters, forms: Sequence[Form]) -> None:
    about = {"simulated": True, "options": asdict(options), "forms": [form.name for form in forms]}
    _write_json(folder / MARK, about)
    _write_json(
        folder / "truth" / "parameters.json",
        {"simulated": True, **{name: parameters[name] for name in sorted(parameters)}},
    )
    (folder / "README.md").write_text(ABOUT, encoding="utf-8")


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, default=str, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Job:
    """One shard, for whichever process takes it: everything else is made again from options and parameters."""

    options: SimulateOptions
    parameters: Parameters
    first: int
    last: int
    forms: tuple[str, ...]
    spool: Path


def _run(jobs: Sequence[_Job], weeks: int, say: Say) -> tuple[int, int]:
    if len(jobs) == 1:
        counts = [_shard(jobs[0], _progress(weeks, say))]
    else:
        # Spawned, not forked: the caller may hold threads and locks of model libraries.
        with ProcessPoolExecutor(len(jobs), mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
            say(f"simulating {weeks} weeks in {len(jobs)} processes")
            counts = _gather([pool.submit(_shard, job) for job in jobs], say)
    return sum(row[0] for row in counts), sum(row[1] for row in counts)


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, be it killed.

    It would write on otherwise, into the parts of whoever simulates into the same folder again.
    """
    parent = parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            os._exit(1)

        Thread(target=watch, daemon=True).start()


def _gather(running: Sequence["Future[tuple[int, int]]"], say: Say) -> list[tuple[int, int]]:
    """Wait for all; the first failure ends the waiting and is raised."""
    pending = set(running)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        say(f"{len(running) - len(pending)} of {len(running)} shards done")
    return [future.result() for future in running]


def _progress(weeks: int, say: Say) -> Callable[[int], None]:
    step = max(1, weeks // 10)
    return lambda done: say(f"{done} of {weeks} weeks") if done % step == 0 else None


def _shard(job: _Job, progress: Callable[[int], None] = lambda _done: None) -> tuple[int, int]:
    """Simulate and write one shard's people. Returns how many time entries and how many labelled faults it holds."""
    firm = found(job.options, job.parameters)
    plan = meetings.plan(firm, job.options, job.parameters)
    people = firm.employees[job.first : job.last]
    writers = tuple(form.open(job.spool, firm) for form in FORMS if form.name in job.forms)
    desk, tracer = _Desk(firm, people, job), Tracer(firm, job.options, job.parameters)
    names = [employee.id for employee in people]
    for number, monday in enumerate(_mondays(job.options), start=1):
        seats = meetings.seats_of_week(firm, plan, job.options, job.parameters, monday, names)
        for employee in people:
            week = Worker(firm, employee, job.options, job.parameters).week(monday, seats[employee.id])
            desk.take(employee, tracer.leave(week), writers)
        progress(number)
    for writer in writers:
        writer.close()
    return desk.close()


class _Desk:
    """Where a shard's weeks become files: evidence as it is, reports as people write them, some with faults put in."""

    def __init__(self, firm: Firm, people: Sequence[Employee], job: _Job) -> None:
        known = reports.known_of(firm)
        self._reporters = {row.id: reports.Reporter(firm, row, job.options, job.parameters) for row in people}
        self._injectors = {row.id: reports.ReportInjector(known, row, job.options) for row in people}
        self._out = reports.ReportWriter(job.spool)
        self._entries = self._faults = 0

    def take(self, employee: Employee, week: PersonWeek, writers: Sequence[Writer]) -> None:
        for writer in writers:
            writer.week(week)
        lines, labels = self._injectors[employee.id].week(week, self._reporters[employee.id].week(week))
        self._out.lines(employee.handle, lines)
        self._out.labels(employee.handle, labels)
        self._entries += len(lines)
        self._faults += len(labels)

    def close(self) -> tuple[int, int]:
        self._out.close()
        return self._entries, self._faults
