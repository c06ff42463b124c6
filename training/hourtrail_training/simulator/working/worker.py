"""A person's true week: when they work, which meetings they sit in, and what they do in between."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings.clock import at, local_day
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Live, roster_of
from hourtrail_training.simulator.working.diary import Diary
from hourtrail_training.simulator.working.process import Task, Week, billing
from hourtrail_training.simulator.world import Doing, Employee, Firm, Minute, PersonWeek, Seat, Stretch, Topic, TrueDay

_EARLIEST: Final = 5 * 60 + 30
_END_OF_DAY: Final = 23 * 60 + 30
_SHORTEST_DAY: Final = 60
_LONGEST_DAY: Final = 13 * 60
_WEEKEND: Final = 180
"""Minutes that work on a free weekend day may take beyond the shortest."""
_MOST_CALLS: Final = 20
_TRIES: Final = 4
"""How often a call looks for a free moment before it does not take place."""
_LONGEST_CALL: Final = 90
_DAY_WITH_LUNCH: Final = 5 * 60
"""Minutes of work from which on a day has a lunch break."""
_LUNCH: Final = 12 * 60 + 10
_LATEST_LUNCH: Final = 14 * 60 + 30
_WORTH_STARTING: Final = 2
"""Minutes below which nobody begins anything."""
_WORTH_STARTING_BEFORE_A_MEETING: Final = 5
_LEAST_INSIDE: Final = 0.03
"""Share of the time at a desk that goes to the firm's own work even after a day of its meetings."""
_VISITED: Final = 6.0
"""How much more a client's work weighs on a day at the client."""


@dataclass(slots=True)
class _Day:
    """One day as it fills."""

    date: date
    target: int
    """Minutes that the person means to work."""
    live: Live
    week: Week
    diary: Diary
    way_home: int = 0
    """Minutes of the journey back from a client."""


