"""Cuts the text of a file into its components, so that one broken event cannot take its neighbours along.

Only BEGIN and END lines are understood here; what stands between them is icalendar's to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Stands for a folded line break, so that unfolding keeps the count of lines. Decoding took it out of the text.
_FOLD = "\x00"
# A line that begins with white space continues the one before; some exporters put empty lines between the two.
_FOLDED = re.compile(r"\n+[ \t]")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TOP_LEVEL = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One component's text, the line on which it begins (1-based) and, for an event, its position in the file (0-based)."""

    name: str
    line: int
    text: str
    uid: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the file's structure is broken."""

    line: int
    reason: str
    index: int | None = None


@dataclass(slots=True)
class CalendarFrame:
    """One VCALENDAR: its own content lines, its zones and its events."""

    header: list[str] = field(default_factory=list)
    zones: list[Frame] = field(default_factory=list)
    events: list[Frame] = field(default_factory=list)


@dataclass(slots=True)
class Framed:
    """Everything in a file. ``components`` counts whatever was begun, so that 0 means: this is no calendar."""

    calendars: list[CalendarFrame] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    components: int = 0


def frame(text: str) -> Framed:
    """The components of ``text``; events that were cut off or not closed become faults, the complete ones are kept."""
    framer = _Framer()
    for number, line in _unfolded(text):
        framer.take(number, line)
    return framer.finish()


def text_value(line: str) -> str:
    r"""The TEXT behind a content line's colon, unescaped (RFC 5545, 3.3.11): ``\,`` ``\;`` ``\\`` and ``\n``."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], line.partition(":")[2])


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    number = 1
    for line in _FOLDED.sub(lambda breaks: _FOLD * (len(breaks[0]) - 1), text).split("\n"):
        if _FOLD in line:
            yield number, line.replace(_FOLD, "").rstrip()
            number += line.count(_FOLD)
        elif line:
            yield number, line.rstrip()
        number += 1


class _Framer:
    """The state of one pass over a file."""

    def __init__(self) -> None:
        self.result = Framed()
        self.calendar: CalendarFrame | None = None
        self.inside_calendar = False
        self.calendar_line = 1
        self.stack: list[str] = []
        self.lines: list[str] = []
        self.begun = 0
        self.uid = ""
        self.events = 0

    def take(self, number: int, line: str) -> None:
        head = line[:6].upper()
        if head == "BEGIN:":
            self._begin(number, line[6:].strip().upper(), line)
        elif head.startswith("END:"):
            self._end(number, line[4:].strip().upper(), line)
        elif self.stack:
            if len(self.stack) == 1 and head.startswith(("UID:", "UID;")):
                self.uid = line.partition(":")[2].strip()
            self.lines.append(line)
        elif self.inside_calendar and self.calendar is not None:
            self.calendar.header.append(line)

    def finish(self) -> Framed:
        if self.stack:
            self._abandon("the file ends inside this component; it seems to be cut off, export it again")
        if self.inside_calendar:
            reason = "this calendar has no END:VCALENDAR; the file seems to be cut off, export it again"
            self.result.faults.append(Fault(self.calendar_line, reason))
        return self.result

    def _begin(self, number: int, name: str, line: str) -> None:
        self.result.components += 1
        if name == "VCALENDAR":
            if self.stack:
                self._abandon("the component is not closed before the next calendar begins")
            self.calendar = CalendarFrame()
            self.result.calendars.append(self.calendar)
            self.inside_calendar, self.calendar_line = True, number
            return
        if self.stack and name in _TOP_LEVEL:
            self._abandon(f"the component is not closed before the next {name} begins")
        if not self.stack:
            self.begun, self.lines, self.uid = number, [], ""
        self.stack.append(name)
        self.lines.append(line)

    def _end(self, _number: int, name: str, line: str) -> None:
        if name == "VCALENDAR":
            if self.stack:
                self._abandon("the component is not closed before its calendar ends")
            self.inside_calendar = False
        elif name in self.stack:
            self.lines.append(line)
            while self.stack.pop() != name:
                pass
            if not self.stack:
                self._complete(name)

    def _complete(self, name: str) -> None:
        if self.calendar is None:  # a bare component: some tools export events without a calendar around them
            self.calendar = CalendarFrame()
            self.result.calendars.append(self.calendar)
        text = "\r\n".join(self.lines) + "\r\n"
        if name == "VEVENT":
            self.calendar.events.append(Frame(name, self.begun, text, self.uid, self.events))
            self.events += 1
        elif name == "VTIMEZONE":
            self.calendar.zones.append(Frame(name, self.begun, text))

    def _abandon(self, reason: str) -> None:
        name = self.stack[0]
        self.stack = []
        if name == "VEVENT":
            self.result.faults.append(Fault(self.begun, reason, self.events))
            self.events += 1
        elif name in _TOP_LEVEL:
            self.result.faults.append(Fault(self.begun, f"{name}: {reason}"))
