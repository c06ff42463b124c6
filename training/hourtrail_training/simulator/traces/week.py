"""One person's week: every channel that they use, every stretch that leaves something, in time order and with ids."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.traces import calls, messages, transcripts, windows
from hourtrail_training.simulator.traces.arrivals import Counts, Excitement, Floats, Stretches, hawkes, renewal
from hourtrail_training.simulator.traces.commits import commit
from hourtrail_training.simulator.traces.habits import PER_DAY, PER_HOUR, SPREAD_OVER, Habits, habits_of
from hourtrail_training.simulator.traces.moments import Moment, Numbers, Scene
from hourtrail_training.simulator.traces.subjects import Directory, can_hold, stray_share, topic_at, usable
from hourtrail_training.simulator.traces.tickets import NEW_A_WEEK, TicketDesk
from hourtrail_training.simulator.world import (
    Channel,
    Doing,
    Employee,
    Firm,
    PersonWeek,
    Stretch,
    Trace,
    Transcript,
    Work,
)

_DRAWS: Final = 12
_LOGGED_IN: Final = frozenset({Doing.TICKET, Doing.CODE})


def leave(firm: Firm, week: PersonWeek, options: SimulateOptions, parameters: Parameters) -> PersonWeek:
    """The week with its traces and transcripts. For more than a few weeks build one :class:`Tracer` and keep it."""
    return Tracer(firm, options, parameters).leave(week)


class Tracer:
    """Leaves traces for the people of one firm. Holds nothing of earlier weeks, so weeks may come in any order."""

    def __init__(self, firm: Firm, options: SimulateOptions, parameters: Parameters) -> None:
        self._directory = Directory(firm)
        self._domain = firm.domain
        self._options = options
        self._parameters = parameters
        self._first = monday_of(options.first)
        self._weeks = (options.last - self._first).days // 7 + 1
        self._habits: dict[str, Habits] = {}

    def leave(self, week: PersonWeek) -> PersonWeek:
        """The week with its traces, in time order, and the transcripts of its meetings."""
        employee = week.employee
        if employee.id not in self._habits:
            self._habits[employee.id] = habits_of(employee, self._options.seed, self._parameters)
        habits = self._habits[employee.id]
        scene = self._scene(employee, habits, week.monday)
        made = _Week(
            week,
            scene,
            habits=habits,
            directory=self._directory,
            options=self._options,
            parameters=self._parameters,
        )
        traces = sorted(made.traces(), key=lambda trace: (trace.at, trace.second, trace.channel))
        return replace(week, traces=tuple(_apart(traces)), transcripts=tuple(made.transcripts()))

    def _scene(self, employee: Employee, habits: Habits, monday: date) -> Scene:
        directory = self._directory
        person, week = directory.number[employee.id], (monday - self._first).days // 7
        return Scene(
            employee=employee,
            live=directory.live(employee.id, monday),
            language=habits.language,
            firm_domain=self._domain,
            contacts=directory.contacts,
            colleagues=directory.colleagues,
            names=directory.names,
            numbers=Numbers(f"{person + 1}{week:03d}"),
            first_place=(person * self._weeks + week) * NEW_A_WEEK,
        )


class _Week:
    """What is known of one person's week while its traces are made."""

    def __init__(
        self,
        week: PersonWeek,
        scene: Scene,
        *,
        habits: Habits,
        directory: Directory,
        options: SimulateOptions,
        parameters: Parameters,
    ) -> None:
        self._week = week
        self._scene = scene
        self._habits = habits
        self._works = directory.works
        self._options = options
        self._parameters = parameters
        self._channels = week.employee.traits.channels
        self._usable = usable(scene.live)
        self._stretches = [
            part
            for part in week.stretches
            if part.doing is not Doing.UNSEEN and part.item in self._works and part.minutes > 0
        ]
        self._clock = Stretches(
            np.array([part.start for part in self._stretches], dtype=np.float64),
            np.array([part.end for part in self._stretches], dtype=np.float64),
        )
        usual = week.employee.traits.stray_share
        self._stray = [stray_share(part, usual, parameters) for part in self._stretches]

    def traces(self) -> Iterator[Trace]:
        """Everything that the week left, channel by channel."""
        if not self._stretches:
            yield from self._joined()
            return
        desk = TicketDesk(self._scene, self._parameters)
        for channel in SPREAD_OVER:
            if channel in self._channels:
                for moment in self._moments(channel):
                    found = self._recorded(channel, moment, desk)
                    if found is not None:
                        yield found
        if Channel.TICKET in self._channels and self._week.employee.traits.logs_work:
            yield from self._logged(desk)
        if Channel.WINDOW in self._channels:
            yield from self._windows()
        if Channel.CALL in self._channels:
            yield from self._calls()
        yield from self._joined()

    def transcripts(self) -> Iterator[Transcript]:
        """Those of the meetings that the person called, now and then."""
        generator = self._stream("transcripts")
        for seat in self._week.seats:
            work = self._works.get(seat.occurrence.item)
            if work is None or not transcripts.recorded(seat.occurrence, seat):
                continue
            if generator.random() < self._parameters["transcript_share"]:
                topic = seat.occurrence.topic or topic_at(work, float(generator.random()))
                yield transcripts.transcribe(seat, work, topic, self._scene, generator)

    def _stream(self, what: str) -> np.random.Generator:
        return stream(self._options.seed, what, self._week.employee.id, self._week.monday.isoformat())

    def _moments(self, channel: Channel) -> Iterator[Moment]:
        """Each event of a channel with what it is about; those whose work leaves nothing there are left out."""
        generator = self._stream(channel.value)
        owners, times = self._arrive(channel, self._expected(channel), generator)
        rows = generator.random((len(owners), _DRAWS)).tolist()
        candidates = self._usable[channel]
        for owner, time, draws in zip(owners.tolist(), times.tolist(), rows, strict=True):
            stretch = self._stretches[owner]
            work = self._works[stretch.item]
            stray = draws[4] < self._stray[owner]
            if stray:
                other = _other(work, candidates, draws[5])
                if other is None:
                    continue
                work = other
            elif not can_hold(work, channel):
                continue
            topic = stretch.topic if stretch.topic is not None and not stray else topic_at(work, draws[6])
            minute = int(time)
            yield Moment(
                self._scene.numbers.next(channel), stretch, minute, int((time - minute) * 60), work, topic, stray, draws
            )

    def _expected(self, channel: Channel) -> Floats:
        """Mean number of events in each stretch."""
        weights = SPREAD_OVER[channel]
        minutes: Floats = self._clock.minutes * np.array([weights.get(part.doing, 0.0) for part in self._stretches])
        pace = self._habits.pace[channel]
        if channel in PER_HOUR:
            return minutes * (self._parameters[PER_HOUR[channel]] * pace / 60)
        days = float(self._clock.minutes.sum()) / 480
        total = float(minutes.sum())
        return minutes * (days * self._parameters[PER_DAY[channel]] * pace / total) if total else minutes

    def _arrive(self, channel: Channel, expected: Floats, generator: np.random.Generator) -> tuple[Counts, Floats]:
        values = self._parameters
        some = np.flatnonzero(expected > 0)
        if not len(some):
            return some, np.zeros(0)
        clock = Stretches(self._clock.starts[some], self._clock.ends[some])
        if self._options.traces == "renewal":
            owners, times = renewal(clock, expected[some], values["renewal_shape"], generator)
        else:
            offspring = values["commit_offspring" if channel is Channel.COMMIT else "other_offspring"]
            excitement = Excitement(
                offspring=offspring,
                quick=values["quick_follow_minutes"],
                slow=values["slow_follow_minutes"],
                quick_share=values["quick_follow_share"],
            )
            owners, times = hawkes(clock, expected[some], excitement, generator)
        return some[owners], times

    def _recorded(self, channel: Channel, moment: Moment, desk: TicketDesk) -> Trace | None:
        scene, values = self._scene, self._parameters
        if channel is Channel.COMMIT:
            return commit(moment, scene, values)
        if channel is Channel.TICKET:
            return desk.event(moment)
        if channel is Channel.CHAT:
            return messages.chat(moment, scene, values)
        if channel is Channel.MAIL:
            return messages.mail(moment, scene, values)
        return messages.document(moment, scene, values)

    def _logged(self, desk: TicketDesk) -> Iterator[Trace]:
        generator = self._stream("worklogs")
        for stretch in self._stretches:
            work = self._works[stretch.item]
            if stretch.doing in _LOGGED_IN and stretch.topic is not None and work.tracker:
                found = desk.logged(stretch, work, stretch.topic, generator)
                if found is not None:
                    yield found

    def _windows(self) -> Iterator[Trace]:
        generator, screen = self._stream("windows"), windows.Screen(self._scene, self._parameters)
        numbers = generator.random((len(self._stretches), 2)).tolist()
        live = self._scene.live
        about = [
            self._subject(stretch, share, live, row)
            for stretch, share, row in zip(self._stretches, self._stray, numbers, strict=True)
        ]
        subjects = {(part.stretch.start, part.stretch.end): part for part in about}
        for day in self._week.days:
            of_day = [subjects[span] for part in day.stretches if (span := (part.start, part.end)) in subjects]
            yield from screen.spells(of_day, generator)

    def _subject(
        self, stretch: Stretch, share: float, live: Sequence[Work], numbers: Sequence[float]
    ) -> windows.Subject:
        work = self._works[stretch.item]
        other = _other(work, live, numbers[0]) or work
        topic = stretch.topic or topic_at(work, numbers[1])
        return windows.Subject(
            stretch, work, topic, (other, topic_at(other, numbers[1])), share if other is not work else 0
        )

    def _calls(self) -> Iterator[Trace]:
        generator = self._stream("calls")
        share = self._parameters["call_record_share"]
        for stretch in self._stretches:
            if stretch.doing is Doing.CALL:
                kept, number = generator.random(2).tolist()
                work = self._works[stretch.item]
                if kept < share:
                    yield calls.ad_hoc(stretch, work, stretch.topic or topic_at(work, number), self._scene, number)

    def _joined(self) -> Iterator[Trace]:
        if Channel.CALL not in self._channels:
            return
        generator = self._stream("joined")
        for seat in self._week.seats:
            if generator.random() < self._parameters["call_record_share"]:
                record = calls.joined(seat, self._scene)
                if record is not None:
                    yield record


def _other(work: Work, candidates: Sequence[Work], number: float) -> Work | None:
    """Another one of ``candidates``; None when there is none."""
    others = [candidate for candidate in candidates if candidate is not work]
    return others[int(number * len(others))] if others else None


def _apart(traces: Sequence[Trace]) -> Iterator[Trace]:
    """The traces in order, two commits of one second a second apart: nobody commits twice at once, and git would drop one."""
    last = (-1, -1)
    for trace in traces:
        if trace.channel is not Channel.COMMIT:
            yield trace
            continue
        place = (trace.at, trace.second)
        if place <= last:
            total = last[0] * 60 + last[1] + 1
            place = (total // 60, total % 60)
            yield replace(trace, at=place[0], second=place[1])
        else:
            yield trace
        last = place
