"""A parameter's range, and how a firm draws from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A parameter's bounds and centre. ``source`` is empty for what nobody has published: then it is swept."""

    name: str
    low: float
    centre: float
    high: float
    about: str
    source: str = ""
    whole: bool = False

    @property
    def swept(self) -> bool:
        """Whether it is drawn with equal weight over its width, for want of a source."""
        return not self.source

    def draw(self, number: float) -> float:
        """The value at ``number`` (uniform on [0, 1)): equal weight when swept, else triangular with its top at centre."""
        if self.swept or self.low == self.high:
            value = self.low + number * (self.high - self.low)
        else:
            top = (self.centre - self.low) / (self.high - self.low)
            if number < top:
                value = self.low + ((number * (self.high - self.low) * (self.centre - self.low)) ** 0.5)
            else:
                value = self.high - (((1 - number) * (self.high - self.low) * (self.high - self.centre)) ** 0.5)
        return float(round(value)) if self.whole else value
