"""What the master data alone says about a pair: a project opened this morning has nothing else."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hourtrail.domain.firm import NOT_WORK
from hourtrail.features.arrays import Floats, Ints
from hourtrail.features.catalogue import Catalogue, Hints
from hourtrail.features.keys import combined
from hourtrail.features.lexical import presence
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import Queries
from hourtrail.features.question import Question
from hourtrail.features.traits import Exploded, same_dimension

_CELLS: Final = 500_000
_KEYWORDS, _CODES, _CLIENTS, _NAMES = _PARTS = range(4)
"""Blocks of rows of the catalogue's phrasebook."""

_TEXT, _AROUND, _WORDS = range(3)
"""What is looked at: words present in the text, in the names around it, and the text's words by how rare they are."""


def master_features(question: Question) -> dict[str, Floats]:
    """The columns of the master data, one value a pair."""
    queries, pairs, catalogue = question.queries, question.pairs, question.catalogue
    out: dict[str, Floats] = {}
    size = max(1, _CELLS // (len(_PARTS) * question.width))
    for begin in range(0, len(queries), size):
        chunk = np.arange(begin, min(begin + size, len(queries)))
        question.fill(out, chunk, _literal(question, chunk) | _cosine(question, chunk))
    stated = np.diff(catalogue.keywords.indptr)[pairs.item] > 0
    out["keyword_hits"] = np.where(stated, out["keyword_hits"], np.nan)
    out["prefix_hint"] = _hint(question, catalogue.prefixes, queries.traits.same["prefix"])
    out["container_hint"] = _hint(question, catalogue.containers, queries.places)
    out["domain_hint"] = _hint(question, catalogue.domains, queries.mail)
    return out | _terms_of_work(queries, pairs, catalogue)


def _terms_of_work(queries: Queries, pairs: Pairs, catalogue: Catalogue) -> dict[str, Floats]:
    day = queries.day[pairs.query]
    open_for = day - catalogue.opens[pairs.item]
    unknown = np.full(len(pairs), np.nan)
    assigned, hours = unknown, unknown
    if catalogue.plans is not None:
        wanted = combined(queries.person[pairs.query], catalogue.keys[pairs.item])
        assigned, hours = catalogue.plans.on(wanted, day)
    return {
        "assigned": assigned,
        "planned_hours": hours,
        "item_log_open": np.log1p(np.where(open_for >= 0, open_for, np.nan)),
        "billable": catalogue.billable[pairs.item],
        "is_not_work": (pairs.item == catalogue.index[NOT_WORK]).astype(np.float64),
    }


def _literal(question: Question, chunk: Ints) -> dict[str, Floats]:
    """What stands literally in a text or around it; tables of shape (queries, slots + 1)."""
    queries, catalogue = question.queries, question.catalogue
    items = question.pairs.distinct
    said = (presence(queries.traits.terms[chunk]), presence(queries.around[chunk]), question.words[chunk])
    rows = (items + len(catalogue.items) * np.arange(len(_PARTS))[:, None]).ravel()
    product = catalogue.phrasebook.overlap(sparse.csr_array(sparse.vstack(said, format="csr")), rows)
    found = product.reshape(len(_PARTS), question.width, len(said), len(chunk)).astype(np.float64)
    # An item's text is weighted by presence alone: master data has no date as of which its words were rare.
    lengths = np.sqrt(np.diff(catalogue.terms.indptr)[items].astype(np.float64))[:, None]
    spoken = np.diff(said[_WORDS].indptr) > 0
    lexical = np.where(spoken & (lengths > 0), found[_NAMES, :, _WORDS] / np.maximum(lengths, 1.0), np.nan)
    return {
        "keyword_hits": _table(found[_KEYWORDS, :, _TEXT]),
        "code_hits": _table(found[_CODES, :, (_TEXT, _AROUND)].max(axis=0)),
        "client_hits": _table(found[_CLIENTS, :, (_TEXT, _AROUND)].max(axis=0)),
        "master_lexical": _table(lexical),
    }


def _cosine(question: Question, chunk: Ints) -> dict[str, Floats]:
    asked, known = question.queries.vectors, question.catalogue.vectors
    if asked is None or known is None or not asked.shape[1]:
        return {}
    said, items = asked[chunk], same_dimension(known, asked.shape[1])[question.pairs.distinct]
    product = (items @ said.T).astype(np.float64)
    return {"master_cosine": _table(np.where(np.any(said, axis=1) & np.any(items, axis=1)[:, None], product, np.nan))}


def _table(values: Floats) -> Floats:
    """Shape (items, queries) as a table of shape (queries, slots + 1)."""
    return np.concatenate((values, np.full((1, values.shape[1]), np.nan))).T


def _hint(question: Question, hints: Hints, names: Exploded) -> Floats:
    pairs = question.pairs
    if not hints.stated.any() or not len(names.rows):
        return np.full(len(pairs), np.nan)
    has_name = np.bincount(names.rows, minlength=len(question.queries)) > 0
    reading = question.read(names.rows)
    hit: NDArray[np.bool_] = hints.hit(names.keys[reading.query], pairs.item[reading.pairs])
    out = np.zeros(len(pairs))
    np.maximum.at(out, reading.pairs, hit.astype(np.float64))
    return np.where(has_name[pairs.query] & hints.stated[pairs.item], out, np.nan)
