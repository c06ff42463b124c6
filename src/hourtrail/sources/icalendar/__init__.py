"""iCalendar files and folders (RFC 5545) as activities.

The line from left to right: ``decoding`` (bytes to text) -> ``framing`` (text to components) -> ``events`` (component to a
checked event in known zones) -> ``series`` (event to occurrences, bounded by ``rules``) -> ``activities``.
"""

from hourtrail.sources.icalendar.limits import Limits
from hourtrail.sources.icalendar.rules import check_rule, expand
from hourtrail.sources.icalendar.source import IcalendarSource

__all__ = ["IcalendarSource", "Limits", "check_rule", "expand"]
