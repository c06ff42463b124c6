"""Wrong input of every kind: a located sentence, the right exit code, and nothing good lost."""

import random

import pytest
from tests.flows.firm import vcalendar, vevent

GOOD = vevent("ok", "20260302T090000Z", "20260302T100000Z", "fine")
NAIVE = '{"source":"x","external_id":"1","kind":"commit","person":"a","start":"2026-03-02T09:00:00"}'
AWARE = NAIVE.replace(':00"', ':00Z"').replace('"1"', '"2"')
ENTRIES = "id,person,date,minutes,client,project\n"


def calendar(*events):
    return vcalendar(*events).encode()


FILES = {
    "truncated.ics": (calendar(GOOD, GOOD.replace("UID:ok", "UID:2"))[:-60], 3, 1),
    "latin.ics": (calendar(GOOD.replace("fine", "Grüße")).decode().encode("latin-1"), 3, 1),
    "endless.ics": (calendar(GOOD, vevent("i", "20260302T090000Z", "20260302T100000Z", "x", "RRULE:FREQ=DAILY;INTERVAL=0")), 3, 1),
    "seconds.ics": (calendar(GOOD, vevent("s", "20260302T090000Z", "20260302T100000Z", "x", "RRULE:FREQ=SECONDLY")), 3, 1),
    "backwards.ics": (calendar(GOOD, vevent("b", "20260302T100000Z", "20260302T090000Z", "x")), 3, 1),
    "forty.ics": (calendar(GOOD, vevent("l", "20260303T090000Z", "20260305T010000Z", "x")), 0, 2),
    "zone.ics": (calendar(GOOD, vevent("z", "20260302T090000", "20260302T100000Z", "x").replace("DTSTART:", "DTSTART;TZID=Moon/Sea:")), 3, 1),
    "twice.csv": (f"{ENTRIES}T1,a,2026-03-02,30,c,p\nT1,a,2026-03-02,40,c,p\n".encode(), 3, 1),
    "naive.jsonl": (f"{NAIVE}\n{AWARE}\n".encode(), 3, 1),
    "shuffled.csv": (b"project,note,minutes,date,person,id\np,hi,30,2026-03-02,a,T9\n", 0, 1),
    "missing.csv": (b"person,date\na,2026-03-02\n", 2, 0),
    "empty.csv": (b"", 2, 0),
    "binary.ics": (random.Random(1).randbytes(4000), 2, 0),
    "binary.csv": (b"\x00" + random.Random(2).randbytes(4000), 2, 0),
    "binary.jsonl": (b"\x00" + random.Random(3).randbytes(4000), 2, 0),
    "unknown.xyz": (b"hello", 2, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_bad_beside_good(run, tmp_path, name):
    content, code, created = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    if code == 2:
        told = run("ingest", path, "--person", "a", "--json", code=2)
        assert told.out == ""
        assert name in told.err
        assert f"{path}: {path}" not in told.err
        return
    told = run("ingest", path, "--person", "a", "--json", "--from", "2026-01-01", "--to", "2026-06-01", code=code)
    assert told.json["created"] == created
    assert bool(told.json["refused"]) == (code == 3)
    for row in told.json["refused"]:
        assert set(row) == {"file", "line", "index", "field", "reason"}
        assert row["file"].endswith(name)
        assert len(row["reason"]) > 10
    assert (
        len(run("export", "activities" if name.endswith(("ics", "jsonl")) else "time-entries", "--json").json)
        == created
    )


def test_one_unreadable_file_among_others(run, tmp_path):
    (tmp_path / "good.ics").write_bytes(calendar(GOOD))
    (tmp_path / "bad.ics").write_bytes(b"nothing")
    paths = [tmp_path / "gone.ics", tmp_path / "bad.ics", tmp_path / "good.ics"]
    told = run("ingest", *paths, "--person", "a", code=3)
    assert "1 new" in told.out
    assert "2 records refused" in told.err
    assert "gone.ics: does not exist" in told.err


def test_a_repository_that_cannot_be_read(run, tmp_path):
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    (tmp_path / "broken" / ".git" / "HEAD").write_text("x", encoding="utf-8")
    assert "git" in run("ingest", tmp_path / "broken", code=2).err
    (tmp_path / "empty").mkdir()
    assert "is an empty folder" in run("ingest", tmp_path / "empty", code=2).err


def test_a_calendar_needs_its_person(run, tmp_path):
    path = tmp_path / "c.ics"
    path.write_bytes(calendar(GOOD))
    told = run("ingest", path, code=2)
    assert "--person" in told.err
    assert str(path) in told.err


def test_naming_the_kind_opens_any_name(run, tmp_path):
    """``--as`` uses the reader of contract files, whatever the file is called; ``--source`` names where rows come from."""
    lines = '{"external_id":"1","kind":"commit","person":"a","start":"2026-03-02T09:00:00","title":"x"}\n'
    path = tmp_path / "dump.txt"
    path.write_text(lines, encoding="utf-8")
    told = run("ingest", path, "--as", "activities", "--source", "jira", "--zone", "Europe/Berlin", "--json").json
    assert told["created"] == 1
    (row,) = run("export", "activities", "--json").json
    assert (row["source"], row["start"]) == ("jira", "2026-03-02T08:00:00Z")
    (tmp_path / "people.dat").write_text("person,zone\na,Europe/Berlin\n", encoding="utf-8")
    assert run("ingest", tmp_path / "people.dat", "--as", "people", "--json").json["by_kind"] == {"people": 1}
    assert "missing column" in run("ingest", tmp_path / "people.dat", "--as", "tasks", code=2).err


def test_naming_the_reader_overrides_what_the_name_suggests(run, tmp_path):
    path = tmp_path / "calendar.backup"
    path.write_bytes(calendar(GOOD).replace(b"BEGIN:VCALENDAR", b"\r\n" * 600 + b"BEGIN:VCALENDAR"))
    assert "no source reads" in run("ingest", path, "--person", "a", code=2).err
    assert run("ingest", path, "--person", "a", "--source", "icalendar", "--json").json["created"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("flarp",),
        ("ingest",),
        ("suggest", "--from", "2026-03-02"),
        ("suggest", "--from", "2026-03-06", "--to", "2026-03-02"),
        ("suggest", "--from", "tomorrow", "--to", "2026-03-02"),
        ("suggest", "--person", "x", "--from", "2026-02-30", "--to", "2026-03-02"),
        ("decide", "sug_x", "accept"),
        ("decide", "sug_x", "perhaps", "--as", "a"),
        ("decide", "sug_x", "accept", "--as", "a"),
        ("decide", "sug_x", "accept", "--as", "model:x"),
        ("decide", "sug_x", "split", "--as", "a", "--part", "x:y"),
        ("decide", "sug_x", "split", "--as", "a", "--part", "1:y", "--project", "z"),
        ("decide", "sug_x", "edit", "--as", "a", "--minutes", "1441"),
        ("export", "everything"),
        ("export", "decisions", "--format", "xml"),
        ("trail", "te_x"),
        ("check", "nowhere.csv"),
        ("backtest", "mapping", "nowhere.csv"),
        ("--store", "mysql://x/y", "export", "decisions"),
        ("--store", "postgresql://nobody@127.0.0.1:1/x", "export", "decisions"),
        ("--tenant", " ", "export", "decisions"),
        ("ingest", "x.csv", "--as", "invoices"),
        ("ingest", "http://127.0.0.1:9/x.ics", "--person", "a"),
        ("completion", "tcsh"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_a_sentence(run, arguments):
    told = run(*arguments, code=2)
    assert told.out == ""
    assert 10 < len(told.err) < 1200
