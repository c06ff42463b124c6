"""What a VCALENDAR says of itself: its name, its zone, its method."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from hourtrail.sources.icalendar.framing import CalendarFrame, text_value
from hourtrail.sources.icalendar.zones import Zones, custom_zones, iana_zone

_COPY = re.compile(r"( \(\d+\)| - Copy|-\d)$")
_KEPT = frozenset({"X-WR-CALNAME", "X-WR-TIMEZONE", "X-WR-RELCALID", "METHOD", "CALSCALE"})


@dataclass(frozen=True, slots=True)
class Calendar:
    """One VCALENDAR's own statements, and the zones that its events may use."""

    name: str
    identifier: str
    method: str
    scale: str
    zones: Zones


def read_calendar(frame: CalendarFrame, told: ZoneInfo | None) -> Calendar:
    """The calendar around a frame's events; ``told`` is the reader's --zone."""
    header = _header(frame.header)
    stated = _stated_zone(header.get("X-WR-TIMEZONE", ""))
    return Calendar(
        name=" ".join(header.get("X-WR-CALNAME", "").split())[:200],
        identifier=header.get("X-WR-RELCALID", "").strip()[:200],
        method=header.get("METHOD", "").strip().upper(),
        scale=header.get("CALSCALE", "").strip().upper() or "GREGORIAN",
        zones=Zones(told=told, stated=stated, custom=custom_zones(frame.zones)),
    )


def container_name(calendar: Calendar, stem: str, folder: str, *, uids: int) -> str:
    """What a calendar is called in the store: two calendars must never share it, one should always keep it.

    * A calendar with a name is called by it, followed by its own identifier (X-WR-RELCALID) where it has one and by its
      file's name where not: half of all exported calendars are called "Calendar". The number that a browser appends to a
      second download is no part of the file's name.
    * A file without a name that holds a single event is one item of a folder that is the calendar (vdir, CalDAV servers).
    * Any other file is called by its name.

    The same calendar exported under a new file name without an identifier therefore becomes a new container. Its events
    are still recognised by their ids; only those that vanished in between are not withdrawn, which is the safe side.
    """
    bare = _COPY.sub("", stem)
    if calendar.name:
        distinct = calendar.identifier or bare
        return calendar.name if distinct.casefold() == calendar.name.casefold() else f"{calendar.name} ({distinct})"
    return folder if folder and uids <= 1 else bare


def _header(lines: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name = re.split("[:;]", line, maxsplit=1)[0].upper()
        if name not in _KEPT or name in found:
            continue
        found[name] = text_value(line)
    return found


def _stated_zone(name: str) -> tzinfo | None:
    return iana_zone(name.strip()) if name.strip() else None
