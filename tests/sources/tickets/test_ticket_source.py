"""TicketSource beyond its golden pairs: people, zones, windows, encodings, pages, size and damage."""

import codecs
import csv
import datetime as dt
import io
import json
import tracemalloc
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.sources import tickets
from hourtrail.sources.tickets import TicketSource
from hourtrail.sources.tickets.trackers import SHAPES
from hourtrail.sources.tickets.values import clean, instant, minutes_of, plain_text

DATA = Path(__file__).parents[2] / "data" / "tickets"
TODAY = dt.date(2026, 3, 31)


def read(path, **options):
    records = list(TicketSource().read(path, ReadOptions(today=TODAY, **options)))
    return (
        [record for record in records if isinstance(record, Activity)],
        [record for record in records if isinstance(record, Rejected)],
    )


def issue(number, **fields):
    base = {
        "summary": f"Work {number}",
        "project": {"key": "LED"},
        "creator": {"name": "ada"},
        "created": "2026-03-02T09:00:00Z",
    }
    return {"key": f"LED-{number}", "fields": base | fields}


def written(tmp_path, text, name="export.json", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def pages(*numbers):
    return {"issues": [issue(number) for number in numbers]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(pages(1, 2)),
        json.dumps([pages(1), pages(2)]),
        json.dumps(pages(1)) + json.dumps(pages(2)),
        json.dumps([issue(1)]) + "\n" + json.dumps([issue(2)]),
        "\n".join(json.dumps(issue(number)) for number in (1, 2)),
        json.dumps({"startAt": 0, "total": 2, "names": {"summary": "issues"}, **pages(1, 2)}),
        "\n\n  " + json.dumps(pages(1, 2), indent=2),
    ],
    ids=["page", "list of pages", "pages in a row", "lists in a row", "json lines", "preamble", "indented"],
)
def test_all_ways_to_lay_out_pages_tell_the_same(tmp_path, text):
    path = written(tmp_path, text)
    assert TicketSource().recognises(path)
    activities, rejected = read(path)
    assert [activity.external_id for activity in activities] == ["LED-1:created", "LED-2:created"]
    assert not rejected


def test_one_ticket_alone_is_an_export_too(tmp_path):
    assert len(read(written(tmp_path, json.dumps(issue(1))))[0]) == 1
    wrapped = {
        "issue": {
            "id": 4,
            "project": {"name": "L"},
            "subject": "S",
            "author": {"name": "Ada"},
            "created_on": "2026-03-02T09:00:00Z",
        }
    }
    assert [activity.external_id for activity in read(written(tmp_path, json.dumps(wrapped)))[0]] == ["4:created"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["jira-search.json", "jira-all-fields.csv"])
def test_what_windows_programs_write_reads_alike(tmp_path, encoding, name):
    text = (DATA / name).read_text(encoding="utf-8")
    plain = read(DATA / name, zone="Europe/Berlin")
    copy = written(tmp_path, text, name, encoding)
    assert (tmp_path / name).read_bytes().startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    assert TicketSource().recognises(copy)
    assert read(copy, zone="Europe/Berlin")[0] == plain[0]


def test_a_time_without_an_offset_is_refused_by_row_unless_a_zone_is_told(tmp_path):
    activities, rejected = read(DATA / "jira-all-fields.csv")
    assert not activities
    naming = [record for record in rejected if "--zone" in record.reason]
    assert {record.line for record in naming} == {2, 4}
    assert read(DATA / "jira-all-fields.csv", zone="Europe/Berlin")[0]
    days, refused = read(DATA / "redmine-timelog.csv")
    assert not days
    assert all("--zone" in record.reason for record in refused)


def test_a_booked_day_is_the_persons_own_day_even_when_it_has_23_hours():
    days = {a.extra["minutes"]: a for a in read(DATA / "redmine-time-entries.json", zone="Europe/Berlin")[0]}
    short = days["20"]
    assert short.all_day
    assert short.end - short.start == dt.timedelta(hours=23)


@pytest.mark.parametrize("name", ["ada@example.com", "ADA", "Ada Okafor", "712020:ada"])
def test_a_person_is_found_by_every_name_that_the_tracker_knows(name):
    activities = read(DATA / "jira-search.json", person=name)[0]
    assert {activity.external_id for activity in activities} == {
        "LED-12:created", "LED-12:worklog:5", "LED-12:history:10101:Link", "LED-12:history:10101:Link:2",
    }  # fmt: skip
    assert {activity.person for activity in activities} == {name}


