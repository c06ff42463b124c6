"""A real foundation's calendar, two years of meetings, against its provider's own list of instances."""

import json
from datetime import datetime

from tests.sources.icalendar.samples import DATA, activities, read, refused, snapshots

FOLDER = DATA / "finos-calendar"


def test_every_timed_instance_equals_the_providers_own_list():
    oracle = json.loads((FOLDER / "events.json").read_text(encoding="utf-8"))
    wanted = sorted(
        (one["title"].strip(), datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
        for one in oracle
        if one["start"]
    )
    rows = read(FOLDER / "calendar.ics")
    # The one instance without times in the list stands in the calendar as a point in time.
    told = sorted((row.title, row.start, row.end) for row in activities(rows) if not row.is_point)
    assert len(told) == 1_071
    assert told == wanted
    assert refused(rows) == []


def test_all_instances_have_ids_of_their_own_and_close_with_a_snapshot():
    rows = read(FOLDER / "calendar.ics")
    assert len({row.external_id for row in activities(rows)}) == 1_072
    assert [one.container for one in snapshots(rows)] == ["FINOS community (calendar)"]
