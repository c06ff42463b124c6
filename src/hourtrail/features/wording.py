"""Which words point to which work item: evidence from everybody's entries on the candidates, however old.

Neighbours read the newest thousands of texts; a rare word may have been written long before. Counting words reaches back
to the first entry. As with neighbours, only entries on the query's own candidates count (ethical walls).
"""

from typing import Final

import numpy as np

from hourtrail.features.arrays import Floats, Ints
from hourtrail.features.lexical import row_numbers
from hourtrail.features.question import Question

PRIOR: Final = 5.0
"""Entries on all items, in proportion to how busy each is, that every word is taken to have stood in before it was seen."""

_CELLS: Final = 1_000_000


def word_features(question: Question) -> dict[str, Floats]:
    """Columns ``words_*``, one value a pair.

    With c entries holding a word, c_i of them on item i, and p_i the item's share of all entries on the candidates, the
    evidence of the word is ln((c_i + PRIOR p_i) / (c + PRIOR) / p_i); zero where it says nothing.
    """
    out: dict[str, Floats] = {}
    size = int(np.clip(_CELLS // (question.width + 1), 16, 512))
    order = np.argsort(question.known, kind="stable").astype(np.int64)
    for begin in range(0, len(order), size):
        chunk = order[begin : begin + size]
        question.fill(out, chunk, _tables(question, chunk))
    return out


def _tables(question: Question, chunk: Ints) -> dict[str, Floats]:
    """Tables of shape (queries, slots + 1)."""
    memory, shape = question.memory, (len(chunk), question.width + 1)
    known = question.known[chunk]
    busy = np.zeros(shape)
    reading = question.read(chunk)
    busy[reading.query, question.pairs.slot[reading.pairs]] = question.entries[reading.pairs] + 0.5
    candidate = busy > 0
    prior = np.where(candidate, busy / np.maximum(busy.sum(axis=1, keepdims=True), 0.5), 1.0)

    said = question.queries.traits.terms[chunk]
    query = row_numbers(said)
    term, item, count = memory.words_of_items.met(said.indices, known[query])
    slot = question.slot_of_item[item]
    use = candidate[query[term], slot]
    term, slot, count = term[use], slot[use], count[use]
    asked = query[term]
    whole = np.bincount(term, weights=count, minlength=len(query))
    gained = np.log1p(count / (PRIOR * prior[asked, slot]))
    gains = np.bincount(asked * shape[1] + slot, weights=gained, minlength=candidate.size).reshape(shape)
    lost = np.bincount(query, weights=np.log1p(whole / PRIOR), minlength=len(chunk))
    evidence = gains - lost[:, None]
    spoken = np.bincount(query[whole > 0], minlength=len(chunk))[:, None]
    odds = np.where(candidate, prior * np.exp(evidence - evidence.max(axis=1, keepdims=True)), 0.0)
    share = odds / np.maximum(odds.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    met = spoken > 0
    return {
        "words_evidence": np.where(met, evidence, np.nan),
        "words_evidence_each": np.where(met, evidence / np.sqrt(np.maximum(spoken, 1)), np.nan),
        "words_share": np.where(met, share, np.nan),
    }
