"""Parts of the measured rows that an average hides: new people and projects, switches of work, kinds and sources of evidence."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.features import SPEC
from hourtrail.flows.decision_log import Example
from hourtrail.flows.relive import Relived

COLD: Final = 20
"""Confirmed entries of a person below which the person is new (docs/reference/evaluation.md uses the same bound)."""
NEW_PROJECT: Final = 30.0
"""Days since an item was first confirmed by anybody below which it is new."""
FEWEST: Final = 10
"""Rows below which a slice of a kind or a source is not listed."""

Bools = NDArray[np.bool_]


def slices_of(relived: Relived) -> dict[str, Bools]:
    """Name -> which examples belong to it; an example is in several."""
    examples = relived.examples
    count = len(examples)
    if not count:
        return {}
    starts = np.searchsorted(relived.query, np.arange(count))
    history = np.expm1(relived.matrix[starts, SPEC.names.index("history_length")])
    cold = ~(history >= COLD)
    stays = np.zeros(count, dtype=np.bool_)
    age = np.full(count, np.nan)
    truth = np.flatnonzero(relived.label)
    stays[relived.query[truth]] = relived.matrix[truth, SPEC.names.index("own_is_last")] == 1
    age[relived.query[truth]] = np.expm1(relived.matrix[truth, SPEC.names.index("item_log_age")])
    new = ~(age >= NEW_PROJECT)
    found = {
        "person:cold": cold,
        "person:warm": ~cold,
        "work:switch": ~stays,
        "work:same as last": stays,
        "project:new": new,
        "project:old": ~new,
    }
    kinds = np.array([row.suggestion.block.kind.value if row.suggestion else "" for row in examples])
    sources = np.array([_source(row) for row in examples])
    for title, values in (("kind", kinds), ("source", sources)):
        found |= {f"{title}:{value}": values == value for value in np.unique(values).tolist() if value}
    return {name: rows for name, rows in found.items() if rows.sum() >= FEWEST or name.startswith(("person", "work"))}


def _source(row: Example) -> str:
    return row.suggestion.block.anchor.partition(":")[0] if row.suggestion else ""


def last_label_right(relived: Relived) -> Bools:
    """Whether copying the person's last confirmed item would have been right."""
    right = np.zeros(len(relived.examples), dtype=np.bool_)
    copied = relived.label & (relived.matrix[:, SPEC.names.index("own_is_last")] == 1)
    right[relived.query[copied]] = True
    return right
