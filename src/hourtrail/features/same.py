"""Same series, repository, ticket project, ticket, attendee domain or text: where did such work go before?"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.features.arrays import Floats, Ints, Keys, share
from hourtrail.features.keys import combined
from hourtrail.features.question import Question
from hourtrail.features.spec import ATTRIBUTES
from hourtrail.features.traits import Exploded

NEARLY_ALL: Final = 0.9
FEWEST_TO_TELL: Final = 20
"""An attribute of this share of at least so many entries tells nothing apart."""


@dataclass(frozen=True)
class _Counts:
    """For every pair: entries with the same attribute on the item and in all, own and firm-wide; zeros where unstated."""

    own_here: Floats
    own_all: Floats
    firm_here: Floats
    stated: Floats


def same_features(question: Question) -> dict[str, Floats]:
    """Three columns for each of ``ATTRIBUTES``, and the exact-text columns, one value a pair."""
    traits, pairs = question.queries.traits, question.pairs
    spoken = np.flatnonzero(traits.text).astype(np.int64)
    text = _counts(question, "text", Exploded(rows=spoken, keys=traits.text[spoken]))
    blank = text.stated == 0
    out = {
        "own_exact_share": share(text.own_here, text.own_all),
        "firm_exact_here": np.where(blank, np.nan, np.log1p(text.firm_here)),
        "firm_exact_elsewhere": np.where(blank, np.nan, np.log1p(pairs.summed(text.firm_here) - text.firm_here)),
    }
    history, entries = _entries(question)
    for name in ATTRIBUTES:
        found = _counts(question, name, traits.same[name])
        firm_all = pairs.summed(found.firm_here)
        firm_silent = _tells_nothing(firm_all, entries)
        # What tells nothing in the firm tells nothing of a person whose history is still short either.
        own_silent = firm_silent | _tells_nothing(found.own_all, history)
        out[f"{name}_own_share"] = np.where(own_silent, np.nan, share(found.own_here, found.own_all))
        out[f"{name}_own_count"] = np.where(found.stated == 0, np.nan, np.log1p(found.own_here))
        out[f"{name}_firm_share"] = np.where(firm_silent, np.nan, share(found.firm_here, firm_all))
    return out


def _entries(question: Question) -> tuple[Floats, Floats]:
    """For every pair: all of the person's entries, and everybody's on the query's candidates."""
    queries, pairs, memory = question.queries, question.pairs, question.memory
    people = memory.by_person
    history = people.count(people.codes(queries.person), question.known)[pairs.query]
    return history.astype(np.float64), pairs.summed(question.entries.astype(np.float64))


def _tells_nothing(alike: Floats, everything: Floats) -> NDArray[np.bool_]:
    """Where nearly everything is alike.

    A repository or calendar that holds all of the work would only repeat how busy each item is, and weigh it as a hint.
    """
    silent: NDArray[np.bool_] = (everything >= FEWEST_TO_TELL) & (alike >= NEARLY_ALL * everything)
    return silent


def _counts(question: Question, attribute: str, values: Exploded) -> _Counts:
    """``values`` are what the queries state; where one states several, their entries are added up."""
    queries, pairs, memory = question.queries, question.pairs, question.memory
    stated = np.bincount(values.rows, minlength=len(queries)).astype(np.float64)[pairs.query]
    anywhere = memory.same(attribute, own=False, on_item=False)
    # Only values that were met before are spread over pairs: in a long replay that is a small part.
    met = anywhere.count(anywhere.codes(values.keys), question.known[values.rows]) > 0
    rows, stated_keys = values.rows[met], values.keys[met]
    if not len(rows):
        nothing = np.zeros(len(pairs))
        return _Counts(own_here=nothing, own_all=nothing, firm_here=nothing, stated=stated)
    people, prefix = queries.person[rows], question.known[rows]
    reading = question.read(rows)
    spread = reading.query
    item = question.catalogue.keys[pairs.item[reading.pairs]]

    def added(weights: Ints) -> Floats:
        sums: Floats = np.bincount(reading.pairs, weights=weights, minlength=len(pairs)).astype(np.float64)
        return sums

    def on_item(*parts: Keys, own: bool) -> Floats:
        index = memory.same(attribute, own=own, on_item=True)
        return added(index.count(index.codes(combined(*parts, item)), prefix[spread]))

    of_person = memory.same(attribute, own=True, on_item=False)
    own_all = of_person.count(of_person.codes(combined(stated_keys, people)), prefix)
    return _Counts(
        own_here=on_item(stated_keys[spread], people[spread], own=True),
        own_all=added(own_all[spread]),
        firm_here=on_item(stated_keys[spread], own=False),
        stated=stated,
    )
