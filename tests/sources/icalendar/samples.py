"""Small calendars for the tests of this folder, and one way to read them."""

from datetime import date
from pathlib import Path

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.sources.icalendar import IcalendarSource, Limits

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 3, 31)
PERSON = "anna@example.com"


def event(uid="a@example.com", *lines, start="DTSTART:20260302T090000Z", end="DTEND:20260302T100000Z"):
    named = [f"UID:{uid}"] if uid else []
    return "\r\n".join(["BEGIN:VEVENT", *named, *filter(None, (start, end)), *lines, "END:VEVENT"])


def calendar(*parts, head=()):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head, *parts, "END:VCALENDAR", ""])


def write(path, *parts, head=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(calendar(*parts, head=head).encode())
    return path


def read(path, limits=None, **options):
    told = {"today": TODAY, "person": PERSON} | options
    return list(IcalendarSource(limits or Limits()).read(path, ReadOptions(**told)))


def activities(rows):
    return [row for row in rows if isinstance(row, Activity)]


def own_id(row):
    """The id without the owner's name in front."""
    return row.external_id.removeprefix(f"{row.person}/")


def refused(rows):
    return [row for row in rows if isinstance(row, Rejected)]


def snapshots(rows):
    return [row for row in rows if isinstance(row, Snapshot)]


def shapes(rows):
    """What two readings of the same events share, whatever the order of the events."""
    return sorted((row.external_id, row.title, row.start, row.end, row.all_day, row.status) for row in activities(rows))


def reversed_events(data):
    """The file with its top-level events in reverse order, everything else in place."""
    blocks, rest, inside = [], [], None
    for line in data.splitlines(keepends=True):
        if inside is None and line.strip().upper() == b"BEGIN:VEVENT":
            inside = [line]
            rest.append(None)
        elif inside is not None:
            inside.append(line)
            if line.strip().upper() == b"END:VEVENT":
                blocks.append(b"".join(inside))
                inside = None
        else:
            rest.append(line)
    if inside is not None:
        return data
    return b"".join(blocks.pop() if line is None else line for line in rest)
