"""Which of two revisions that a source gave is the newer one."""

from hourtrail.domain.instants import parse_instant


def is_newer(stored: str, given: str) -> bool:
    """Whether the stored revision is known to be newer than the given one.

    Only revisions of one orderable form can tell: whole numbers; RFC 3339 instants; ``SEQUENCE/STAMP`` of calendars, made
    to sort as text. Anything else (an etag, a commit hash) has no order, and the row that comes in replaces.
    """
    if stored == given or not stored or not given:
        return False
    if stored.isdecimal() and given.isdecimal():
        return int(stored) > int(given)
    if stored[6:7] == given[6:7] == "/" and stored[:6].isdecimal() and given[:6].isdecimal():
        return stored > given
    try:
        return parse_instant(stored) > parse_instant(given)
    except ValueError:
        return False
