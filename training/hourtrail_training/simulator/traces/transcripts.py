"""What a recorder writes down of a meeting: who said what, in sentences about its topic and about nothing."""

import numpy as np

from hourtrail_training.simulator.traces import phrases, wording
from hourtrail_training.simulator.traces.moments import Scene, pick
from hourtrail_training.simulator.world import Occurrence, Seat, Topic, Transcript, Work

MOST_LINES = 60
MOST_SPEAKERS = 6
_LINES_A_MINUTE = 0.7
"""A recorder merges what one person says in a row, so that a line stands for more than a minute."""


def recorded(occurrence: Occurrence, seat: Seat) -> bool:
    """Whether this person's recorder could have run: their own meeting, online, not private, and they were there."""
    return seat.attended and occurrence.organiser == seat.person and occurrence.online and not occurrence.private


def transcribe(seat: Seat, work: Work, topic: Topic, scene: Scene, generator: np.random.Generator) -> Transcript:
    """The transcript of a meeting that the person organised and was in, while they were in it."""
    assert seat.joined is not None
    assert seat.left is not None
    occurrence = seat.occurrence
    people = dict.fromkeys((occurrence.organiser, *occurrence.attendees))
    speakers = [scene.names.get(person) or _name_of(person) for person in list(people)[:MOST_SPEAKERS]]
    minutes = seat.left - seat.joined
    count = min(MOST_LINES, 2 + int(minutes * _LINES_A_MINUTE))
    seconds = np.sort(generator.integers(2, max(3, minutes * 60 - 5), count)).tolist()
    draws = generator.random((count, 2)).tolist()
    words = wording.words_of(topic, wording.called(work, 0.0))
    return Transcript(
        meeting=occurrence.uid, start=seat.joined, end=seat.left, title=occurrence.title, person=seat.person,
        item=occurrence.item,
        lines=tuple(
            (second, pick(speakers, row[0]), wording.first_upper(pick(phrases.SENTENCES, row[1]).format_map(words)))
            for second, row in zip(seconds, draws, strict=True)
        ),
    )  # fmt: skip


def _name_of(address: str) -> str:
    return address.partition("@")[0].replace(".", " ").title()
