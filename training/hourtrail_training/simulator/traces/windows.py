"""Which window was in front, minute by minute: spells of a program and a title, with gaps while nobody was there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.traces import phrases, wording
from hourtrail_training.simulator.traces.moments import Moment, Scene, key_of, pick
from hourtrail_training.simulator.traces.tickets import project_of
from hourtrail_training.simulator.world import Channel, Doing, Minute, Stretch, Topic, Trace, Work

MOST_A_DAY: Final = 80
"""Spells of one day; what comes after them belongs to the last one."""
_LEAVES_NONE: Final = frozenset({Doing.UNSEEN, Doing.TRAVEL})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a stretch is about, as far as its windows can show it; ``other`` stands in for it now and then."""

    stretch: Stretch
    work: Work
    topic: Topic
    other: tuple[Work, Topic]
    other_share: float


@dataclass(frozen=True, slots=True)
class Screen:
    """One person's screen."""

    scene: Scene
    parameters: Parameters

    def spells(self, subjects: Sequence[Subject], generator: np.random.Generator) -> list[Trace]:
        """The spells of one day, in time order; they never overlap and never leave their stretch."""
        found: list[Trace] = []
        mean, away = self.parameters["spell_minutes"], self.parameters["away_share"]
        for subject in subjects:
            stretch = subject.stretch
            if stretch.doing in _LEAVES_NONE or len(found) >= MOST_A_DAY:
                continue
            at = stretch.start
            # Twice as many as can be expected is enough for nearly all stretches: what is left joins the last one.
            count = 2 + int(stretch.minutes / mean * 2)
            lengths = np.maximum(1, generator.exponential(mean, count).round()).astype(int).tolist()
            draws = generator.random((count, 5)).tolist()
            for number, (length, row) in enumerate(zip(lengths, draws, strict=True)):
                full = number == count - 1 or len(found) >= MOST_A_DAY - 1
                end = stretch.end if full else min(stretch.end, at + length)
                if row[4] >= away:
                    _append(found, self._spell(subject, at, end, row))
                at = end
                if at >= stretch.end:
                    break
        return found

    def _spell(self, subject: Subject, at: Minute, end: Minute, draws: Sequence[float]) -> Trace:
        stray, doing = draws[3] < subject.other_share, subject.stretch.doing
        work, topic = subject.other if stray else (subject.work, subject.topic)
        if stray and doing is Doing.MEETING:
            doing = Doing.MAIL
        if draws[0] < self.parameters["plain_title_share"]:
            program, title = _plain(pick(phrases.PLAIN_WINDOWS, draws[1]).format(mail=self.scene.employee.id))
        else:
            program, title = self._shown(doing, work, topic, draws)
        moment = Moment(self.scene.numbers.next(Channel.WINDOW), subject.stretch, at, 0, work, topic, stray, draws)
        return moment.trace(Channel.WINDOW, title[: wording.LONGEST], end=end, verb=program)

    def _shown(self, doing: Doing, work: Work, topic: Topic, draws: Sequence[float]) -> tuple[str, str]:
        """Program and title."""
        words = wording.words_of(topic, wording.called(work, draws[2]))
        if doing is Doing.CALL:
            return "ms-teams", f"{pick(tuple(self.scene.names.values()), draws[1])} | Microsoft Teams"
        if doing is Doing.MEETING:
            return "ms-teams", f"{words['name']} | Microsoft Teams"
        if doing is Doing.TICKET or (doing is Doing.CODE and draws[1] < 0.2):
            return "firefox", f"{_page(work, topic, words, draws)} - {phrases.BROWSER}"
        if doing is Doing.CODE:
            return _coding(work, words, draws)
        if doing is Doing.MAIL:
            return "outlook", f"{wording.first_upper(pick(phrases.MAILS, draws[1]).format_map(words))} - Message (HTML)"
        name = wording.first_upper(pick(phrases.DOCUMENTS, draws[1]).format_map(words))
        program = "excel" if name.endswith("xlsx") else "powerpoint" if name.endswith("pptx") else "word"
        return program, f"{name} - {program.capitalize()}"


def _append(found: list[Trace], spell: Trace) -> None:
    """Add the spell, or lengthen the one before it when the window did not change."""
    last = found[-1] if found else None
    if (
        last is not None
        and last.end == spell.at
        and (last.title, last.verb, last.item) == (spell.title, spell.verb, spell.item)
    ):
        found[-1] = replace(last, end=spell.end)
    else:
        found.append(spell)


def _page(work: Work, topic: Topic, words: dict[str, str], draws: Sequence[float]) -> str:
    """The ticket's page, or a search where there is no ticket."""
    key = key_of(work, topic)
    if not key:
        return pick(phrases.SEARCHES, draws[1]).format_map(words)
    page = phrases.TICKET_PAGES[work.tracker]
    return page.format(key=key, summary=wording.summary_of(work, topic), container=project_of(work))


def _coding(work: Work, words: dict[str, str], draws: Sequence[float]) -> tuple[str, str]:
    place = work.repository.rpartition("/")[2] or work.item.project
    if draws[1] > 0.85:
        return "gnome-terminal", f"{place}: git status" if draws[1] > 0.95 else f"~/src/{place}"
    if draws[1] > 0.7:
        return "firefox", f"{pick(phrases.SEARCHES, draws[3]).format_map(words)} - {phrases.BROWSER}"
    file = pick(phrases.FILES, draws[1] / 0.7).format_map(
        {name: word.replace(" ", "_") for name, word in words.items()}
    )
    return pick(phrases.EDITORS, draws[2]), f"{file} - {place}"


def _plain(title: str) -> tuple[str, str]:
    if title.endswith("Outlook"):
        return "outlook", title
    return ("firefox" if title.endswith(phrases.BROWSER) else title.lower()), title
