"""Recurrence rules: the guard that refuses absurd ones, and an expansion that ends for every rule.

dateutil expands rules, but it walks on to the year 9999 when a rule never fires again, and for ever when INTERVAL is 0.
Two measures bound it inside the process, so that no helper process is needed:

* what a rule would generate up to the end of the window is estimated first (:func:`check_rule`);
* the Gregorian calendar repeats every 400 years to the weekday, so a rule is expanded some multiple of 400 years later
  (:func:`expand`). Then the year 9999 lies at most 400 years behind the window, and a rule that never fires costs a
  fraction of a second instead of many.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import prod

from dateutil.rrule import rrule, rrulestr

from hourtrail.domain.errors import InvalidInput

_CYCLE = 400
_LAST_YEAR = 9990
_DAYS = {"YEARLY": 365.2425, "MONTHLY": 30.436875, "WEEKLY": 7.0, "DAILY": 1.0, "HOURLY": 1 / 24}
_FINE = {"MINUTELY", "SECONDLY"}
_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_COMBINATIONS = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE taken apart. ``parts`` holds everything but UNTIL; ``until`` is as written: a day or a time."""

    parts: dict[str, str]
    until: date | datetime | None

    @property
    def frequency(self) -> str:
        """FREQ in capitals."""
        return self.parts.get("FREQ", "")

    def values(self, name: str) -> list[str]:
        """The list of a BY part, empty when it is absent."""
        text = self.parts.get(name, "")
        return text.split(",") if text else []

    def number(self, name: str) -> int | None:
        """INTERVAL or COUNT. Raises InvalidInput when it is no whole number."""
        text = self.parts.get(name)
        if text is None:
            return None
        try:
            return int(text)
        except ValueError as error:
            raise InvalidInput(f"{name}={text[:20]} is not a whole number") from error


def parse_rule(text: str) -> Rule:
    """The parts of ``FREQ=...;...``. Raises InvalidInput.

    Stray semicolons are forgiven. A negative COUNT, which some exporters write for "no end", is left out.
    """
    parts: dict[str, str] = {}
    for piece in text.strip().removeprefix("RRULE:").split(";"):
        if not piece.strip():
            continue
        name, found, value = piece.partition("=")
        if not found:
            raise InvalidInput(f"the rule part {piece[:40]!r} has no value")
        parts[name.strip().upper()] = value.strip().upper()
    until = _parse_until(parts.pop("UNTIL", ""))
    # RFC 7529: the Gregorian scale that leaves out days which do not exist is what a rule without these parts means.
    scale, skip = parts.pop("RSCALE", "GREGORIAN"), parts.pop("SKIP", "OMIT")
    if (scale, skip) != ("GREGORIAN", "OMIT"):
        raise InvalidInput(f"RSCALE={scale[:20]} with SKIP={skip[:20]} is not supported")
    rule = Rule(parts, until)
    if (rule.number("COUNT") or 0) < 0:
        del parts["COUNT"]
    if (interval := rule.number("INTERVAL")) is not None and interval < 1:
        raise InvalidInput(f"INTERVAL={interval} never moves forward; it must be 1 or more")
    if rule.frequency not in _DAYS and rule.frequency not in _FINE:
        raise InvalidInput(f"FREQ={rule.frequency[:20] or '(missing)'} is not a known frequency")
    return rule


def _parse_until(text: str) -> date | datetime | None:
    if not text:
        return None
    try:
        if len(text) == 8:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the next line adds it
    except ValueError as error:
        raise InvalidInput(f"UNTIL={text[:20]} is neither a day nor a time") from error
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment


def check_rule(text: str, dtstart: date | datetime, last: datetime, *, steps: int = 50_000) -> None:
    """Refuse a rule that no calendar of a person holds. Raises InvalidInput with the reason in words.

    ``steps`` bounds how many dates the rule may generate between ``dtstart`` and ``last``; the estimate is an upper bound.
    """
    rule = parse_rule(text)
    if rule.frequency in _FINE:
        raise InvalidInput(f"FREQ={rule.frequency} repeats more often than any meeting; give it FREQ=HOURLY or rarer")
    if (rule.number("COUNT") or 0) > steps:
        raise InvalidInput(f"COUNT={rule.parts['COUNT'][:20]} is more than the {steps:,} occurrences allowed")
    combinations = prod(max(1, len(rule.values(name))) for name in rule.parts if name.startswith("BY"))
    if combinations > _COMBINATIONS:
        raise InvalidInput(f"its BY parts make {combinations:,} combinations; at most {_COMBINATIONS} are allowed")
    window_end = last.replace(tzinfo=None)
    stop = min(window_end, _until_wall(rule, dtstart) or window_end)
    days = max(0, (stop - _wall(dtstart)).days)
    periods = days / (_DAYS[rule.frequency] * (rule.number("INTERVAL") or 1))
    estimate = int(periods * _per_period(rule))
    if min(estimate, rule.number("COUNT") or estimate) > steps:
        raise InvalidInput(f"it makes about {estimate:,} dates up to {stop.date()}; at most {steps:,} are allowed")


