"""The report as steps, each in a process of its own: what is done is kept, so that a run that was ended goes on from there."""

import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import hourtrail.features
import hourtrail_models
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Encoder
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training.mapping_report.parts import Line, Report
from hourtrail_training.mixed_rows import read_rows
from hourtrail_training.public_mix import HADOOP, NIFI, OPENSTACK, PUBLIC
from hourtrail_training.ranker import file_digest
from hourtrail_training.release_gate import OnDisk
from hourtrail_training.release_gate import measure as gate_measured

VERSION: Final = "1"
"""Raised when a step measures something else than before, so that nothing kept is taken for it."""
VECTORS: Final = "vectors.sqlite"
BREAKS: Final = [1, 2, 3, 4, 5]
AIMS: Final = (None, 0.95, 0.965, 0.97)
SAID_EVERY: Final = 15.0
"""Seconds between two lines of progress of a step."""

Say = Callable[[str], None]
Told = dict[str, Any]
"""What a step leaves: ``key``, ``lines``, ``seconds``, ``processor_seconds``, ``peak_mb``."""


@dataclass(frozen=True, slots=True)
class Step:
    """A name for ``--only``, what it measures, whether others may run beside it, and what plays a part: the bundled ranker,
    simulated firms, how the code is written.
    """

    name: str
    measure: Callable[[Report], Iterable[Line]]
    alone: bool = False
    of_ranker: bool = True
    of_simulated: bool = False
    of_code: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Where the sets lie, and where vectors and finished steps are kept.

    ``simulated`` are the rows of simulated firms that the models of the zero-shot part learn from too.
    """

    data: Path
    work: Path
    simulated: Path | None = None

    def report(self, say: Say) -> Report:
        """With the bundled encoder behind the file of vectors."""
        rows = None if self.simulated is None else read_rows(self.simulated)
        return Report(self.data, say, OnDisk(bundled_encoder(), self.work / VECTORS), rows)

    def kept(self, name: str) -> Path:
        """The file of a step."""
        return self.work / f"{name}.json"


@dataclass(slots=True)
class Counted:
    """An encoder that counts its texts."""

    encoder: Encoder
    texts: int = 0

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The encoder's own."""
        return self.encoder.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension)."""
        self.texts += len(texts)
        return self.encoder.encode(texts)


def _vectors(report: Report) -> Iterator[Line]:
    """``encoded`` says how many texts were, because those that an earlier run left cost nothing."""
    disk = report.encoder
    for portion in PUBLIC:
        counted = Counted(disk.encoder if isinstance(disk, OnDisk) else disk)
        report.encoder = OnDisk(counted, disk.file) if isinstance(disk, OnDisk) else counted
        began, clock = time.monotonic(), time.process_time()
        rows = len(report.world(portion).rows)
        report.forget(portion)
        yield {
            "part": "vectors",
            "set": portion.folder,
            "rows": rows,
            "encoded": counted.texts,
            "seconds": round(time.monotonic() - began, 1),
            "processor_seconds": round(time.process_time() - clock, 1),
        }


def _openstack(report: Report) -> Iterable[Line]:
    return chain(report.bundled(OPENSTACK, None), report.new_people())


def _zero_shot(report: Report) -> Iterable[Line]:
    return chain(report.zero_shot(), report.new_projects())


def _gate(report: Report) -> Iterator[Line]:
    vectors = report.encoder.file if isinstance(report.encoder, OnDisk) else None
    found = gate_measured(report.data, BREAKS, list(AIMS), vectors, report.say)
    yield from ({"part": "gate", "overlap": found["overlap"], **row} for row in found["calm"])
    yield from ({"part": "break", **row} for row in found["break"])


STEPS: Final = (
    Step("vectors", _vectors, alone=True, of_ranker=False),
    Step("openstack-refits", lambda report: report.bundled(OPENSTACK, 90.0)),
    Step("gate", _gate),
    Step("zero-shot", _zero_shot, of_simulated=True),
    Step("openstack", _openstack),
    Step("hadoop", lambda report: report.bundled(HADOOP, None, 30.0, 90.0)),
    Step("nifi", lambda report: report.bundled(NIFI, None, 30.0)),
    Step("cost", Report.cost, alone=True, of_code=True),
)
"""Vectors first, because all others read them; the cost last, when nothing else takes time; between them the longest first."""
NAMES: Final = tuple(step.name for step in STEPS)


def key(where: Run, step: Step) -> str:
    """What a kept step must agree in: the sets, the bundled encoder, the report; the bundled ranker, its features; the code."""
    said = [VERSION, *(file_digest(portion.file(where.data)) for portion in PUBLIC), bundled_encoder().fingerprint]
    if step.of_simulated and where.simulated is not None:
        said.append(read_rows(where.simulated).digest)
    if step.of_ranker:
        scorer = bundled_scorer()
        said += [scorer.ref.digest, scorer.spec.version]
    if step.of_code:
        said.append(_code())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _code() -> str:
    """A digest of the code that finds features and scores: what a step costs is a property of it."""
    found = hashlib.sha256()
    for package in (hourtrail.features, hourtrail_models):
        for folder in package.__path__:
            for file in sorted(Path(folder).rglob("*.py")):
                found.update(file.read_bytes())
    return found.hexdigest()


def run(where: Run, names: Sequence[str], *, jobs: int, say: Say) -> tuple[dict[str, Told], dict[str, str]]:
    """What each named step found, and for those that failed why. Steps that are kept under the same key are only read."""
    where.work.mkdir(parents=True, exist_ok=True)
    keys = {step.name: key(where, step) for step in STEPS if step.name in names}
    found = {name: told for name, now in keys.items() if (told := _kept(where, name, now)) is not None}
    for name in found:
        say(f"{name}: kept from an earlier run")
    missing = [step for step in STEPS if step.name in names and step.name not in found]
    failed: dict[str, str] = {}
    for together in _turns(missing):
        for name, outcome in _done(where, together, keys, jobs=jobs):
            if isinstance(outcome, str):
                failed[name] = outcome
                say(f"{name} failed: {outcome}")
            else:
                found[name] = outcome
                say(f"{name}: done in {outcome['seconds']:.0f} s, {outcome['peak_mb']} MB at most")
    return found, failed


def _turns(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Lists of steps that may run beside each other, in order."""
    beside: list[Step] = []
    for step in steps:
        if step.alone:
            yield beside
            yield [step]
            beside = []
        else:
            beside.append(step)
    yield beside


