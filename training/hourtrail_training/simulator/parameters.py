"""The numbers that a firm is drawn with: each a range, with where it comes from.

Every firm draws its own value around the centre, so that nothing can be tuned to one firm. A range without a source is
swept over its whole width with equal weight: what holds must hold everywhere in it (models.md B2, B5).
"""

from collections.abc import Iterator, Mapping

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.ranges import RANGES


class Parameters(Mapping[str, float]):
    """One firm's values, by name. Raises KeyError for a name that no range has."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def draw(seed: int, overrides: Mapping[str, float] | None = None) -> Parameters:
    """A firm's parameters under ``seed``, with ``overrides`` in place of some of them.

    Raises InvalidInput for a name that does not exist and a value outside its range.
    """
    known = {row.name: row for row in RANGES}
    for name, value in (overrides or {}).items():
        if name not in known:
            raise InvalidInput(f"there is no parameter {name!r}; `hourtrail simulate parameters` lists them")
        if not known[name].low <= value <= known[name].high:
            raise InvalidInput(f"{name} {value} lies outside {known[name].low} to {known[name].high}")
        if known[name].whole and value != round(value):
            raise InvalidInput(f"{name} {value}: give a whole number")
    drawn = {row.name: row.draw(float(stream(seed, "parameter", row.name).random())) for row in RANGES}
    return Parameters({**drawn, **(overrides or {})})