def _per_period(rule: Rule) -> float:
    """An upper bound of the occurrences in one period of the frequency."""
    hourly = rule.frequency == "HOURLY"
    times = prod(max(1, len(rule.values(name))) for name in _CLOCK if not (hourly and name == "BYHOUR"))
    if rule.frequency not in {"YEARLY", "MONTHLY"}:
        weekdays = len(rule.values("BYDAY")) if rule.frequency == "WEEKLY" else 1
        return max(1, weekdays) * times
    yearly = rule.frequency == "YEARLY"
    months = len(rule.values("BYMONTH")) or (12 if yearly else 1)
    bounds = [366.0 if yearly else 31.0]
    if monthdays := len(rule.values("BYMONTHDAY")):
        bounds.append(monthdays * months)
    if yeardays := len(rule.values("BYYEARDAY")):
        bounds.append(yeardays)
    if weekdays := len(rule.values("BYDAY")):
        bounds.append(weekdays * 5 * months)
    if weeks := len(rule.values("BYWEEKNO")):
        bounds.append(weeks * 7)
    if len(bounds) == 1:
        bounds.append(months if yearly and rule.values("BYMONTH") else 1)
    return min(bounds) * times


def expand(
    text: str, dtstart: date | datetime, *, last: datetime, first: datetime | None = None
) -> Iterator[date | datetime]:
    """The dates of a rule in order, from ``first`` to ``last``, both included; of the same type and zone as ``dtstart``.

    ``dtstart`` itself is only told when the rule fires on it. The rule runs on the wall clock: a zone is attached after
    expansion, so 09:00 stays 09:00 across a clock change. ``first`` and ``last`` are wall-clock times, too.
    An UNTIL without a time includes its whole day: RFC 5545 wants a time there when DTSTART has one, and the exporters
    that leave it out mean the day. For a DTSTART without a time BYHOUR, BYMINUTE and BYSECOND are ignored (RFC 5545,
    3.3.10). Raises InvalidInput for a rule that is none.
    """
    rule = parse_rule(text)
    if last.tzinfo is not None or (first is not None and first.tzinfo is not None):
        raise InvalidInput("first and last are wall-clock times and carry no zone")
    start = _wall(dtstart)
    until = _until_wall(rule, dtstart)
    stop = last if until is None else min(until, last)
    for moment in _walk(_dateutil_rule(rule, dtstart, start, stop), start, stop):
        if first is None or moment >= first:
            yield _like(dtstart, moment)


def _shift(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


def _years_ahead(start: datetime, stop: datetime) -> int:
    """The multiple of 400 years that brings the window close to the year 9999."""
    return max(0, (_LAST_YEAR - max(start.year, stop.year)) // _CYCLE * _CYCLE)


def _dateutil_rule(rule: Rule, dtstart: date | datetime, start: datetime, stop: datetime) -> rrule:
    parts = _completed(rule, dtstart, start)
    try:
        made = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()),
            dtstart=_shift(start, _years_ahead(start, stop)),
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise InvalidInput(f"the rule cannot be read: {error}") from error
    if not isinstance(made, rrule):
        raise InvalidInput("the rule is a set of rules")
    return made


def _completed(rule: Rule, dtstart: date | datetime, start: datetime) -> dict[str, str]:
    """The parts with what RFC 5545 (3.3.10) takes from DTSTART and dateutil does not: a yearly rule's weekday and month."""
    parts = dict(rule.parts)
    if not isinstance(dtstart, datetime):
        for name in _CLOCK:
            parts.pop(name, None)
    if rule.frequency == "YEARLY" and "BYDAY" not in parts and "BYYEARDAY" not in parts:
        if "BYWEEKNO" in parts and "BYMONTHDAY" not in parts:
            parts["BYDAY"] = _WEEKDAYS[start.weekday()]
        elif "BYMONTHDAY" in parts and "BYMONTH" not in parts:
            parts["BYMONTH"] = str(start.month)
    return parts


def _walk(made: rrule, start: datetime, stop: datetime) -> Iterator[datetime]:
    years = _years_ahead(start, stop)
    moments = iter(made)
    while True:
        try:
            moment = next(moments, None)
        except (ValueError, OverflowError):
            # dateutil's way to say that a rule can never fire, or fires only after the year 9999
            return
        except IndexError as error:
            raise InvalidInput("the rule names a day that no month or year has") from error
        if moment is None:
            return
        moment = _shift(moment, -years)
        if moment > stop:
            return
        yield moment


def _wall(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def _like(dtstart: date | datetime, moment: datetime) -> date | datetime:
    if isinstance(dtstart, datetime):
        return moment.replace(tzinfo=dtstart.tzinfo)
    return moment.date()


def _until_wall(rule: Rule, dtstart: date | datetime) -> datetime | None:
    """The last wall-clock moment that UNTIL allows."""
    until = rule.until
    if until is None:
        return None
    if not isinstance(until, datetime):
        return datetime.combine(until, time()) + timedelta(days=1, microseconds=-1)
    if not isinstance(dtstart, datetime):
        return datetime.combine(until.date(), time())
    if until.tzinfo is not None and dtstart.tzinfo is not None:
        until = until.astimezone(dtstart.tzinfo)
    return until.replace(tzinfo=None)


def until_of(text: str, dtstart: date | datetime) -> datetime | None:
    """The last moment that a rule's UNTIL allows, on the wall clock and in the zone of ``dtstart``; None without UNTIL."""
    until = _until_wall(parse_rule(text), dtstart)
    if until is None or not isinstance(dtstart, datetime):
        return until
    return until.replace(tzinfo=dtstart.tzinfo)
