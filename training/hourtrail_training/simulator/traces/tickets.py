"""What people do on tickets: open, comment, move, review, and log their work."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.traces import phrases, wording
from hourtrail_training.simulator.traces.moments import Moment, Scene, key_of, pick
from hourtrail_training.simulator.world import Channel, Doing, Stretch, Topic, Trace, Work

STATES: Final = ("In Progress", "In Review", "Done", "To Do", "Blocked")
NEW_A_WEEK: Final = 4
"""Tickets that one person opens in a week at most; their numbers are kept free for them."""
FIRST_NEW_NUMBER: Final = 10_000
"""Tickets that exist from the start have lower numbers than those that people open."""
FIRST_NEW_IN_REDMINE: Final = 1_000_000
"""Redmine numbers the tickets of all projects together, so that those from the start take many more numbers."""


def project_of(work: Work) -> str:
    """What the tracker calls the project: ``organisation/name`` on GitHub, else its key."""
    return work.project_key or work.repository


@dataclass(slots=True)
class TicketDesk:
    """One person's week at the trackers; counts the tickets that they open."""

    scene: Scene
    parameters: Parameters
    opened: int = field(default=0)

    def event(self, moment: Moment) -> Trace | None:
        """One event; None when the topic has no ticket."""
        draws = moment.draws
        if draws[7] < 0.1 and self.opened < NEW_A_WEEK:
            return self._opened(moment)
        key = key_of(moment.work, moment.topic)
        if not key:
            return None
        summary, text = wording.summary_of(moment.work, moment.topic), ""
        if draws[7] < 0.45:
            verb, text = "moved", pick(STATES, draws[8])
        else:
            verb = "commented"
            if moment.work.tracker == "github" and moment.stretch.doing is Doing.CODE and draws[9] < 0.4:
                verb = "reviewed"
            text = pick(phrases.COMMENTS, draws[8]).format_map(wording.words_of(moment.topic, ""))
        return self._trace(moment, key, summary, verb, text=text)

    def logged(self, stretch: Stretch, work: Work, topic: Topic, generator: np.random.Generator) -> Trace | None:
        """The worklog of a stretch: its minutes as the person guesses them; None when they do not log it."""
        key = key_of(work, topic)
        if not key or work.tracker == "github" or generator.random() >= self.parameters["worklog_share"]:
            return None
        guess = stretch.minutes * float(generator.lognormal(0, self.parameters["worklog_error"]))
        draws = generator.random(2).tolist()
        moment = Moment(
            self.scene.numbers.next(Channel.TICKET),
            stretch,
            stretch.start,
            int(draws[0] * 60),
            work,
            topic,
            stray=False,
            draws=draws,
        )
        text = pick(phrases.WORKLOGS, draws[1]).format_map(wording.words_of(topic, ""))
        minutes = max(5, 5 * round(guess / 5))
        return self._trace(moment, key, wording.summary_of(work, topic), "logged", text=text, minutes=minutes)

    def _opened(self, moment: Moment) -> Trace:
        first = FIRST_NEW_IN_REDMINE if moment.work.tracker == "redmine" else FIRST_NEW_NUMBER
        number = first + self.scene.first_place + self.opened
        self.opened += 1
        key = f"{moment.work.project_key}-{number}" if moment.work.tracker == "jira" else f"#{number}"
        phrase = pick(phrases.SUMMARIES, moment.draws[8])
        summary = wording.first_upper(phrase.format_map(wording.words_of(moment.topic, moment.work.task.name)))
        return self._trace(moment, key, summary[: wording.LONGEST], "created")

    @staticmethod
    def _trace(moment: Moment, key: str, title: str, verb: str, *, text: str = "", minutes: int | None = None) -> Trace:
        return moment.trace(
            Channel.TICKET,
            title,
            end=None if minutes is None else moment.at + minutes,
            text=text,
            container=project_of(moment.work),
            reference=key,
            verb=verb,
            minutes=minutes,
        )
