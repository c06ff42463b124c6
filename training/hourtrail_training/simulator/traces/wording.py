"""From a topic to a title: the signal that a reader of traces has, and the confusion that they have to live with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from hourtrail_training.simulator.traces import phrases
from hourtrail_training.simulator.traces.moments import Moment, pick
from hourtrail_training.simulator.world import Topic, Work

LONGEST: Final = 120
"""Characters of a title; the particular words of it come early."""


@dataclass(frozen=True, slots=True)
class Style:
    """The ways in which one channel words things: usual, saying nothing, and in the languages spoken at the place."""

    usual: tuple[str, ...]
    plain: tuple[str, ...]
    local: Mapping[str, tuple[str, ...]]


Words: TypeAlias = Mapping[str, str]
COMMIT: Final = Style(phrases.COMMITS, phrases.PLAIN_COMMITS, {"de": phrases.COMMITS_DE, "fr": phrases.COMMITS_FR})
CHAT: Final = Style(phrases.CHATS, phrases.PLAIN_CHATS, {"de": phrases.CHATS_DE, "fr": phrases.CHATS_FR})
MAIL: Final = Style(phrases.MAILS, phrases.PLAIN_MAILS, {"de": phrases.MAILS_DE, "fr": phrases.MAILS_FR})
DOCUMENT: Final = Style(
    phrases.DOCUMENTS, phrases.PLAIN_DOCUMENTS, {"de": phrases.DOCUMENTS_DE, "fr": phrases.DOCUMENTS_FR}
)


def words_of(topic: Topic, name: str, version: int = 1) -> dict[str, str]:
    """What the placeholders of a phrase stand for; a topic of one word uses it for all three."""
    words = topic.words or (name,)
    return {
        "a": words[0],
        "b": words[-2] if len(words) > 1 else words[0],
        "c": words[-1],
        "name": name,
        "v": str(version),
    }


def called(work: Work, number: float) -> str:
    """One of the names that a project goes by: its own, or an alias."""
    return pick((work.task.name or work.item.project, *work.aliases), number)


def title(style: Style, moment: Moment, language: str, *, plain_share: float, local_share: float) -> str:
    """A title about the moment's topic; uses its draws 0 to 3."""
    draws = moment.draws
    if draws[0] < plain_share:
        return pick(style.plain, draws[1])
    local = style.local.get(language)
    phrase = pick(local if local and draws[2] < local_share else style.usual, draws[1])
    worded = phrase.format_map(words_of(moment.topic, called(moment.work, draws[3]), 1 + int(draws[3] * 4)))
    return first_upper(worded)[:LONGEST]


def first_upper(text: str) -> str:
    """The text with a capital at its start; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def summary_of(work: Work, topic: Topic) -> str:
    """The title of a topic's ticket: the same whoever works on it."""
    total = sum(map(ord, topic.ticket)) % len(phrases.SUMMARIES)
    return first_upper(phrases.SUMMARIES[total].format_map(words_of(topic, work.task.name)))[:LONGEST]
