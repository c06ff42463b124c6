"""All feature groups of some pairs as one matrix: the same function in serving, in a replay and in training."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby

import numpy as np

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Candidate
from hourtrail.domain.firm import WorkItem
from hourtrail.features.arrays import Encode, Floats, Ints
from hourtrail.features.catalogue import Catalogue
from hourtrail.features.firm import firm_features
from hourtrail.features.master import master_features
from hourtrail.features.memory import Memory
from hourtrail.features.own import own_features
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import COMMITS, MEETINGS, Queries
from hourtrail.features.question import Question
from hourtrail.features.same import same_features
from hourtrail.features.spec import SPEC
from hourtrail.features.wording import word_features


@dataclass(frozen=True)
class PairFrame:
    """The matrix of some candidates: ``group`` is each row's candidate, ``item`` its place in ``items``.

    ``items`` are the catalogue's, with those behind them that the catalogue lacked.
    """

    matrix: Floats
    group: Ints
    item: Ints
    items: tuple[WorkItem, ...]
    queries: Queries


def frame(
    candidates: Sequence[Candidate],
    *,
    as_of: datetime | Sequence[datetime],
    memory: Memory,
    catalogue: Catalogue,
    encode: Encode | None,
) -> PairFrame:
    """Features of every (block, work item) pair of ``candidates``, asked as of one instant or each of its own.

    Raises NaiveTime.
    """
    listed = [items for items, _ in groupby(row.items for row in candidates)]
    known = catalogue.including(chain.from_iterable(listed), encode)
    queries = Queries.of_blocks([row.block for row in candidates], as_of=as_of, encode=encode)
    # Neighbours mostly share their list of items, and to compare two lists costs less than to look one up.
    lists = [(known.numbers(items), len(list(rows))) for items, rows in groupby(candidates, lambda row: row.items)]
    pairs = Pairs.of([numbers for numbers, count in lists for _ in range(count)])
    matrix = pair_features(queries, pairs, memory, known)
    return PairFrame(matrix=matrix, group=pairs.query, item=pairs.item, items=known.items, queries=queries)


def pair_features(queries: Queries, pairs: Pairs, memory: Memory, catalogue: Catalogue) -> Floats:
    """Shape (len(pairs), len(SPEC.names)); row i belongs to pair i, NaN means "not known".

    Each query reads only confirmations with ``known_at`` not after its ``asked_at``. A long replay needs about
    0.5 kB a pair; give it in parts, the rows do not depend on each other.
    """
    if not len(pairs):
        return np.zeros((0, len(SPEC.names)))
    question = Question(queries, pairs, memory, catalogue)
    columns = {
        **own_features(question),
        **firm_features(question),
        **word_features(question),
        **same_features(question),
        **master_features(question),
        **_context(queries, pairs),
    }
    # Column by column in memory, as they were found and as the ranker asks many rows.
    matrix = np.empty((len(pairs), len(SPEC.names)), order="F")
    for column, name in zip(matrix.T, SPEC.names, strict=True):
        column[:] = columns.get(name, np.nan)
    return matrix


def _context(queries: Queries, pairs: Pairs) -> dict[str, Floats]:
    """What is the same for all candidates of a block."""
    kinds = queries.kinds
    counts = np.bincount(pairs.query, minlength=len(queries))
    of_query = {
        "candidate_count": np.log(np.maximum(counts, 1)),
        "is_meeting": np.array([kind in MEETINGS for kind in kinds], dtype=np.float64),
        "is_commit": np.array([kind in COMMITS for kind in kinds], dtype=np.float64),
        "is_ticket": np.array([kind is ActivityKind.TICKET for kind in kinds], dtype=np.float64),
        "hour": queries.traits.hour,
        "weekday": queries.traits.weekday,
        "log_minutes": np.log1p(queries.minutes),
    }
    return {name: values[pairs.query] for name, values in of_query.items()}
