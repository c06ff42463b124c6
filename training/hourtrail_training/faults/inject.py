"""Put faults into time entries: into a whole list, or into one person's weeks as they stream by."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail_training.faults.catalogue import chosen, prevalence_of
from hourtrail_training.faults.fault import Change, FaultType, left_alone
from hourtrail_training.faults.labels import Difficulty, FaultLabel
from hourtrail_training.faults.scene import Grain, Known, Scene
from hourtrail_training.simulator.randomness import stream

_TRIES = 300
"""Lines that are tried for one fault of one difficulty, or for one twin, before it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """The entries with faults in them, in their order (a new line stands after the one it belongs to), and what was done."""

    entries: tuple[TimeEntry, ...]
    labels: tuple[FaultLabel, ...]
    touched: frozenset[str] = frozenset()
    """Ids of every line that a fault or twin concerns, the gone ones too. A cap is crossed by more lines than the label
    names; whoever reports a rate on untouched lines leaves all of these out."""


def inject(
    entries: Iterable[TimeEntry],
    master: MasterData | None = None,
    *,
    seed: int,
    prevalence: Mapping[str, float] | None = None,
    types: tuple[str, ...] | None = None,
    grain: Grain = Grain.DAY,
    twins: bool = True,
    evidence: Mapping[str, float] | None = None,
) -> Injected:
    """``entries`` with labelled faults of ``types`` (None: every public one), and as many benign twins of each.

    ``prevalence`` is a share of the lines (of person-days for missing_time, of capped contracts for over_cap), drawn from
    the type's bounds where it is not given. ``evidence`` gives the share of a line's minutes that left traces, by id.
    A type that finds no place (no rates, no closed tasks) puts in fewer, never others. Lines that are not touched are the
    same objects as before. The same seed and lines give the same faults.

    Raises InvalidInput for an unknown type, a share outside 0 to 1, or two entries of one id.
    """
    lines = tuple(entries)
    twice = [name for name, count in Counter(row.id for row in lines).items() if count > 1]
    if twice:
        raise InvalidInput(f"two entries have the id {twice[0]!r}; give every entry its own")
    kinds = chosen(types)
    shares = prevalence_of(seed, kinds, prevalence)
    scene = Scene(lines, Known(master or MasterData()), grain, evidence or {})
    run = _Run(scene, twins=twins)
    for kind in kinds:
        if not kind.difficulties(grain):
            continue
        random = stream(seed, "faults", kind.name)
        population = kind.targets(scene)
        count = round(shares[kind.name] * len(population))
        if kind.whole_firm and shares[kind.name] > 0 and population:
            count = max(count, 1)
        run.put(kind, count, random, population)
    return run.result()


class Injector:
    """Faults for one person, week by week: what :func:`inject` does, for streams too long to be held.

    Types that need everybody's lines at once (over_cap) are left out; colleagues are known from the master data alone.
    """

    def __init__(
        self,
        person: str,
        known: Known,
        *,
        seed: int,
        prevalence: Mapping[str, float] | None = None,
        types: tuple[str, ...] | None = None,
    ) -> None:
        self._person, self._known, self._seed = person, known, seed
        kinds = chosen(types)
        self._shares = prevalence_of(seed, kinds, prevalence)
        self._kinds = tuple(row for row in kinds if not row.whole_firm)
        self._mine: set[WorkItem] = set()

    def week(self, entries: Sequence[TimeEntry], evidence: Mapping[str, float] | None = None) -> Injected:
        """That week's lines with faults in them. Weeks are given in order."""
        lines = tuple(entries)
        if not lines:
            return Injected(entries=(), labels=())
        week = min(row.date for row in lines).isoformat()
        random = stream(self._seed, "faults", self._person, week)
        mine = {self._person: frozenset(self._mine)}
        self._mine |= {row.item for row in lines}
        scene = Scene(lines, self._known, Grain.DAY, evidence or {}, mine)
        populations = [kind.targets(scene) for kind in self._kinds]
        sizes = [len(population) for population in populations]
        counts = random.binomial(sizes, [self._shares[kind.name] for kind in self._kinds]).tolist()
        run = _Run(scene, twins=True)
        for kind, count, population in zip(self._kinds, counts, populations, strict=True):
            run.put(kind, count, random, population)
        return run.result()