def _done(where: Run, steps: Sequence[Step], keys: Mapping[str, str], *, jobs: int) -> Iterator[tuple[str, Told | str]]:
    if not steps:
        return
    with _pool(jobs) as pool:
        running = {pool.submit(_attempt, where, step.name, keys[step.name]): step.name for step in steps}
        for future in as_completed(running):
            error = future.exception()
            yield running[future], future.result() if error is None else f"its process ended: {error}"


def _pool(jobs: int) -> Executor:
    """A process a step, spawned, one after another too: no library's threads are inherited, and the peak of memory is the
    step's own.
    """
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1)


def _attempt(where: Run, name: str, now: str) -> Told | str:
    """One step, kept when it is done; the reason when it cannot be."""
    try:
        return _measured(where, name, now)
    except HourtrailError as error:
        return str(error)


def _measured(where: Run, name: str, now: str) -> Told:
    began, clock = time.monotonic(), time.process_time()
    step = next(step for step in STEPS if step.name == name)
    lines = list(step.measure(where.report(_Progress(name))))
    told = {
        "key": now,
        "lines": lines,
        "seconds": round(time.monotonic() - began, 1),
        "processor_seconds": round(time.process_time() - clock, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    new = where.kept(name).with_suffix(f".{os.getpid()}.new")
    new.write_text(json.dumps(told, indent=1), encoding="utf-8")
    new.replace(where.kept(name))
    return told


def _kept(where: Run, name: str, now: str) -> Told | None:
    """What an earlier run found; None where there is nothing, or of other sets or another model."""
    try:
        told: Told = json.loads(where.kept(name).read_text(encoding="utf-8"))
        return told if told["key"] == now and isinstance(told["lines"], list) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class _Progress:
    """Lines on standard error, with the step's name and not more often than anybody reads them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._said = 0.0

    def __call__(self, words: str) -> None:
        now = time.monotonic()
        if now - self._said >= SAID_EVERY:
            self._said = now
            print(f"{self.name}: {words}", file=sys.stderr, flush=True)  # noqa: T201
