"""What becomes of a series in a week, and of single meetings: held, moved, cancelled, taken out; when they really ran."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings.clock import CLOSES, OPENS, at
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Minute, Occurrence, Series

_SHIFTS: Final = (-120, -60, -30, 30, 60, 90, 120)
_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Held:
    """An occurrence and the minutes in which it really ran, [began, ended)."""

    occurrence: Occurrence
    began: Minute
    ended: Minute


def of_series(series: Series, monday: date, options: SimulateOptions, parameters: Parameters) -> Iterator[Held]:
    """The occurrences whose planned local date lies in the week of ``monday``, the cancelled and deleted ones as well."""
    if series.last < monday or series.first > monday + timedelta(days=6):
        return
    if (monday - monday_of(series.first)).days // 7 % series.every_weeks:
        return
    dice = Dice(stream(options.seed, "occurrence", series.uid, monday.isoformat()))
    pair = series.item.project == "internal" and len(series.attendees) == 2
    kind = "one_to_one" if pair else ""
    cancelled = parameters["one_to_one_cancelled" if kind else "cancelled_share"]
    moved = parameters["one_to_one_moved" if kind else "moved_share"]
    for weekday in series.weekdays:
        day = monday + timedelta(days=weekday - 1)
        if not series.first <= day <= series.last:
            continue
        start = at(day, series.local_start, series.zone)
        occurrence = Occurrence(
            uid=series.uid, title=series.title, item=series.item, organiser=series.organiser, attendees=series.attendees,
            zone=series.zone, start=start, end=start + series.minutes, planned_start=start, series=series,
            private=series.private, online=series.online, created=series.created, changed=series.created,
        )  # fmt: skip
        fate = dice.uniform()
        if fate < cancelled:
            occurrence = _cancelled(occurrence, parameters, dice)
        elif fate < cancelled + moved:
            occurrence = _moved(occurrence, day, options, parameters, dice)
        yield held(occurrence, parameters, dice)


def held(occurrence: Occurrence, parameters: Parameters, dice: Dice) -> Held:
    """When it really ran: late by an exponential, its end off by an asymmetric Laplace (models.md B1, row Meetings)."""
    began = occurrence.start + int(dice.exponential(parameters["late_start_mean"]))
    if dice.chance(parameters["overrun_share"]):
        ended = occurrence.end + int(dice.exponential(parameters["overrun_scale"]))
    else:
        ended = occurrence.end - int(dice.exponential(parameters["underrun_scale"]))
    began = min(began, occurrence.end - 2)
    return Held(occurrence, began, max(began + 2, ended))


def _cancelled(occurrence: Occurrence, parameters: Parameters, dice: Dice) -> Occurrence:
    """Marked as cancelled, or taken out of the series."""
    deleted = dice.chance(parameters["deleted_share"])
    changed = occurrence.planned_start - 15 - int(dice.exponential(parameters["change_notice_hours"] * _HOUR))
    return replace(
        occurrence,
        cancelled=True,
        deleted=deleted,
        changed=max(changed, occurrence.created),
        sequence=occurrence.sequence + 1,
    )


def _moved(
    occurrence: Occurrence, day: date, options: SimulateOptions, parameters: Parameters, dice: Dice
) -> Occurrence:
    """Later or earlier on the same day, or to another day of the same week; unmoved where nothing fits."""
    series = occurrence.series
    if series is None:
        return occurrence
    if len(series.weekdays) == 1 and dice.chance(parameters["moved_day_share"]):
        other = monday_of(day) + timedelta(days=dice.below(5))
        start = (
            at(other, series.local_start, series.zone) if options.first <= other <= options.last else occurrence.start
        )
    else:
        local = series.local_start + dice.one(_SHIFTS)
        start = at(day, local, series.zone) if local >= OPENS and local + series.minutes <= CLOSES else occurrence.start
    if start == occurrence.start:
        return occurrence
    changed = (
        min(start, occurrence.planned_start) - 30 - int(dice.exponential(parameters["change_notice_hours"] * _HOUR))
    )
    return replace(
        occurrence, start=start, end=start + series.minutes, changed=max(changed, occurrence.created),
        sequence=occurrence.sequence + 1,
    )  # fmt: skip
