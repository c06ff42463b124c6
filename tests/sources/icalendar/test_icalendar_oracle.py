"""The recurrence expander alone, against the expected instances of libical's own test file.

146 cases: 7 have a START-AT, which is a function of libical and no part of a rule, and 1 is marked unimplemented there.
Of the other 138 python-dateutil alone reproduces 117.
"""

import re
from datetime import UTC, date, datetime

import pytest
from tests.sources.icalendar.samples import DATA

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.icalendar import check_rule, expand

FILE = DATA / "recurrence-oracle" / "icalrecur_test.txt"
# By position in the file. BYSETPOS of a week that began before DTSTART; week 53 or 1 of another year than its days.
KNOWN_DIFFERENCES = [112, 123, 143, 144, 146]
REFUSED = {
    50: "FREQ=MINUTELY",
    51: "FREQ=MINUTELY",
    83: "FREQ=SECONDLY",
    84: "FREQ=SECONDLY",
    85: "FREQ=SECONDLY",
    86: "FREQ=SECONDLY",
    118: "FREQ=MINUTELY",
    120: "FREQ=MINUTELY",
    126: "139,264 combinations",
    127: "FREQ=SECONDLY",
    136: "FREQ=SECONDLY",
    137: "FREQ=MINUTELY",
}


def _moment(text):
    if len(text) == 8:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC if text.endswith("Z") else None)


def _cases():
    blocks = [
        dict(re.findall(r"^(RRULE|DTSTART|INSTANCES|START-AT):(.*)$", block, flags=re.MULTILINE))
        for block in re.split(r"\n\s*\n", FILE.read_text(encoding="utf-8"))
    ]
    return list(enumerate((block for block in blocks if "RRULE" in block), start=1))


def _usable():
    return [
        (number, case)
        for number, case in _cases()
        if "START-AT" not in case and "UNIMPLEMENTED" not in case["INSTANCES"]
    ]


def _reproduced(case):
    wanted = [_moment(text) for text in case["INSTANCES"].strip().split(",") if text]
    try:
        return list(expand(case["RRULE"], _moment(case["DTSTART"].strip()), last=datetime(2400, 1, 1))) == wanted
    except InvalidInput:
        return False


def test_the_file_holds_the_cases_that_are_counted():
    assert (len(_cases()), len(_usable())) == (146, 138)


def test_133_of_138_cases_are_reproduced_and_the_differences_are_known():
    differing = [number for number, case in _usable() if not _reproduced(case)]
    assert differing == KNOWN_DIFFERENCES
    assert len(_usable()) - len(differing) == 133


def test_the_guard_refuses_twelve_of_them_each_with_its_reason():
    refusals = {}
    for number, case in _usable():
        try:
            check_rule(case["RRULE"], _moment(case["DTSTART"].strip()), datetime(2026, 12, 31))
        except InvalidInput as error:
            refusals[number] = str(error)
    assert refusals.keys() == REFUSED.keys()
    for number, words in REFUSED.items():
        assert words in refusals[number]


def test_a_rule_of_another_calendar_scale_is_refused_by_name():
    with pytest.raises(InvalidInput, match="RSCALE=CHINESE"):
        list(expand("RSCALE=CHINESE;FREQ=YEARLY", date(2013, 2, 10), last=datetime(2020, 1, 1)))
