"""Small simulated firms, their plans and their true weeks, made once for the tests that look at them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.founding import found
from hourtrail_training.simulator.meetings import plan, seats_of_week
from hourtrail_training.simulator.options import ZONES, SimulateOptions
from hourtrail_training.simulator.parameters import Parameters, draw
from hourtrail_training.simulator.working import Worker
from hourtrail_training.simulator.world import Firm, PersonWeek, Seat, Series


@dataclass(frozen=True)
class Simulated:
    options: SimulateOptions
    parameters: Parameters
    firm: Firm
    plan: tuple[Series, ...]

    @property
    def mondays(self) -> list[date]:
        first = monday_of(self.options.first)
        return [first + timedelta(days=offset) for offset in range(0, (self.options.last - first).days + 1, 7)]

    def seats(self, monday: date, people: list[str] | None = None) -> dict[str, list[Seat]]:
        everybody = [row.id for row in self.firm.employees]
        chosen = everybody if people is None else people
        return seats_of_week(self.firm, self.plan, self.options, self.parameters, monday, chosen)

    @cached_property
    def all_seats(self) -> list[Seat]:
        return [seat for monday in self.mondays for seats in self.seats(monday).values() for seat in seats]

    def weeks(self) -> list[PersonWeek]:
        workers = [Worker(self.firm, row, self.options, self.parameters) for row in self.firm.employees]
        return [
            worker.week(monday, seats[worker.employee.id])
            for monday in self.mondays
            for seats in (self.seats(monday),)
            for worker in workers
        ]


@cache
def simulated(
    seed: int = 7,
    people: int = 8,
    first: date = date(2026, 3, 2),
    last: date = date(2026, 4, 12),
    zones: tuple[str, ...] = ZONES,
    **overrides: float,
) -> Simulated:
    options = SimulateOptions(seed=seed, people=people, first=first, last=last, zones=zones)
    parameters = draw(seed, overrides)
    firm = found(options, parameters)
    return Simulated(options, parameters, firm, plan(firm, options, parameters))


@cache
def true_weeks(seed: int = 7, people: int = 8) -> tuple[PersonWeek, ...]:
    return tuple(simulated(seed, people).weeks())
