"""What a contrastive fit learns from: two pieces of one person's work on one project, and the likest on another one."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NEWEST: Final = 200
"""Of a person's history: as far back as two confirmed pieces of work are compared."""
NEAR: Final = 10
"""The positive is drawn from this many newest rows on the same project: what lies further back may be another phase."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Triple:
    """Row numbers: the question, a piece of work on the same project, the likest one of the same person on another."""

    anchor: int
    positive: int
    negative: int


def triples(
    people: Sequence[str], texts: Sequence[str], labels: Ints, vectors: Floats, *, last: int, most: int, seed: int
) -> list[Triple]:
    """Triples among the first ``last`` rows (in time order), at most ``most`` of them, drawn evenly.

    ``vectors`` (rows, dimension) are of the encoder as it is: the negative is what it confuses most. A person who works on
    one project only teaches nothing; neither does a positive that repeats the anchor's text.
    """
    found = list(_all(people, texts, labels, vectors[:last], np.random.default_rng(seed)))
    if len(found) <= most:
        return found
    kept = np.random.default_rng(seed).choice(len(found), size=most, replace=False)
    return [found[place] for place in np.sort(kept)]


def _all(
    people: Sequence[str], texts: Sequence[str], labels: Ints, vectors: Floats, random: np.random.Generator
) -> Iterator[Triple]:
    history: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=NEWEST))
    for row in range(len(vectors)):
        before = history[people[row]]
        same = [other for other in before if labels[other] == labels[row] and texts[other] != texts[row]][-NEAR:]
        others = [other for other in before if labels[other] != labels[row]]
        if same and others and texts[row].strip():
            negative = others[int(np.argmax(vectors[others] @ vectors[row]))]
            yield Triple(row, same[int(random.integers(len(same)))], negative)
        before.append(row)
