"""How minutes are written down (models.md B3): by the quarter hour, up to it, by the hour, or as the timer had them."""

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Rounding

QUARTER = 15


def rounded(minutes: int, kind: Rounding, parameters: Parameters, *, heaping: float, draws: tuple[float, float]) -> int:
    """``minutes`` as this kind of person writes them; 0 = too little to be written. ``draws`` lie in [0, 1).

    ``heaping`` is a timer person's share of entries of half an hour and more that they set to a quarter hour.
    """
    if kind is Rounding.TIMER:
        return _nearest(minutes, QUARTER) if minutes >= 2 * QUARTER and draws[0] < heaping else minutes
    if kind is Rounding.BILL_UP:
        return -(-minutes // QUARTER) * QUARTER
    if kind is Rounding.DIARY:
        whole = parameters["diary_whole"]
        # Some of what is rounded to half hours comes out whole, and some of the quarters half.
        step = (
            60
            if draws[0] < whole - parameters["diary_half"]
            else 30
            if draws[0] < whole + parameters["diary_half"]
            else 15
        )
        return _nearest(minutes, step)
    if draws[0] < parameters["coarse_rounding"] and minutes >= 2 * QUARTER:
        return _nearest(minutes, 60 if draws[1] < parameters["coarse_hour"] and minutes >= 60 else 30)
    return _nearest(minutes, QUARTER)


def _nearest(minutes: int, step: int) -> int:
    """To multiples of ``step``, halves up."""
    return (2 * minutes + step) // (2 * step) * step
