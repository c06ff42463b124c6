"""A person's true week: when they work, which meetings they sit in, and what they do in between."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
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
_DAY_WITH_LUNCH: Final = 5 * 60
"""Minutes of work from which on a day has a lunch break."""
_LUNCH: Final = 12 * 60 + 10
_LATEST_LUNCH: Final = 14 * 60 + 30
_WORTH_STARTING: Final = 2
"""Minutes below which nobody begins anything."""
_VISITED: Final = 6.0
"""How much more a client's work weighs on a day at the client."""


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
        """The days of the week that lie in the horizon. Seats come back as they truly were sat in."""
        dice = Dice(stream(self.options.seed, "truth", self.employee.id, monday.isoformat()))
        week = Week(self.firm, self.parameters, dice, self._is_billed)
        by_day: dict[date, list[int]] = defaultdict(list)
        final = list(seats)
        for index, seat in enumerate(seats):
            if not seat.occurrence.all_day:
                by_day[local_day(seat.occurrence.start, self.employee.person.zone)].append(index)
        attended = sum(seat.attended for seat in seats)
        offsets = [monday + timedelta(days=offset) for offset in range(7)]
        inside = [day for day in offsets if self.options.first <= day <= self.options.last]
        workdays = [day for day in inside if self.roster.is_working_day(self.employee, day)]
        meetings_a_day = attended / len(workdays) if workdays else 0.0
        days = [self._day(day, by_day[day], final, week, meetings_a_day, expected=day in workdays) for day in inside]
        return PersonWeek(employee=self.employee, monday=monday, days=tuple(days), seats=tuple(final))

    def _day(
        self, day: date, indices: Iterable[int], seats: list[Seat], week: Week, meetings_a_day: float, *, expected: bool
    ) -> TrueDay:
        employee, dice = self.employee, week.dice
        absence = self.roster.absence(employee, day)
        live = self.roster.live(employee.id, day)
        extra = not expected and day.isoweekday() > 5 and absence is None and self.roster.employed(employee, day)
        works = (expected or (extra and dice.chance(self.parameters["weekend_share"]))) and any(
            share > 0 for _, share in live
        )
        if not works:
            for index in indices:
                seats[index] = replace(seats[index], joined=None, left=None) if seats[index].attended else seats[index]
            return TrueDay(person=employee.id, date=day, stretches=(), absence=absence)
        target = self._target(dice) if expected else _SHORTEST_DAY + dice.below(180)
        diary = self._begun(day, dice)
        self._sit(diary, indices, seats, week, {item for item, _ in live})
        stretches = self._filled(diary, day, target, live, week, meetings_a_day)
        working = (stretches[0].start, stretches[-1].end) if stretches else None
        return TrueDay(person=employee.id, date=day, stretches=tuple(stretches), working=working)

    def _target(self, dice: Dice) -> int:
        usual = self.roster.usual_minutes(self.employee)
        minutes = usual * (1 + self.parameters["length_jitter"] * dice.normal())
        if dice.chance(self.parameters["overtime_share"]):
            minutes += dice.exponential(self.parameters["overtime_minutes"])
        return int(min(max(minutes, _SHORTEST_DAY), 13 * 60))

    def _begun(self, day: date, dice: Dice) -> Diary:
        zone = self.employee.person.zone
        local = self.employee.traits.start_minute + self.parameters["start_jitter"] * dice.normal()
        return Diary(begin=at(day, int(max(local, _EARLIEST)), zone), limit=at(day, _END_OF_DAY, zone))

    def _sit(self, diary: Diary, indices: Iterable[int], seats: list[Seat], week: Week, live: set[WorkItem]) -> None:
        """Puts the attended meetings into the day, the earlier one first, then private appointments as time away."""
        chosen = sorted(indices, key=lambda index: (seats[index].joined or seats[index].occurrence.start, index))
        for index in chosen:
            seat = seats[index]
            occurrence = seat.occurrence
            if not seat.attended or seat.joined is None or seat.left is None:
                continue
            work = self.firm.works.get(occurrence.item)
            seats[index] = replace(seat, joined=None, left=None)
            if work is None or occurrence.item not in live:
                continue
            task = Task(occurrence.item, occurrence.topic or week.topic_of(occurrence.item), Doing.MEETING)
            stretch = self._stretch(task, seat.joined, seat.left, occurrence.uid, occurrence.start)
            if diary.put(seat.joined, seat.left, stretch):
                seats[index] = seat
                diary.begin = min(diary.begin, seat.joined)
        for index in chosen:
            occurrence = seats[index].occurrence
            if occurrence.private and not occurrence.item.project and not occurrence.cancelled:
                diary.put(occurrence.start, occurrence.end)

    def _filled(
        self, diary: Diary, day: date, target: int, live: Live, week: Week, meetings_a_day: float
    ) -> list[Stretch]:
        home, live = self._travel(diary, day, target, live, week)
        if target >= _DAY_WITH_LUNCH:
            self._lunch(diary, day, week.dice)
        self._calls(diary, target, live, week, meetings_a_day)
        fixed = diary.worked
        unseen = min(self.parameters["unseen_share"] * target / max(1, target - fixed), 0.9)
        stretches = [*diary.held, *self._work(diary, target - fixed - home, live, week, unseen)]
        stretches.sort(key=lambda row: row.start)
        return self._homeward(stretches, home, week, diary)

    def _work(self, diary: Diary, minutes: int, live: Live, week: Week, unseen: float) -> list[Stretch]:
        """Fills the free time with up to ``minutes`` of work."""
        parameters, dice = self.parameters, week.dice
        median, sigma, longest = (parameters[f"duration_{name}"] for name in ("median", "sigma", "longest"))
        pause = parameters["idle_share"] / parameters["pause_share"] * median * 2
        made: list[Stretch] = []
        cursor, left, task = diary.begin, minutes, None
        while left >= _WORTH_STARTING and cursor < diary.limit:
            start, end = diary.gap_from(cursor)
            if end - start < _WORTH_STARTING:
                if end >= diary.limit:
                    break
                cursor = end
                continue
            if task is None:
                task = week.turn(live, unseen)
                wanted = max(1, round(min(dice.lognormal(median, sigma), longest)))
            minutes_now = min(wanted, end - start, left)
            cut = minutes_now > 2 * _WORTH_STARTING and dice.chance(parameters["interruption_share"])
            if cut:
                minutes_now = 1 + dice.below(minutes_now - 1)
            made.append(self._stretch(task, start, start + minutes_now))
            cursor, left, wanted = start + minutes_now, left - minutes_now, wanted - minutes_now
            if cut:
                cursor, used = self._interrupted(made, cursor, min(end - cursor, left), live, week)
                left -= used
            elif wanted < _WORTH_STARTING or not dice.chance(parameters["stay"]):
                task = None
                cursor += round(dice.exponential(pause)) if dice.chance(parameters["pause_share"]) else 0
        return made

    def _interrupted(
        self, made: list[Stretch], at_minute: Minute, room: int, live: Live, week: Week
    ) -> tuple[Minute, int]:
        """An interruption, as work on something else or as none; returns where it ends and the minutes worked in it."""
        minutes = min(max(1, round(week.dice.lognormal(self.parameters["interruption_median"], 0.8))), room)
        if minutes < 1:
            return at_minute, 0
        task = week.aside(live) if week.dice.chance(self.parameters["interruption_work_share"]) else None
        if task is None:
            return at_minute + minutes, 0
        made.append(self._stretch(task, at_minute, at_minute + minutes))
        return at_minute + minutes, minutes

    def _lunch(self, diary: Diary, day: date, dice: Dice) -> None:
        """A break near noon, after whatever stands there; none where the day leaves no room."""
        zone = self.employee.person.zone
        minutes = int(min(max(dice.lognormal(self.parameters["lunch_median"], 0.3), 15), 120))
        start = at(day, _LUNCH + int(20 * dice.normal()), zone)
        latest = at(day, _LATEST_LUNCH, zone)
        while start <= latest:
            first, end = diary.gap_from(start)
            if end - first >= minutes:
                diary.put(first, first + minutes)
                return
            start = max(end, first + 1)

    def _calls(self, diary: Diary, target: int, live: Live, week: Week, meetings_a_day: float) -> None:
        """Calls that no calendar knows of, at any free moment of the day."""
        dice, share = week.dice, self.parameters["adhoc_share"]
        for _ in range(min(dice.poisson(meetings_a_day * share / (1 - share)), 20)):
            minutes = max(2, round(min(dice.lognormal(self.parameters["call_median"], 0.8), 90)))
            start = diary.begin + dice.below(max(1, target))
            task = week.aside(live)
            if task is None or minutes > target / 4:
                continue
            task = Task(task.item, task.topic, Doing.CALL)
            diary.put(start, start + minutes, self._stretch(task, start, start + minutes))

    def _travel(self, diary: Diary, day: date, target: int, live: Live, week: Week) -> tuple[int, Live]:
        """The journey to a client who is visited that day; the minutes of the way home, and what weighs more there."""
        journeys = [item for item, _ in live if item.task == "TRAVEL"]
        if not journeys or target < _DAY_WITH_LUNCH or not week.dice.chance(self.parameters["visit_share"]):
            return 0, live
        item = week.dice.one(journeys)
        minutes = int(min(max(week.dice.lognormal(self.parameters["travel_median"], 0.5), 20), target / 4))
        task = Task(item, week.topic_of(item), Doing.TRAVEL)
        if not diary.put(diary.begin, diary.begin + minutes, self._stretch(task, diary.begin, diary.begin + minutes)):
            return 0, live
        there = tuple((row, share * (_VISITED if row.client == item.client else 1.0)) for row, share in live)
        return minutes, there

    def _homeward(self, stretches: list[Stretch], minutes: int, week: Week, diary: Diary) -> list[Stretch]:
        journey = next((row for row in stretches if row.doing is Doing.TRAVEL), None)
        if not minutes or journey is None or not stretches:
            return stretches
        start = stretches[-1].end
        end = min(start + minutes, diary.limit)
        return (
            [*stretches, replace(journey, start=start, end=end)]
            if end > start and diary.free(start, end)
            else stretches
        )

    def _stretch(self, task: Task, start: Minute, end: Minute, meeting: str = "", scheduled: Minute = 0) -> Stretch:
        billable, code = billing(self.firm.works[task.item], task.topic, self._is_billed)
        return Stretch(
            person=self.employee.id, start=start, end=end, item=task.item, doing=task.doing, billable=billable,
            billing_code=code, topic=task.topic, meeting=meeting, meeting_start=scheduled,
        )  # fmt: skip

    def _is_billed(self, item: WorkItem, topic: Topic) -> bool:
        """Whether a subject is billed on a task where that depends on the case: the same for everybody, all the time."""
        key = (item, topic)
        if key not in self._billed:
            dice = Dice(stream(self.options.seed, "case", str(item), *topic.words))
            self._billed[key] = dice.chance(self.parameters["depends_billable"])
        return self._billed[key]
