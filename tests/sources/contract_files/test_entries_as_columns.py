"""Time entries that are read as columns are those that are read row by row, refusals and lines included."""

import gzip
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from hourtrail.columnar import FiledEntries
from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NothingRead
from hourtrail.sources.contract_files import entries as reading
from hourtrail.sources.contract_files import plain, read_entries, read_numbered
from hourtrail.sources.contract_files.entrywise import _DEFAULTS

HEADER = "id,person,date,minutes,client,project,task,start,end,billable,narrative,hourly_rate,currency,status,created_at,grade"
GOOD = "{id},ada,2026-03-02,60,acme,portal,build,2026-03-02T09:00:00Z,2026-03-02T10:00:00+00:00,true,some work,120.50,EUR,approved,2026-03-02T18:00:00Z,senior"
ODD = (
    "{id}, bob ,2026-03-02,007,,portal,,2026-03-02T09:00:00+05:30,,YES,'=SUM(A1),120.5,eur,SUBMITTED,2026-03-02t18:00:00.25z,",
    "{id},bob,2026-03-03,0,acme,portal,build,2024-02-29T23:59:59Z,2024-02-29T23:59:59.5Z,,  ,,,,,lead",
    "{id},ümit,2026-03-03,45,acme,portal,build,,,no,was „gut“ — \u2028done,0,EUR,draft,0001-01-01T00:00:00Z,",
)
BAD = (
    "{id},ada,2026-02-30,60,acme,portal,,,,,,,,,,",
    "{id},ada,2026-03-02,60,acme,,,,,,,,,,,",
    ",ada,2026-03-02,60,acme,portal,,,,,,,,,,",
    "{id},ada,2026-03-02,60,acme,portal,,2026-03-02T09:00:00Z,2026-03-02T08:00:00Z,,,,,,,",
    "{id},ada,2026-03-02,60,acme,portal,,2026-02-29T09:00:00Z,,,,,,,,",
    "{id},ada,2026-03-02,60,acme,portal,,2026-03-02T09:00:00,,,,,,,,",
    "{id},ada,2026-03-02,60,acme",
    "{id},ada,2026-03-02,60,acme,portal,,,,,a,b,c,d,e,f,g",
    "e3,ada,2026-03-02,60,acme,portal,,,,,again,,,,,",
    "{id},ada,2026-03-02,60,acme,portal,,,,,a\rb,,,,,",
    "{id},ada,2026-03-02,60,acme,portal,,,,,nul\0,,,,,",
)


def _file(tmp_path: Path, *odd: str, end: str = "\n", rows: int = 60, lead: str = "", name: str = "e.csv") -> Path:
    """A file with one odd row after every tenth good one."""
    lines = [HEADER]
    for number in range(rows):
        lines.append(GOOD.format(id=f"e{number}"))
        if odd and number % 10 == 9:
            lines.append(odd[number // 10 % len(odd)].format(id=f"odd{number}"))
    path = tmp_path / name
    path.write_bytes((lead + end.join(lines) + end).encode())
    return path


def _same(path: Path) -> None:
    options = ReadOptions(today=date(2026, 6, 30))
    rows = list(read_numbered(path, "time-entries", options))
    file = read_entries(path, options)
    good = [(line, row) for line, row in rows if isinstance(row, TimeEntry)]
    assert [repr(row) for row in file.entries] == [repr(row) for _, row in good]
    assert file.lines.tolist() == [line for line, _ in good]
    assert file.refused == [row for _, row in rows if isinstance(row, Rejected)]


@pytest.mark.parametrize("odd", [(), *((one,) for one in (*ODD, *BAD, "", "," * 15)), (*ODD, *BAD)])
def test_every_kind_of_row_is_read_as_it_is_by_itself(tmp_path, odd):
    _same(_file(tmp_path, *odd))


def test_quotes_line_ends_marks_and_compression_change_nothing(tmp_path):
    quoted = '{id},ada,2026-03-02,60,acme,portal,,,,,"two\nlines, and ""quotes""",,,,,'
    _same(_file(tmp_path, quoted, end="\r\n"))
    _same(_file(tmp_path, *ODD, end="\r\n", lead="\ufeff", name="mark.csv"))
    _same(_file(tmp_path, '{id},ada,"never closed', *ODD, name="open.csv"))
    packed = tmp_path / "e.csv.gz"
    packed.write_bytes(gzip.compress(_file(tmp_path, *ODD).read_bytes()))
    _same(packed)


def test_blocks_and_stretches_meet_without_a_seam(tmp_path, monkeypatch):
    monkeypatch.setattr(plain, "_BLOCK", 700)
    monkeypatch.setattr(reading, "_ROWS_AT_ONCE", 7)
    _same(_file(tmp_path, *ODD, *BAD))
    _same(_file(tmp_path, *ODD, name="plain.csv"))


def test_a_line_that_never_ends_costs_itself_alone(tmp_path):
    path = _file(tmp_path, "{id},ada," + "x" * (1 << 20), rows=20)
    _same(path)


def test_reading_stops_at_the_most_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 25)
    path = _file(tmp_path)
    file = read_entries(path, ReadOptions(today=date(2026, 6, 30)))
    assert len(file.entries) == 25
    assert [(row.line, row.reason) for row in file.refused] == [(27, "stopped after 25 rows; split the file here")]


def test_a_file_without_the_required_columns_is_refused_as_before(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("id,person,date,minutes\ne1,ada,2026-03-02,60\n", encoding="utf-8")
    options = ReadOptions(today=date(2026, 6, 30))
    with pytest.raises(NothingRead) as row_by_row:
        list(read_numbered(path, "time-entries", options))
    with pytest.raises(NothingRead) as together:
        read_entries(path, options)
    assert str(together.value) == str(row_by_row.value)


def test_what_a_file_leaves_out_is_the_default_of_the_record():
    stated = {field.name: field.default for field in fields(TimeEntry) if field.name in _DEFAULTS}
    assert stated == dict(_DEFAULTS)


def test_an_entry_is_built_once_and_columns_travel_without_it(tmp_path):
    entries = read_entries(_file(tmp_path, *ODD), ReadOptions(today=date(2026, 6, 30))).entries
    assert isinstance(entries, FiledEntries)
    assert entries[3] is entries[3]
    assert entries[1:4][2] is entries[3]
    assert entries[-1] is entries[len(entries) - 1]
    with pytest.raises(IndexError):
        entries[len(entries)]