def test_the_window_counts_local_days():
    berlin = read(DATA / "jira-search.json", first=dt.date(2026, 3, 4), last=dt.date(2026, 3, 4), zone="Europe/Berlin")
    assert [activity.external_id for activity in berlin[0]] == ["LED-13:created"]
    chicago = read(
        DATA / "jira-search.json", first=dt.date(2026, 3, 4), last=dt.date(2026, 3, 4), zone="America/Los_Angeles"
    )
    assert chicago[0] == []


def test_somebodys_words_stay_out_of_what_is_not_redacted(tmp_path):
    text = json.dumps(pages(1))
    ticket = json.loads(text)["issues"][0]
    ticket["changelog"] = {"histories": [{"id": 1, "author": {"name": "ada"}, "created": "2026-03-02T09:00:00Z", "items": [
        {"field": "description", "fromString": "secret one", "toString": "secret two"},
        {"field": "status", "fromString": "Open", "toString": "Done"}]}]}  # fmt: skip
    activities = read(written(tmp_path, json.dumps({"issues": [ticket]})))[0]
    extras = [activity.extra for activity in activities]
    assert "secret" not in repr(extras)
    assert {"event": "history", "field": "status", "from": "Open", "to": "Done"} in extras


def test_a_cut_export_keeps_every_whole_ticket_and_says_where_it_broke(tmp_path):
    text = json.dumps(pages(*range(1, 101)))
    activities, rejected = read(written(tmp_path, text[: text.index("LED-60")]))
    assert len(activities) == 59
    assert [record.index for record in rejected] == [59]
    assert "export it again" in rejected[0].reason


def test_a_stranger_s_json_is_refused_once_and_not_a_million_times(tmp_path):
    activities, rejected = read(written(tmp_path, json.dumps([{"a": 1}] * 10_000)))
    assert not activities
    assert len(rejected) == tickets._STRANGERS + 1
    assert not TicketSource().recognises(written(tmp_path, json.dumps([{"a": 1}])))


def test_a_stranger_among_tickets_ends_nothing(tmp_path):
    mixed = [issue(1), {"a": 1}, 7, None, issue(2)]
    activities, rejected = read(written(tmp_path, json.dumps({"issues": mixed})))
    assert [activity.reference for activity in activities] == ["LED-1", "LED-2"]
    assert [record.index for record in rejected] == [1, 2, 3]


@pytest.mark.parametrize("wrong", [None, 5, "text", [], [None], [[1]], {"a": 1}, [{"author": 3, "created": {}}]])
@pytest.mark.parametrize("where", ["comment", "worklog", "project", "creator", "created", "summary"])
def test_a_field_of_the_wrong_kind_never_ends_the_reading(tmp_path, where, wrong):
    nested = {"comment": {"comments": wrong}, "worklog": {"worklogs": wrong}}.get(where, wrong)
    text = json.dumps({"issues": [issue(1, **{where: nested}), issue(2)]})
    activities, _ = read(written(tmp_path, text))
    assert "LED-2:created" in [activity.external_id for activity in activities]


def test_an_open_quotation_mark_and_a_bad_byte_cost_their_own_rows(tmp_path):
    head = b"Issue key,Summary,Creator,Created\n"
    good = b"LED-1,fine,ada,2026-03-02 09:00\n"
    latin = "LED-2,Grüße,ada,2026-03-02 09:00\n".encode("latin-1")
    last = b'LED-3,fine too,ada,2026-03-02 09:00\nLED-4,"never closed,ada,2026-03-02 09:00\n'
    path = tmp_path / "x.csv"
    path.write_bytes(head + good + latin + last)
    activities, rejected = read(path, zone="UTC")
    assert [activity.reference for activity in activities] == ["LED-1", "LED-3"]
    assert [record.line for record in rejected] == [3, 5]
    assert "UTF-8" in rejected[0].reason