class _Run:
    """What has been put in so far. No two changes ever concern one line."""

    def __init__(self, scene: Scene, *, twins: bool) -> None:
        self._scene, self._twins = scene, twins
        self._changes: list[Change] = []

    def put(self, kind: FaultType, count: int, random: np.random.Generator, population: Sequence[TimeEntry]) -> None:
        """``count`` faults of that kind and as many twins; fewer when there is no place for both."""
        if count == 0 or not population:
            return
        waiting = deque(population[at] for at in random.permutation(len(population)).tolist())
        levels = kind.difficulties(self._scene.grain)
        offset = int(random.integers(len(levels)))
        for number in range(count):
            made = None
            for step in range(len(levels)):
                level = levels[(offset + number + step) % len(levels)]
                made = self._first(waiting, partial(self._fault, kind, level, random))
                if made is not None:
                    break
            if made is None:
                return
            self._take(made)
            if self._twins and not self._put_twin(kind, waiting, random):
                self._give_back(made)
                return

    def _fault(
        self, kind: FaultType, level: Difficulty, random: np.random.Generator, entry: TimeEntry
    ) -> Change | None:
        return kind.make(entry, level, self._scene, random)

    def _put_twin(self, kind: FaultType, waiting: deque[TimeEntry], random: np.random.Generator) -> bool:
        """A benign twin on a free line; where none can be made, a free line that stays as it is. False when none is free."""
        twin = self._first(waiting, lambda row: kind.twin(row, self._scene, random))
        if twin is None:
            lines = self._scene.entries
            some = deque(lines[at] for at in random.integers(len(lines), size=_TRIES).tolist())
            twin = self._first(some, lambda row: left_alone(kind.name, row))
        if twin is None:
            return False
        self._take(twin)
        return True

    def _first(self, waiting: deque[TimeEntry], make: Callable[[TimeEntry], Change | None]) -> Change | None:
        """The first change that one of the next free lines allows; lines that are taken leave the queue."""
        for _ in range(min(_TRIES, len(waiting))):
            entry = waiting.popleft()
            if not self._scene.is_free(entry):
                continue
            change = make(entry)
            if change is not None and not (change.ids & self._scene.used):
                waiting.append(entry)
                return change
            waiting.append(entry)
        return None

    def _take(self, change: Change) -> None:
        self._changes.append(change)
        self._scene.used |= change.ids

    def _give_back(self, change: Change) -> None:
        self._changes.remove(change)
        self._scene.used -= change.ids

    def result(self) -> Injected:
        """Everything put together; labels in the order of their lines' persons and days."""
        replaced = {row.id: row for change in self._changes for row in change.replaced}
        removed = {name for change in self._changes for name in change.removed}
        added: dict[str, list[TimeEntry]] = {}
        for change in self._changes:
            if change.added:
                added.setdefault(self._anchor(change), []).extend(change.added)
        lines: list[TimeEntry] = []
        for row in self._scene.entries:
            if row.id not in removed:
                lines.append(replaced.get(row.id, row))
            lines.extend(added.get(row.id, ()))
        labels = sorted(
            (change.label for change in self._changes),
            key=lambda label: (label.date, label.person, label.type, label.entry, label.benign),
        )
        return Injected(entries=tuple(lines), labels=tuple(labels), touched=frozenset(self._scene.used))

    def _anchor(self, change: Change) -> str:
        """The line that stays and that the new ones stand after."""
        return change.touched[0] if change.touched else change.replaced[0].id
