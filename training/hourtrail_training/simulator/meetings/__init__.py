"""Meetings: the series that stand in calendars, what becomes of each occurrence, and who sits in it."""

from hourtrail_training.simulator.meetings.planning import plan
from hourtrail_training.simulator.meetings.seating import seats_of_week

__all__ = ["plan", "seats_of_week"]
