"""Reasons in words: what spoke most for the answer, from the same features that the model read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import expm1
from typing import Final

from hourtrail.domain.score import Score

MOST: Final = 4
"""Reasons shown; more are noise."""

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, the features whose contributions it stands for, and when it is true."""

    features: tuple[str, ...]
    holds: Callable[[Values], bool]
    words: Callable[[Values], str]


def _count(values: Values, name: str) -> int:
    return round(expm1(values.get(name, 0.0)))


def _entries(count: int) -> str:
    return "an entry" if count == 1 else f"{count} entries"


def _same(attribute: str, words: str) -> Reason:
    count, share = f"{attribute}_own_count", f"{attribute}_own_share"
    return Reason(
        (count, share),
        lambda values: _count(values, count) >= 1,
        lambda values: f"same {words} as {_entries(_count(values, count))} you booked here",
    )


def _by_others(attribute: str, words: str) -> Reason:
    share, own = f"{attribute}_firm_share", f"{attribute}_own_count"
    return Reason(
        (share,),
        lambda values: values.get(share, 0.0) >= 0.5 and _count(values, own) == 0,
        lambda values: f"{values[share]:.0%} of your firm's entries with this {words} are booked here",
    )


def _flag(name: str, words: str) -> Reason:
    return Reason((name,), lambda values: values.get(name, 0.0) > 0, lambda _values: words)


REASONS: Final[tuple[Reason, ...]] = (
    _same("reference", "ticket"),
    _same("series", "series"),
    _same("container", "calendar or repository"),
    _same("prefix", "ticket project"),
    _same("domain", "attendees' company"),
    Reason(
        ("own_exact_share",),
        lambda values: values.get("own_exact_share", 0.0) >= 0.5,
        lambda _values: "you booked exactly this text here before",
    ),
    Reason(
        (
            *("own_cosine_max", "own_cosine_vote", "own_cosine_decayed", "own_cosine_sharp", "own_cosine_season"),
            "own_likeness",
        ),
        lambda values: values.get("own_cosine_vote", 0.0) >= 0.3 and values.get("own_cosine_max", 0.0) >= 0.4,
        lambda values: f"{values['own_cosine_vote']:.0%} of your most similar entries are booked here",
    ),
    Reason(
        ("own_lexical_max", "own_lexical_vote", "own_lexical_decayed"),
        lambda values: values.get("own_lexical_vote", 0.0) >= 0.4,
        lambda _values: "shares rare words with entries you booked here",
    ),
    _by_others("series", "series"),
    _by_others("reference", "ticket"),
    _by_others("container", "calendar or repository"),
    _by_others("prefix", "ticket project"),
    _by_others("domain", "attendees' company"),
    Reason(
        (
            *("firm_cosine_vote", "firm_cosine_decayed", "firm_cosine_sharp", "firm_cosine_max"),
            *("firm_lexical_vote", "firm_lexical_decayed", "firm_lexical_wide"),
        ),
        lambda values: values.get("firm_cosine_vote", 0.0) >= 0.5 or values.get("firm_lexical_vote", 0.0) >= 0.5,
        lambda _values: "similar entries of your firm are booked here",
    ),
    Reason(
        ("words_share", "words_evidence", "words_evidence_each"),
        lambda values: values.get("words_share", 0.0) >= 0.5 and values.get("words_evidence", 0.0) >= 1.0,
        lambda _values: "its words are those of your firm's entries booked here",
    ),
    _flag("prefix_hint", "the ticket project belongs to this work item"),
    _flag("container_hint", "the repository or calendar belongs to this work item"),
    _flag("domain_hint", "an attendee comes from this client"),
    _flag("code_hits", "its code is named in the text or by the calendar or repository"),
    _flag("keyword_hits", "its name or a keyword stands in the text"),
    _flag("client_hits", "the client is named"),
    Reason(
        ("master_cosine", "master_lexical"),
        lambda values: values.get("master_cosine", 0.0) >= 0.35 or values.get("master_lexical", 0.0) >= 0.2,
        lambda _values: "the text resembles the work item's name and keywords",
    ),
    Reason(
        ("own_is_last", "own_markov", "own_markov_two", "own_markov_decayed"),
        lambda values: values.get("own_is_last", 0.0) > 0,
        lambda _values: "it is what you booked last",
    ),
    Reason(
        (
            "own_share_10",
            "own_share_50",
            "own_share_200",
            "own_decay_7d",
            "own_decay_30d",
            "own_decay_90d",
            "own_count_7d",
            "own_count_30d",
        ),
        lambda values: values.get("own_share_50", 0.0) >= 0.25,
        lambda values: f"{values['own_share_50']:.0%} of your last entries are booked here",
    ),
    Reason(
        ("planned_hours", "assigned"),
        lambda values: values.get("planned_hours", 0.0) > 0,
        lambda values: f"you are planned on it for {values['planned_hours']:g} h a week",
    ),
    _flag("assigned", "you are assigned to it"),
)


def reasons_for(score: Score) -> tuple[str, ...]:
    """:func:`speaks_for` the most likely answer, or that nothing in particular does."""
    return speaks_for(score) or ("the most likely of what is open to you; nothing in particular speaks for it",)


def speaks_for(score: Score) -> tuple[str, ...]:
    """At most ``MOST`` sentences, those first that moved the score most; none where nothing speaks for this work item."""
    found: list[tuple[float, int, str]] = []
    for order, reason in enumerate(REASONS):
        if reason.holds(score.features):
            weight = sum(score.contributions.get(name, 0.0) for name in reason.features)
            if weight > 0:
                found.append((-weight, order, reason.words(score.features)))
    sentences = [words for _, _, words in sorted(found)]
    return tuple(sentences[:MOST])
