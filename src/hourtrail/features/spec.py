"""The feature columns: one table that names them, orders them, documents them and stamps their version."""

from dataclasses import dataclass
from typing import Final

from hourtrail.domain.ports import FeatureSpec

VERSION: Final = "2"
"""Raised whenever a column is added, removed or computed differently: a model is bound to it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One feature: what it says about a (block, work item) pair, in which unit, and when it is NaN (not known)."""

    name: str
    unit: str
    meaning: str
    unknown: str = "never"


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together."""

    title: str
    columns: tuple[Column, ...]


_NO_HISTORY: Final = "the person has no confirmed entry yet"
_NO_TEXT: Final = "no encoder, no text, or nothing to compare with"
_NO_WORDS: Final = "no words, or none in common with any of them"
_HISTORY: Final = Group(
    "Own history (the person's last 400 confirmed entries)",
    (
        Column(
            "own_log_hours_since",
            "ln(1 + h)",
            "time between this work and the newest entry on the item",
            "never confirmed there",
        ),
        Column(
            "own_recency_rank",
            "rank",
            "0 = the candidate confirmed last, 1 = the one before, ...",
            "never confirmed there",
        ),
        Column("own_is_last", "0/1", "the person's newest entry is on this item", _NO_HISTORY),
        Column("own_count_1d", "ln(1 + n)", "entries on the item within 1 day of this work"),
        Column("own_count_7d", "ln(1 + n)", "entries on the item within 7 days"),
        Column("own_count_30d", "ln(1 + n)", "entries on the item within 30 days"),
        Column("own_count_180d", "ln(1 + n)", "entries on the item within 180 days"),
        Column("own_share_10", "share", "share of the newest 10 entries", _NO_HISTORY),
        Column("own_share_50", "share", "share of the newest 50 entries", _NO_HISTORY),
        Column("own_share_200", "share", "share of the newest 200 entries", _NO_HISTORY),
        Column("own_decay_7d", "share", "share with a half-life of 7 days", _NO_HISTORY),
        Column("own_decay_30d", "share", "share with a half-life of 30 days", _NO_HISTORY),
        Column("own_decay_90d", "share", "share with a half-life of 90 days", _NO_HISTORY),
        Column(
            "own_markov",
            "share",
            "how often this item followed the item of the newest entry",
            "that item had no successor yet",
        ),
        Column(
            "own_markov_two",
            "share",
            "how often this item followed the items of the two newest entries, in that order",
            "that pair had no successor yet",
        ),
        Column(
            "own_markov_decayed",
            "share",
            "own_markov with a half-life of 30 days",
            "that item had no successor yet",
        ),
        Column(
            "own_hour_share", "share", "share among the entries of this part of the day (3 hours)", "none in that part"
        ),
        Column("history_length", "ln(1 + n)", "all confirmed entries of the person"),
        Column("history_entropy", "nat", "how mixed the person's entries are; 0 = always the same item", _NO_HISTORY),
        Column("history_log_gap", "ln(1 + h)", "time between this work and the person's newest entry", _NO_HISTORY),
        Column("candidate_count", "ln n", "work items in question for this block"),
    ),
)
_OWN_TEXT: Final = Group(
    "Own text (the person's last 400 confirmed entries)",
    (
        Column("own_cosine_max", "cosine", "the most similar entry on the item", _NO_TEXT),
        Column("own_cosine_vote", "share", "vote of the 25 most similar entries, weight = cosine to the 4th", _NO_TEXT),
        Column("own_cosine_decayed", "share", "the same vote with a half-life of 30 days", _NO_TEXT),
        Column("own_cosine_sharp", "share", "vote of all entries, weight = exp(16 cosine)", _NO_TEXT),
        Column("own_cosine_season", "share", "the same vote with a half-life of 90 days", _NO_TEXT),
        Column(
            "own_likeness",
            "share",
            "vote of all entries, weight = exp(12 cosine) x (0.05 + cosine by rare words), half-life 90 days",
            _NO_TEXT,
        ),
        Column("own_lexical_max", "cosine", "the most similar entry on the item by rare words", _NO_WORDS),
        Column("own_lexical_vote", "share", "vote of all entries by rare words, weight = cosine to the 3rd", _NO_WORDS),
        Column("own_lexical_decayed", "share", "the same vote with a half-life of 60 days", _NO_WORDS),
        Column(
            "own_exact_share",
            "share",
            "share among the person's entries with exactly this text",
            "text not seen before",
        ),
    ),
)
_FIRM: Final = Group(
    "Everybody's entries on the candidates (the newest 10,000; other items never count: ethical walls)",
    (
        Column("firm_cosine_max", "cosine", "the most similar entry of anybody on the item", _NO_TEXT),
        Column("firm_cosine_vote", "share", "vote of all entries, weight = exp(16 cosine)", _NO_TEXT),
        Column("firm_cosine_decayed", "share", "the same vote with a half-life of 30 days", _NO_TEXT),
        Column("firm_cosine_sharp", "share", "weight = exp(24 cosine), half-life 60 days", _NO_TEXT),
        Column("firm_lexical_max", "cosine", "the most similar entry of anybody by rare words", _NO_WORDS),
        Column("firm_lexical_vote", "share", "vote by rare words, weight = cosine to the 3rd", _NO_WORDS),
        Column("firm_lexical_decayed", "share", "the same vote with a half-life of 45 days", _NO_WORDS),
        Column("firm_lexical_wide", "share", "vote by rare words, weight = cosine squared", _NO_WORDS),
        Column("firm_exact_here", "ln(1 + n)", "entries of anybody with exactly this text on the item", "no text"),
        Column(
            "firm_exact_elsewhere", "ln(1 + n)", "entries with exactly this text on the other candidates", "no text"
        ),
        Column(
            "firm_markov",
            "share",
            "how often it was anybody's next item after that of the person's newest entry",
            "nobody went on from there to a candidate",
        ),
        Column(
            "others_share_7d",
            "share",
            "share of what other people confirmed in the last 7 days",
            "they confirmed nothing",
        ),
        Column("others_share_30d", "share", "the same over 30 days", "they confirmed nothing"),
        Column("others_share_120d", "share", "the same over 120 days", "they confirmed nothing"),
        Column("item_log_age", "ln(1 + d)", "days since the item was first confirmed by anybody", "never confirmed"),
        Column("item_log_idle", "ln(1 + d)", "days since the item was last confirmed by anybody", "never confirmed"),
    ),
)
_WORDS: Final = Group(
    "Words of everybody's entries on the candidates, however old (ethical walls as above)",
    (
        Column(
            "words_evidence",
            "nat",
            "how much more often than by chance the text's words stood in entries on the item (features/wording.py)",
            "no word was ever seen on a candidate",
        ),
        Column("words_evidence_each", "nat", "the same over the root of the number of words", "as above"),
        Column(
            "words_share", "share", "how likely the words and how busy each item is make it (naive Bayes)", "as above"
        ),
    ),
)
ATTRIBUTES: Final = {
    "series": "recurring series",
    "container": "calendar, repository, board or channel",
    "prefix": "ticket project",
    "reference": "ticket, pull request or document",
    "domain": "attendee's mail domain",
}


_NO_CONTRAST: Final = (
    "none with the same, or nearly all (9 in 10 of at least 20, in the firm or of the person): it tells nothing"
)


def _attribute_columns(name: str, words: str) -> tuple[Column, ...]:
    return (
        Column(
            f"{name}_own_share",
            "share",
            f"share among the person's entries with the same {words}",
            _NO_CONTRAST,
        ),
        Column(
            f"{name}_own_count", "ln(1 + n)", f"the person's entries on the item with the same {words}", "not stated"
        ),
        Column(f"{name}_firm_share", "share", f"share among anybody's entries with the same {words}", _NO_CONTRAST),
    )


_SAME: Final = Group(
    "Same attribute as confirmed entries (all that are known)",
    tuple(column for name, words in ATTRIBUTES.items() for column in _attribute_columns(name, words)),
)
_MASTER: Final = Group(
    "Master data (what makes a project of this morning suggestible)",
    (
        Column(
            "master_cosine", "cosine", "text to the item's client, name and keywords", "no encoder, or a text is empty"
        ),
        Column("master_lexical", "cosine", "the same by rare words", "a text is empty"),
        Column(
            "keyword_hits", "phrases", "keywords and the name that stand literally in the text", "the item has none"
        ),
        Column(
            "code_hits", "phrases", "project and task codes that stand literally in the text or the container's name"
        ),
        Column(
            "client_hits", "phrases", "the client's code stands literally in the text, the container or a mail domain"
        ),
        Column("prefix_hint", "0/1", "the ticket project is one of the item's", "no ticket, or the item states none"),
        Column("container_hint", "0/1", "the container is one of the item's", "no container, or the item states none"),
        Column(
            "domain_hint",
            "0/1",
            "an attendee's mail domain is one of the item's",
            "no attendees, or the item states none",
        ),
        Column(
            "assigned", "0/1", "an assignment of the person covers the item that day", "the firm gave no assignments"
        ),
        Column("planned_hours", "h/week", "hours that the assignment plans", "not planned"),
        Column("item_log_open", "ln(1 + d)", "days since the item was opened", "no opening date, or it lies ahead"),
        Column("billable", "0..1", "1 = billed, 0 = not, 0.5 = depends", "not in the master data"),
        Column("is_not_work", "0/1", 'the answer "this is not work"'),
    ),
)
_CONTEXT: Final = Group(
    "The block itself (the same for all of its candidates)",
    (
        Column("is_meeting", "0/1", "a meeting or a call"),
        Column("is_commit", "0/1", "a commit or a code review"),
        Column("is_ticket", "0/1", "ticket work"),
        Column("hour", "h", "local time of day at the start, 0 to 24"),
        Column("weekday", "d", "0 = Monday"),
        Column("log_minutes", "ln(1 + min)", "how long it took", "a point event"),
    ),
)
GROUPS: Final = (_HISTORY, _OWN_TEXT, _FIRM, _WORDS, _SAME, _MASTER, _CONTEXT)
SPEC: Final = FeatureSpec(version=VERSION, names=tuple(column.name for group in GROUPS for column in group.columns))


_INTRODUCTION: Final = (
    "One row is one (block, work item) pair, computed as of the instant at which it is asked. No column holds the identity "
    'of a person, a client or a project. NaN means "not known".'
)


def reference() -> str:
    """The table as Markdown: docs/reference/features.md."""
    lines = [
        "# Features",
        "",
        f"Version {SPEC.version}, {len(SPEC.names)} columns. {_INTRODUCTION}",
    ]
    for group in GROUPS:
        lines += ["", f"## {group.title}", "", "| column | unit | meaning | NaN when |", "|---|---|---|---|"]
        lines += [f"| `{row.name}` | {row.unit} | {row.meaning} | {row.unknown} |" for row in group.columns]
    return "\n".join(lines) + "\n"
