"""Founding a firm: everything that is decided before the first day."""

from hourtrail_training.simulator.founding.firms import found

__all__ = ["found"]