def test_too_large_a_file_is_refused_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(tickets, "MAX_BYTES", 10)
    activities, rejected = read(written(tmp_path, json.dumps(pages(1))))
    assert not activities
    assert ["fewer" in record.reason for record in rejected] == [True]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_memory_is_one_tickets_whatever_the_exports_size(tmp_path, form):
    def peak(count):
        text = json.dumps({"issues": [issue(number, description="words " * 500) for number in range(count)]})
        if form == "csv":
            out = io.StringIO()
            rows = csv.writer(out)
            rows.writerow(["Issue key", "Summary", "Creator", "Created", "Description"])
            rows.writerows([f"LED-{number}", "s", "ada", "2026-03-02 09:00", "words " * 500] for number in range(count))
            text = out.getvalue()
        path = written(tmp_path, text, f"{count}.{form}")
        tracemalloc.start()
        read_count = sum(1 for _ in TicketSource().read(path, ReadOptions(today=TODAY, zone="UTC")))
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert read_count == count
        return top

    small, large = peak(60), peak(600)
    # Ten times the tickets: 1.6 MB more of text, and no more than a hash for each of them in memory.
    assert large - small < 200_000


@given(st.binary(max_size=400))
def test_no_bytes_at_all_raise_anything_foreign(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("noise") / "noise.json"
    for start in (b"", b'{"issues": [', b"Issue key,Summary,Created\n"):
        path.write_bytes(start + noise)
        TicketSource().recognises(path)
        read(path, zone="UTC")


@given(st.text(max_size=300))
def test_cleaned_text_can_be_stored_anywhere(text):
    kept = clean(text)
    assert "\0" not in kept
    kept.encode("utf-8")


def test_half_a_surrogate_pair_in_json_is_replaced(tmp_path):
    text = json.dumps(pages(1)).replace("Work 1", "Work \\ud83d \\u0000")
    title = read(written(tmp_path, text))[0][0].title
    title.encode("utf-8")
    assert title.startswith("Work")
    assert "\0" not in title


def test_deep_nesting_is_read_flat(tmp_path):
    nested = {"type": "text", "text": "deep"}
    for _ in range(400):
        nested = {"type": "blockquote", "content": [nested]}
    assert plain_text(nested) == "deep"
    text = json.dumps(pages(1))[:-2] + ", " + "[" * 100_000
    activities, rejected = read(written(tmp_path, text))
    assert len(activities) == 1
    assert ["nested deeper" in record.reason for record in rejected] == [True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:00:00.000+0100", dt.datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("02/Mar/26 9:00 AM", dt.datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("02.03.2026 09:00", dt.datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026/03/02 09:00", dt.datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("29/Mar/26 2:30 AM", dt.datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_of_all_trackers(text, expected):
    assert instant(text, ZoneInfo("Europe/Berlin")) == expected


@pytest.mark.parametrize(
    "text", ["03/04/2026 09:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-1200", "soon", "", None, 7]
)
def test_times_that_are_none_are_refused(text):
    with pytest.raises(InvalidInput):
        instant(text, None)


@pytest.mark.parametrize(
    ("told", "minutes"),
    [
        ({"seconds": 90}, 2),
        ({"seconds": 5400}, 90),
        ({"hours": 0.33}, 20),
        ({"hours": "1,5"}, 90),
        ({"hours": "0:20"}, 20),
    ],
)
def test_durations_are_rounded_half_up_to_minutes(told, minutes):
    assert minutes_of(**told) == minutes


@pytest.mark.parametrize(
    "told",
    [{"seconds": 0}, {"seconds": -5}, {"seconds": "NaN"}, {"hours": "1e9"}, {"hours": None}, {"hours": "Infinity"}],
)
def test_durations_that_cannot_be_are_refused(told):
    with pytest.raises(HourtrailError):
        minutes_of(**told)


def test_every_shape_of_every_tracker_has_a_golden_pair():
    """A table that no golden file exercises is a table that nobody has seen work."""
    seen = {
        (
            record["source"],
            record["extra"]["event"] if record["extra"]["event"] not in {"closed", "labeled"} else "closed",
        )
        for golden in DATA.glob("*.jsonl")
        for record in map(json.loads, golden.read_text(encoding="utf-8").splitlines())
        if "rejected" not in record
    }
    told = {(shape.tracker, event.name) for shape in SHAPES for event in shape.events if not event.whats}
    assert told - seen == {("github", "merged")}
