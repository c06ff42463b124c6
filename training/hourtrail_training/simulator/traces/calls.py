"""Calls that nobody invited to, and who was really in an online meeting: what a phone system or a meeting tool records."""

from hourtrail_training.simulator.traces.moments import Scene, pick
from hourtrail_training.simulator.world import Channel, Seat, Stretch, Topic, Trace, Work

MOST_NAMED = 20
"""People whom a record names at most."""


def ad_hoc(stretch: Stretch, work: Work, topic: Topic, scene: Scene, number: float) -> Trace:
    """The record of a call without an invitation: whom with and how long, rarely what about."""
    people = scene.contacts.get(work.item.client) or scene.colleagues.get(work.item, ())
    others = tuple(person for person in people if person != scene.employee.id)
    other = pick(others, number) if others else ""
    name = scene.names.get(other) or other.partition("@")[0].replace(".", " ").title()
    title = f"Call with {name}" if name else "Call"
    if number < 0.15:
        title = f"{title}: {topic.words[-1] if topic.words else work.item.project}"
    return Trace(
        person=stretch.person, channel=Channel.CALL, at=stretch.start, second=0, end=stretch.end, item=work.item,
        title=title, verb="call", participants=(other,) if other else (), id=scene.numbers.next(Channel.CALL),
    )  # fmt: skip


def joined(seat: Seat, scene: Scene) -> Trace | None:
    """The record of an online meeting that the person was in; None for one that they missed or that is not online."""
    occurrence = seat.occurrence
    if not seat.attended or not occurrence.online or occurrence.all_day or seat.joined is None:
        return None
    return Trace(
        person=seat.person, channel=Channel.CALL, at=seat.joined, second=0, end=seat.left, item=occurrence.item,
        title="Private meeting" if occurrence.private else occurrence.title, verb="meeting",
        participants=occurrence.attendees[:MOST_NAMED], id=scene.numbers.next(Channel.CALL),
    )  # fmt: skip
