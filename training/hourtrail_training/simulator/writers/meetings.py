"""How a calendar tells a meeting to one of its people: what every written form of a calendar has in common."""

from dataclasses import dataclass

from hourtrail_training.simulator.world import Minute, Occurrence, Seat
from hourtrail_training.simulator.writers.clock import basic_text, local_time


@dataclass(frozen=True, slots=True)
class Told:
    """One person's view of an occurrence that stands in their calendar."""

    seat: Seat
    people: tuple[str, ...]
    """Organiser first, each once; empty for an appointment with oneself."""
    response: str
    """``none`` for an appointment with oneself: there is nobody to answer."""

    @property
    def occurrence(self) -> Occurrence:
        """What the seat is in."""
        return self.seat.occurrence


def tell(seat: Seat) -> Told | None:
    """The person's view; None for an occurrence that was taken out of its calendar."""
    occurrence = seat.occurrence
    if occurrence.deleted:
        return None
    people = tuple(dict.fromkeys((occurrence.organiser, *occurrence.attendees, seat.person)))
    if len(people) == 1:
        return Told(seat, (), "none")
    return Told(seat, people, seat.response)


def differs(told: Told) -> bool:
    """Whether an occurrence of a series needs an event of its own (RECURRENCE-ID) beside its series'.

    The series stands in everybody's calendar as accepted, at its own times and under its own title.
    """
    occurrence, series = told.occurrence, told.occurrence.series
    if series is None:
        return False
    return (
        occurrence.moved
        or occurrence.cancelled
        or occurrence.end - occurrence.start != series.minutes
        or occurrence.title != series.title
        or occurrence.private != series.private
        or occurrence.attendees != series.attendees
        or occurrence.show_as != "busy"
        or (bool(told.people) and told.response != "accepted")
    )


def original_text(occurrence: Occurrence) -> str:
    """The start that names an occurrence of a series: UTC in basic form, or the local day."""
    if occurrence.all_day:
        return f"{local_time(occurrence.planned_start, occurrence.zone):%Y%m%d}"
    return basic_text(occurrence.planned_start)


def calendar_id(told: Told) -> str:
    """The id under which the icalendar source tells the occurrence of this person."""
    occurrence = told.occurrence
    name = f"{occurrence.uid}#{original_text(occurrence)}" if occurrence.series else occurrence.uid
    return f"{told.seat.person}/{name}"


def revision(told: Told) -> str:
    """SEQUENCE and LAST-MODIFIED as the icalendar source reads them: the series', and the override's behind it."""
    occurrence = told.occurrence
    own = _revision(occurrence.sequence, occurrence.changed or occurrence.created)
    if occurrence.series is None:
        return own
    master = _revision(0, occurrence.series.created)
    return f"{master}+{own}" if differs(told) else master


def _revision(sequence: int, changed: Minute) -> str:
    return f"{sequence:06d}/{basic_text(changed)}"
