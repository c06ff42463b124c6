"""Play a simulated firm through the product, week by week: read what existed by then, suggest, and let its people decide.

Only the product's own flows are used, so the decision log that comes out is what real people would have left behind, and
says in every note that it is simulated.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import HourtrailError, InvalidInput, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Source
from hourtrail.domain.suggestion import Suggestion
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.ingest import ingest
from hourtrail.flows.resolve import Part
from hourtrail.flows.suggest import suggest
from hourtrail.store import Store
from hourtrail.wiring import Models
from hourtrail_training.simulator.deciding import Answer, SimulatedPerson
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.played_files import activities_by_week, history_before, people_of, truth_of
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Stretch, minute_of

NOTE: Final = "simulated"
"""What the note of every decision begins with."""
ASKED: Final = time(6, tzinfo=UTC)
"""When, on the Monday after, the week's suggestions are made."""
BEGUN: Final = time(8, tzinfo=UTC)
"""When people begin to answer them."""
_TABLES: Final = ("people", "contracts", "rate-cards", "tasks", "assignments", "holidays", "periods", "milestones")
_LEAST_BY_HAND: Final = 30
"""Minutes of work without any suggestion that are worth adding by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """``first`` is a Monday; weeks before it are history, whose timesheets are read as they were booked.

    Raises InvalidInput for days that are no whole weeks.
    """

    seed: int
    first: date
    weeks: int
    bias: str = "beta"

    def __post_init__(self) -> None:
        if self.first.weekday() != 0 or self.weeks < 1:
            raise InvalidInput(
                f"{self.weeks} weeks from {self.first}: play begins on a Monday and takes a week or more"
            )


@dataclass(slots=True)
class Played:
    """What came of it; all of it simulated. ``right`` counts answered suggestions whose item was the true one."""

    activities: int = 0
    suggestions: int = 0
    withheld: int = 0
    right: int = 0
    ignored: int = 0
    lured: int = 0
    """Wrong ones that were accepted."""
    unbookable: int = 0
    """Answers whose true item was not open to the person: refused by the product, then rejected by them."""
    verdicts: Counter[str] = field(default_factory=Counter)


def play(
    store: Store,
    tenant: str,
    folder: Path,
    options: PlayOptions,
    parameters: Parameters,
    *,
    models: Models,
    sources: Sequence[Source],
    progress: Callable[[str], None] = lambda _line: None,
) -> Played:
    """Play the firm in ``folder`` (as the simulator writes it) into ``tenant``, which should be empty.

    Raises InvalidInput when the folder is no simulated firm, and whatever the flows raise.
    """
    people = people_of(folder, seed=options.seed, mechanism=options.bias, parameters=parameters)
    truth = truth_of(folder)
    result = Played()
    with tempfile.TemporaryDirectory(prefix="hourtrail-play-") as scratch:
        weeks = activities_by_week(folder, Path(scratch), options.first)
        history = history_before(folder / "time-entries.csv", Path(scratch), options.first)
        for table in (*(folder / f"{name}.csv" for name in _TABLES), *history):
            if table.exists():
                _read(store, tenant, table, sources, options.first)
        for number in range(options.weeks):
            monday = options.first + timedelta(days=7 * number)
            for part in [path for start, path in sorted(weeks.items()) if start <= monday]:
                result.activities += _read(store, tenant, part, sources, monday + timedelta(days=6))
                part.unlink()
            weeks = {start: path for start, path in weeks.items() if start > monday}
            _week(store, tenant, monday, people, truth, models=models, result=result)
            progress(f"simulated week of {monday}: {sum(result.verdicts.values())} decisions so far")
    return result


def _week(
    store: Store,
    tenant: str,
    monday: date,
    people: Mapping[str, SimulatedPerson],
    truth: Mapping[tuple[str, date], Sequence[Stretch]],
    *,
    models: Models,
    result: Played,
) -> None:
    """Suggestions of one week, and everybody's answers on the Monday after it."""
    answered_on = monday + timedelta(days=7)
    found = suggest(
        store, tenant, first=monday, last=monday + timedelta(days=6), models=models,
        now=datetime.combine(answered_on, ASKED),
    )  # fmt: skip
    result.withheld += len(found.withheld)
    days: dict[tuple[str, date], list[Suggestion]] = defaultdict(list)
    for row in found.suggestions:
        days[row.person, row.date].append(row)
    clock = {name: datetime.combine(answered_on, BEGUN) for name in people}
    for (name, day), rows in sorted(days.items()):
        if name in people:
            rows.sort(key=lambda row: (row.span.start, row.id))
            sitting = _Sitting(store, tenant, people[name], truth.get((name, day), ()), result)
            clock[name] = sitting.day(day, rows, clock[name])


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One person before the suggestions of one of their days."""

    store: Store
    tenant: str
    person: SimulatedPerson
    stretches: Sequence[Stretch]
    result: Played

    def day(self, day: date, rows: Sequence[Suggestion], now: datetime) -> datetime:
        """Answer them in order, then add what is missing. Returns when the person is done."""
        for place, row in enumerate(rows):
            self.result.suggestions += 1
            answer = self.person.answer(row, self.stretches, place=place, places=len(rows), shown_at=now)
            if answer is None:
                self.result.ignored += 1
                continue
            self.result.right += answer.was_right
            self.result.lured += answer.verdict is Verdict.ACCEPT and not answer.was_right
            self._decide(row, answer, now)
            now = answer.at + timedelta(seconds=1)
        return self._by_hand(day, rows, now)

    def _decide(self, row: Suggestion, answer: Answer, shown_at: datetime) -> None:
        request = Request(
            suggestion=row.id, verdict=answer.verdict, actor=self.person.person, parts=answer.parts,
            reason_code=answer.reason_code, note=NOTE, shown_at=shown_at, revision=row.revision,
        )  # fmt: skip
        try:
            decide(self.store, self.tenant, request, now=answer.at)
            self.result.verdicts[answer.verdict.value] += 1
        except NotFound:
            # What they really did is closed, or was never assigned to them: people then say no.
            refusal = Request(
                suggestion=row.id, verdict=Verdict.REJECT, actor=self.person.person, reason_code="not_bookable",
                note=f"{NOTE}; the true work is not open to this person", shown_at=shown_at, revision=row.revision,
            )  # fmt: skip
            decide(self.store, self.tenant, refusal, now=answer.at)
            self.result.unbookable += 1
            self.result.verdicts[Verdict.REJECT.value] += 1

    def _by_hand(self, day: date, rows: Sequence[Suggestion], now: datetime) -> datetime:
        """Work that nothing was suggested for is added by some."""
        missed: Counter[WorkItem] = Counter()
        spans = [(minute_of(row.span.start), minute_of(row.span.end)) for row in rows]
        for stretch in self.stretches:
            covered = sum(max(0, min(end, stretch.end) - max(start, stretch.start)) for start, end in spans)
            missed[stretch.item] += max(0, stretch.minutes - covered)
        random = stream(self.person.seed, "by-hand", self.person.person, day.isoformat())
        for item, minutes in sorted(missed.items()):
            if minutes < _LEAST_BY_HAND or random.random() >= self.person.parameters["added_by_hand"]:
                continue
            now += timedelta(seconds=round(self.person.parameters["edit_seconds"]))
            part = Part(minutes=minutes, client=item.client, project=item.project, task=item.task)
            request = Request(
                suggestion=day.isoformat(), verdict=Verdict.ADDED_BY_HAND, actor=self.person.person, parts=(part,),
                note=NOTE,
            )  # fmt: skip
            try:
                decide(self.store, self.tenant, request, now=now)
            except NotFound:
                self.result.unbookable += 1
                continue
            self.result.verdicts[Verdict.ADDED_BY_HAND.value] += 1
        return now


def _read(store: Store, tenant: str, path: Path, sources: Sequence[Source], today: date) -> int:
    """Records read from one file. Raises HourtrailError when any is refused: the simulator writes what the product reads."""
    report = ingest(store, tenant, [path], ReadOptions(today=today), sources=sources, actor="system:simulator")
    if report.refused:
        raise HourtrailError(f"{report.refused_count} simulated records were refused, first {report.refused[0]}")
    return report.read
