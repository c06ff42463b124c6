"""What the master data alone says about a pair: a project opened this morning has nothing else."""

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.firm import NOT_WORK
from hourtrail.features.arrays import Floats, Terms
from hourtrail.features.catalogue import Catalogue, Hints
from hourtrail.features.keys import combined
from hourtrail.features.lexical import overlap, presence, row_numbers
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import Queries
from hourtrail.features.question import Question
from hourtrail.features.traits import Exploded, same_dimension

_PAIRS_AT_ONCE = 16_384


def master_features(question: Question) -> dict[str, Floats]:
    """The columns of the master data, one value a pair."""
    queries, pairs, catalogue = question.queries, question.pairs, question.catalogue
    out = {
        "master_cosine": _cosine(queries, pairs, catalogue),
        "master_lexical": _lexical(question),
    }
    text, around = presence(queries.traits.terms), presence(queries.around)
    stated = np.diff(catalogue.keywords.indptr)[pairs.item] > 0
    out["keyword_hits"] = np.where(stated, _phrases(text, pairs, catalogue.keywords), np.nan)
    for name, looked_for in (("code_hits", catalogue.codes), ("client_hits", catalogue.clients)):
        out[name] = np.maximum(_phrases(text, pairs, looked_for), _phrases(around, pairs, looked_for))
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


def _cosine(queries: Queries, pairs: Pairs, catalogue: Catalogue) -> Floats:
    if queries.vectors is None or catalogue.vectors is None or not queries.vectors.shape[1]:
        return np.full(len(pairs), np.nan)
    items = same_dimension(catalogue.vectors, queries.vectors.shape[1])
    spoken = np.any(queries.vectors, axis=1)[pairs.query] & np.any(items, axis=1)[pairs.item]
    out = np.full(len(pairs), np.nan)
    for begin in range(0, len(pairs), _PAIRS_AT_ONCE):
        part = slice(begin, begin + _PAIRS_AT_ONCE)
        out[part] = np.einsum("ij,ij->i", queries.vectors[pairs.query[part]], items[pairs.item[part]])
    return np.where(spoken, out, np.nan)


def _lexical(question: Question) -> Floats:
    words, pairs, catalogue = question.words, question.pairs, question.catalogue
    # An item's text is weighted by presence alone: master data has no date as of which its words were rare.
    squares = np.sqrt(np.maximum(np.diff(catalogue.terms.indptr), 1.0))
    similar = _phrases(words, pairs, presence(catalogue.terms)) / squares[pairs.item]
    said = (np.diff(words.indptr)[pairs.query] > 0) & (np.diff(catalogue.terms.indptr)[pairs.item] > 0)
    return np.where(said, similar, np.nan)


def _phrases(said: Terms, pairs: Pairs, looked_for: Terms) -> Floats:
    """The product of each pair's two sparse rows."""
    product = overlap(said, looked_for)
    product.sort_indices()
    places = row_numbers(product) * looked_for.shape[0] + product.indices
    wanted = pairs.query * looked_for.shape[0] + pairs.item
    out = np.zeros(len(pairs))
    if len(places):
        found = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
        out = np.where(places[found] == wanted, product.data[found], 0.0)
    return out


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