class Worker:
    """One person at work. Weeks may be asked for in any order: none depends on another one."""

    def __init__(self, firm: Firm, employee: Employee, options: SimulateOptions, parameters: Parameters) -> None:
        self.firm = firm
        self.employee = employee
        self.options = options
        self.parameters = parameters
        self.roster = roster_of(firm)
        self._billed: dict[tuple[WorkItem, Topic], bool] = {}

    def week(self, monday: date, seats: Sequence[Seat]) -> PersonWeek:
        """Those days of the week that lie in the horizon. Seats come back as they truly were sat in."""
        dice = Dice(stream(self.options.seed, "truth", self.employee.id, monday.isoformat()))
        week = Week(self.firm, self.parameters, dice)
        sat = list(seats)
        by_day: dict[date, list[int]] = defaultdict(list)
        for index, seat in enumerate(seats):
            if not seat.occurrence.all_day:
                by_day[local_day(seat.occurrence.start, self.employee.person.zone)].append(index)
        dates = [monday + timedelta(days=offset) for offset in range(7)]
        inside = [day for day in dates if self.options.first <= day <= self.options.last]
        expected = {day for day in inside if self.roster.is_working_day(self.employee, day)}
        meetings_a_day = sum(seat.attended for seat in seats) / max(1, len(expected))
        days: list[TrueDay] = []
        for day in inside:
            filling = self._opened(day, week, expected=day in expected)
            if filling is None:
                for index in by_day[day]:
                    sat[index] = _missed(sat[index])
                absence = self.roster.absence(self.employee, day)
                days.append(TrueDay(person=self.employee.id, date=day, stretches=(), absence=absence))
                continue
            self._sit(filling, by_day[day], sat)
            days.append(self._lived(filling, meetings_a_day))
        return PersonWeek(employee=self.employee, monday=monday, days=tuple(days), seats=tuple(sat))

    def _opened(self, day: date, week: Week, *, expected: bool) -> _Day | None:
        """The day before anything stands in it; None when the person does not work."""
        employee, dice, parameters = self.employee, week.dice, self.parameters
        live = self.roster.live(employee.id, day)
        if not any(share > 0 for _, share in live):
            return None
        if expected:
            target = self._target(dice)
        else:
            weekend = day.isoweekday() > 5 and self.roster.employed(employee, day)
            if not weekend or self.roster.absence(employee, day) or not dice.chance(parameters["weekend_share"]):
                return None
            target = _SHORTEST_DAY + dice.below(_WEEKEND)
        zone = employee.person.zone
        local = employee.traits.start_minute + parameters["start_jitter"] * dice.normal()
        diary = Diary(begin=at(day, int(max(local, _EARLIEST)), zone), limit=at(day, _END_OF_DAY, zone))
        return _Day(day, target, live, week, diary)

    def _target(self, dice: Dice) -> int:
        minutes = self.roster.usual_minutes(self.employee) * (1 + self.parameters["length_jitter"] * dice.normal())
        if dice.chance(self.parameters["overtime_share"]):
            minutes += dice.exponential(self.parameters["overtime_minutes"])
        return int(min(max(minutes, _SHORTEST_DAY), _LONGEST_DAY))

    def _sit(self, day: _Day, indices: Iterable[int], seats: list[Seat]) -> None:
        """Puts the attended meetings into the day, the earlier one first, then private appointments as time away.

        A meeting that was not really attended, for another one or because the person is no longer on that work, is
        marked so in ``seats``.
        """
        open_items = {item for item, _ in day.live}
        chosen = sorted(indices, key=lambda index: (seats[index].joined or seats[index].occurrence.start, index))
        for index in chosen:
            seat = seats[index]
            if seat.joined is None or seat.left is None:
                continue
            occurrence = seat.occurrence
            seats[index] = _missed(seat)
            if occurrence.item not in open_items:
                continue
            task = Task(occurrence.item, occurrence.topic or day.week.topic_of(occurrence.item), Doing.MEETING)
            stretch = self._stretch(task, seat.joined, seat.left)
            stretch = replace(stretch, meeting=occurrence.uid, meeting_start=occurrence.start)
            if day.diary.put(seat.joined, seat.left, stretch):
                seats[index] = seat
                day.diary.begin = min(day.diary.begin, seat.joined)
        for index in chosen:
            occurrence = seats[index].occurrence
            if occurrence.private and not occurrence.item.project and not occurrence.cancelled:
                day.diary.take(occurrence.start, occurrence.end)

    def _lived(self, day: _Day, meetings_a_day: float) -> TrueDay:
        """The day with everything that was done in it."""
        self._set_out(day)
        if day.target >= _DAY_WITH_LUNCH:
            self._lunch(day)
        self._calls(day, meetings_a_day)
        stretches = sorted([*day.diary.held, *self._work(day)], key=lambda row: row.start)
        self._return(day, stretches)
        day.week.worked += sum(row.minutes for row in stretches)
        day.week.worked_inside += sum(row.minutes for row in stretches if row.item.client == self.roster.own_client)
        working = (stretches[0].start, stretches[-1].end) if stretches else None
        return TrueDay(person=self.employee.id, date=day.date, stretches=tuple(stretches), working=working)

    def _work(self, day: _Day) -> list[Stretch]:
        """Work in the free time, until the day has the minutes that it was to have."""
        parameters, week, dice = self.parameters, day.week, day.week.dice
        median, sigma, longest = (parameters[f"duration_{name}"] for name in ("median", "sigma", "longest"))
        left = day.target - day.diary.worked - day.way_home
        unseen = min(parameters["unseen_share"] * day.target / max(1, left), 0.9)
        # A pause follows a share of stretches; its mean is such that pauses take the firm's share of the working span.
        pause = parameters["idle_share"] / parameters["pause_share"] * median * math.exp(sigma * sigma / 2)
        live = self._balanced(day, left)
        made: list[Stretch] = []
        cursor, task, wanted = day.diary.begin, None, 0
        while left >= _WORTH_STARTING and cursor < day.diary.limit:
            start, end = day.diary.gap_from(cursor)
            if end - start < _WORTH_STARTING_BEFORE_A_MEETING:
                cursor = max(end, start + 1)
                continue
            if task is None:
                task = week.turn(live, unseen)
                wanted = max(1, round(min(dice.lognormal(median, sigma), longest)))
            minutes = min(wanted, end - start, left)
            cut = minutes > 2 * _WORTH_STARTING and dice.chance(parameters["interruption_share"])
            if cut:
                minutes = 1 + dice.below(minutes - 1)
            made.append(self._stretch(task, start, start + minutes))
            cursor, left, wanted = start + minutes, left - minutes, wanted - minutes
            if cut:
                cursor, used = self._interrupted(made, cursor, min(end - cursor, left), day)
                left -= used
            elif (
                wanted < _WORTH_STARTING
            ):  # else a meeting or the end of the day cut it short, and it goes on after that
                task = None
                cursor += round(dice.exponential(pause)) if dice.chance(parameters["pause_share"]) else 0
        return made

    def _balanced(self, day: _Day, left: int) -> Live:
        """Shares for the desk: the firm's own meetings, and earlier days, have had time that is not for clients already."""
        own = self.roster.own_client
        inside = sum(share for item, share in day.live if item.client == own)
        outside = sum(share for _, share in day.live) - inside
        if inside <= 0 or outside <= 0 or left <= 0:
            return day.live
        had = day.week.worked_inside + sum(row.minutes for row in day.diary.held if row.item.client == own)
        due = (1 - self.employee.traits.utilisation) * (day.week.worked + day.target) - had
        wanted = min(max(due, _LEAST_INSIDE * left), (1 - _LEAST_INSIDE) * left)
        factors = wanted / left / inside, (1 - wanted / left) / outside
        return tuple((item, share * factors[item.client != own]) for item, share in day.live)

    def _interrupted(self, made: list[Stretch], begin: Minute, room: int, day: _Day) -> tuple[Minute, int]:
        """An interruption, by other work or by nothing of that kind: when it ends, and the minutes worked in it."""
        dice, parameters = day.week.dice, self.parameters
        minutes = min(
            max(1, round(dice.lognormal(parameters["interruption_median"], parameters["interruption_sigma"]))), room
        )
        if minutes < 1:
            return begin, 0
        task = day.week.aside(day.live) if dice.chance(parameters["interruption_work_share"]) else None
        if task is None:
            return begin + minutes, 0
        made.append(self._stretch(task, begin, begin + minutes))
        return begin + minutes, minutes

    def _lunch(self, day: _Day) -> None:
        """A break near noon, after whatever stands there; none where the day leaves no room."""
        zone, dice = self.employee.person.zone, day.week.dice
        minutes = int(
            min(max(dice.lognormal(self.parameters["lunch_median"], self.parameters["lunch_sigma"]), 15), 120)
        )
        start = at(day.date, _LUNCH + int(self.parameters["lunch_jitter"] * dice.normal()), zone)
        latest = at(day.date, _LATEST_LUNCH, zone)
        while start <= latest:
            first, end = day.diary.gap_from(start)
            if end - first >= minutes:
                day.diary.put(first, first + minutes)
                return
            start = max(end, first + 1)

    def _calls(self, day: _Day, meetings_a_day: float) -> None:
        """Calls that no calendar knows of, at any free moment of the day: so many for each meeting that was attended."""
        dice, share = day.week.dice, self.parameters["adhoc_share"]
        for _ in range(min(dice.poisson(meetings_a_day * share / (1 - share)), _MOST_CALLS)):
            minutes = dice.lognormal(self.parameters["call_median"], self.parameters["call_sigma"])
            minutes = max(2, round(min(minutes, _LONGEST_CALL, day.target / 4)))
            item = day.week.any_item(day.live)
            task = Task(item, day.week.topic_of(item), Doing.CALL)
            for _ in range(_TRIES):
                start = day.diary.begin + dice.below(max(1, day.target - minutes))
                if day.diary.put(start, start + minutes, self._stretch(task, start, start + minutes)):
                    break

    def _set_out(self, day: _Day) -> None:
        """The journey to a client who is visited that day, and their work weighs more there."""
        dice = day.week.dice
        journeys = [item for item, _ in day.live if item.task == "TRAVEL"]
        if not journeys or day.target < _DAY_WITH_LUNCH or not dice.chance(self.parameters["visit_share"]):
            return
        item = dice.one(journeys)
        minutes = int(
            min(
                max(dice.lognormal(self.parameters["travel_median"], self.parameters["travel_sigma"]), 20),
                day.target / 4,
            )
        )
        begin = day.diary.begin
        task = Task(item, day.week.topic_of(item), Doing.TRAVEL)
        if day.diary.put(begin, begin + minutes, self._stretch(task, begin, begin + minutes)):
            day.way_home = minutes
            day.live = tuple((row, share * (_VISITED if row.client == item.client else 1.0)) for row, share in day.live)

    def _return(self, day: _Day, stretches: list[Stretch]) -> None:
        """The way home from a visited client, after everything else."""
        journey = next((row for row in stretches if row.doing is Doing.TRAVEL), None)
        if journey is None or not day.way_home:
            return
        start, free_until = day.diary.gap_from(stretches[-1].end)
        end = min(start + day.way_home, free_until)
        if end > start:
            stretches.append(replace(journey, start=start, end=end))

    def _stretch(self, task: Task, start: Minute, end: Minute) -> Stretch:
        billable, code = billing(self.firm.works[task.item], task.topic, self._is_billed)
        return Stretch(
            person=self.employee.id,
            start=start,
            end=end,
            item=task.item,
            doing=task.doing,
            billable=billable,
            billing_code=code,
            topic=task.topic,
        )

    def _is_billed(self, item: WorkItem, topic: Topic) -> bool:
        """Whether a subject is billed on a task where that depends on the case: the same for everybody, all the time."""
        key = (item, topic)
        if key not in self._billed:
            dice = Dice(stream(self.options.seed, "case", str(item), *topic.words))
            self._billed[key] = dice.chance(self.parameters["depends_billable"])
        return self._billed[key]


def _missed(seat: Seat) -> Seat:
    return replace(seat, joined=None, left=None) if seat.joined is not None else seat
