"""The one way in for what a source saw: a tenant's rules drop or redact it, then the standing redaction, before anybody keeps it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from fnmatch import translate
from typing import Final

from hourtrail.capture.patterns import plainly, replacing
from hourtrail.capture.privacy import PrivacyRules, redact
from hourtrail.domain.activity import Activity
from hourtrail.domain.errors import UnknownZone
from hourtrail.domain.firm import Holiday, Person
from hourtrail.domain.instants import zone_named
from hourtrail.domain.settings import Privacy, PrivacyAction, PrivacyRule
from hourtrail.domain.workcalendar import WorkCalendar

DAY_BEGINS: Final = time(7)
DAY_ENDS: Final = time(19)
"""Working hours on a person's working days, in their zone; what begins outside of them is "outside hours"."""


@dataclass(slots=True)
class PrivacyGate:
    """Lets in what the rules allow, as they allow it, and counts what each rule did; never what it did it to."""

    privacy: Privacy = field(default_factory=Privacy)
    person_of: Callable[[str], Person] = lambda name: Person(id=name)
    holidays: Sequence[Holiday] = ()
    dropped: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    _rules: list["_Rule"] = field(init=False)
    _always: PrivacyRules = field(init=False)
    _calendars: dict[str, tuple[Person, WorkCalendar]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rules = [_Rule.of(rule) for rule in self.privacy.rules]
        self._always = PrivacyRules(keep_participants=self.privacy.participants == "addresses")

    def admit(self, row: Activity) -> Activity | None:
        """``row`` as it may be kept, None when a rule drops it. The first rule that drops is the one that is counted."""
        for rule in self._rules:
            if not rule.matches(row, self._is_outside_hours):
                continue
            if rule.stated.action is PrivacyAction.DROP:
                self.dropped[rule.stated.name] += 1
                return None
            after = rule.redacted(row)
            self.redacted[rule.stated.name] += after != row
            row = after
        return redact(row, self._always)

    def _is_outside_hours(self, row: Activity) -> bool:
        if row.person not in self._calendars:
            person = self.person_of(row.person)
            self._calendars[row.person] = person, WorkCalendar.of(person, self.holidays)
        person, calendar = self._calendars[row.person]
        try:
            local = row.start.astimezone(zone_named(person.zone))
        except UnknownZone:
            local = row.start
        return not (calendar.is_working_day(local.date()) and DAY_BEGINS <= local.time() < DAY_ENDS)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule with its globs ready."""

    stated: PrivacyRule
    globs: tuple[tuple[str, re.Pattern[str]], ...]
    replace: Callable[[str], str]

    @classmethod
    def of(cls, rule: PrivacyRule) -> "_Rule":
        """``fnmatch`` gives each star an atomic group: no pattern makes the match run away."""
        globs = tuple(
            (name, re.compile(translate(_folded(getattr(rule, name)))))
            for name in ("source", "container", "title")
            if getattr(rule, name)
        )
        return cls(rule, globs, replacing(rule.pattern))

    def matches(self, row: Activity, is_outside_hours: Callable[[Activity], bool]) -> bool:
        """Whether every condition that the rule gives holds."""
        rule = self.stated
        return (
            rule.kind in {"", row.kind.value}
            and rule.sensitivity in {"", row.sensitivity.value}
            and all(glob.match(_folded(getattr(row, name))) for name, glob in self.globs)
            and (not rule.domain or any(_is_at(address, rule.domain) for address in row.participants))
            and (not rule.outside_hours or is_outside_hours(row))
        )

    def redacted(self, row: Activity) -> Activity:
        """Title, text, reference and further columns without what the pattern finds."""
        title, text, reference = self.replace(row.title), self.replace(row.text), self.replace(row.reference)
        extra = {key: self.replace(value) for key, value in row.extra.items()}
        return replace(row, title=title, text=text, reference=reference, extra=extra)


def _folded(text: str) -> str:
    """As it reads, whatever the case."""
    return plainly(text).casefold()


def _is_at(address: str, domain: str) -> bool:
    host, wanted = _host(address.rpartition("@")[2]), _host(domain.strip().lstrip("@."))
    return bool(wanted) and (host == wanted or host.endswith(f".{wanted}"))


def _host(text: str) -> str:
    """A host's name as the network writes it (IDNA), without the dot of the root."""
    name = _folded(text).strip(" <>").rstrip(".")
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name
