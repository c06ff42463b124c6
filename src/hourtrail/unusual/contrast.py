"""What slips would look like in these very entries: copies with some put in on purpose, for a model to tell apart.

No reviewed entry is needed for that. The slips are general ones: another project, minutes of 1.5 to 10 times, another time
of the day, another rate; each is kept on the step that its line was rounded to, so that odd minutes give nothing away.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hourtrail.unusual.matrix import matrix_of
from hourtrail.unusual.table import Bools, EntryTable, Floats, Ints

SHARE: Final = 0.03
"""Share of the rows that each kind of slip is put into, few enough to leave a week as it is otherwise."""
COPIES: Final = 3
MOST_ROWS: Final = 12_000
"""Rows of one copy. A larger firm is represented by some of its people, whole."""
_SEED: Final = 20261121


@dataclass(frozen=True)
class Contrast:
    """Rows of copies with slips. ``row`` is the entry that each stands for; ``slip`` says whether it was changed."""

    matrix: Floats
    row: Ints
    slip: Bools


def contrast_of(table: EntryTable, *, whole_file: bool) -> Contrast:
    """The copies; the same table gives the same ones."""
    random = np.random.default_rng(_SEED)
    rows = _some(table, random)
    base = table.take(rows)
    matrices, slips = [], []
    for copy in range(COPIES):
        changed, slip = _with_slips(base, random, common=copy % 2 == 1)
        matrices.append(matrix_of(changed, whole_file=whole_file))
        slips.append(slip)
    return Contrast(matrix=np.vstack(matrices), row=np.tile(rows, COPIES), slip=np.concatenate(slips))


def _some(table: EntryTable, random: np.random.Generator) -> Ints:
    """Every row, or those of as many people as ``MOST_ROWS`` allow."""
    if len(table) <= MOST_ROWS:
        return np.arange(len(table), dtype=np.int64)
    people = random.permutation(table.people)
    total = np.cumsum(np.bincount(table.person, minlength=table.people)[people])
    taken = people[: max(int(np.searchsorted(total, MOST_ROWS)), 1)]
    return np.flatnonzero(np.isin(table.person, taken)).astype(np.int64)


def _with_slips(table: EntryTable, random: np.random.Generator, *, common: bool) -> tuple[EntryTable, Bools]:
    """A copy with slips. ``common``: wrong projects are drawn as often as they are booked, else each alike."""
    order = random.permutation(len(table))
    size = max(round(SHARE * len(table)), 1)
    parts = [order[start : start + size] for start in range(0, 4 * size, size)]
    project, minutes, hour, rate = (getattr(table, name).copy() for name in ("project", "minutes", "hour", "rate"))
    slip = np.zeros(len(table), dtype=np.bool_)
    pool = table.project if common else np.unique(table.project)
    project[parts[0]] = pool[random.integers(len(pool), size=len(parts[0]))]
    slip[parts[0]] = project[parts[0]] != table.project[parts[0]]
    minutes[parts[1]] = _longer(minutes[parts[1]], random)
    slip[parts[1]] = True
    timed = parts[2][~np.isnan(hour[parts[2]])]
    hour[timed] = (hour[timed] + random.uniform(6, 18, size=len(timed))) % 24
    slip[timed] = True
    priced = parts[3][~np.isnan(rate[parts[3]])]
    rate[priced] *= np.exp(random.uniform(0.05, 0.7, size=len(priced)) * random.choice([-1, 1], size=len(priced)))
    slip[priced] = True
    return replace(table, project=project, minutes=minutes, hour=hour, rate=rate), slip


def _longer(minutes: Floats, random: np.random.Generator) -> Floats:
    """1.5 to 10 times as many, evenly on a log scale, on the step that the minutes were rounded to."""
    step = np.select([minutes % size == 0 for size in (60, 30, 15, 6)], [60, 30, 15, 6], 1)
    wanted = minutes * np.exp(random.uniform(np.log(1.5), np.log(10), size=len(minutes)))
    return np.asarray(np.maximum(np.round(wanted / step), minutes / step + 1) * step, dtype=np.float64)
