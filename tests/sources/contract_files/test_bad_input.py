"""Bad input gets a located error in words, loses nothing good beside it, and never hangs."""

import gzip
import os

import pytest
from tests.sources.contract_files.files import ENTRIES, TODAY, entries, good_row, ids, read

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput, NothingRead, UnknownZone
from hourtrail.sources.contract_files import lines as lines_module
from hourtrail.sources.contract_files import read_records
from hourtrail.sources.contract_files import reading as reading_module


def _bytes(folder, data, name="entries.csv"):
    path = folder / name
    path.write_bytes(data)
    return path


def _refused(path, record="", **options):
    with pytest.raises(NothingRead) as refused:
        read(path, record, **options)
    message = str(refused.value)
    assert path.name in message
    return message


# --- the file as a whole ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\r\n \n", b"\xef\xbb\xbf"])
def test_empty_file(tmp_path, content):
    assert "is empty" in _refused(_bytes(tmp_path, content))


def test_header_only_is_an_empty_file_of_its_kind(tmp_path):
    assert read(entries(tmp_path)) == ([], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{ENTRIES}\n".encode("utf-16"), "UTF-16"),
        (f"{ENTRIES}\n".encode("utf-16-be"), "byte 0 is NUL"),
        (b"PK\x03\x04\x14\x00", "spreadsheet"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(4096), "NUL"),
        (f"{ENTRIES},stra\xdfe\n".encode("latin-1"), "byte 35 (0xdf) is not UTF-8; save the file as UTF-8"),
        (f"{ENTRIES}\r{good_row(1)}\r".encode(), "bare carriage returns"),
        (b"x" * 70_000, "header row is longer"),
        (b'[{"source": "git"}]', "JSON array"),
        (b"colour,weight\nred,5\n", "names no column of any data contract (it has: colour, weight)"),
        (f"{ENTRIES},person\n".encode(), "person twice"),
        (f'{ENTRIES},"open\n{good_row(1)}\n'.encode(), "never closed"),
    ],
)
def test_files_that_are_refused_as_a_whole(tmp_path, content, says):
    assert says in _refused(_bytes(tmp_path, content), "time-entries" if b"open" in content else "")


def test_other_encoding_is_not_refused_for_a_byte_order_mark(tmp_path):
    records, refused = read(_bytes(tmp_path, b"\xef\xbb\xbf" + f"{ENTRIES}\n{good_row(1)}\n".encode()))
    assert (ids(records), refused) == (["e1"], [])


def test_missing_columns_are_named_with_the_nearest_present(tmp_path):
    path = entries(tmp_path, header="id,persons,date,min,project,narrative,client")
    message = _refused(path, "time-entries")
    assert "missing column person (nearest: persons)" in message
    assert "missing column minutes (nearest: min)" in message


def test_timesheet_without_its_minutes_does_not_pass_for_assignments(tmp_path):
    path = entries(tmp_path, "e1,ana,2026-03-02,1.5,acme,P", header="id,person,date,hours,client,project")
    assert "cannot be read as time-entries: missing column minutes" in _refused(path)


def test_activities_without_a_person_ask_for_the_option(tmp_path):
    path = _bytes(tmp_path, b"source,external_id,kind,start\ncsv,1,focus,2026-03-02T09:00:00Z\n")
    assert "or give --person" in _refused(path)
    records, refused = read(path, person="ana")
    assert ([record.person for record in records], refused) == (["ana"], [])


def test_unknown_word_and_unknown_zone_are_usage_errors(tmp_path):
    with pytest.raises(InvalidInput, match="choose one of activities, tasks"):
        read(entries(tmp_path), "invoices")
    with pytest.raises(UnknownZone):
        read(entries(tmp_path), zone="Mars/Olympus")


def test_folders_and_missing_files_are_refused(tmp_path):
    assert "is not a file" in _refused(tmp_path)
    assert "is not a file" in _refused(tmp_path / "absent.csv")


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is not a file" in _refused(tmp_path / "pipe.csv")


# --- one bad row among good ones -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "column", "says"),
    [
        ("e2,ana,2026-03-02", None, "3 cells and the header 5"),
        ("e2,ana,2026-03-02,60,P,more", None, "6 cells and the header 5"),
        ("e2,ana,2026-03-02,60,P,", None, "6 cells and the header 5"),
        ("e2,,2026-03-02,60,P", "person", "is empty"),
        ("e2,ana,02.03.2026,60,P", "date", "not a date"),
        ("e2,ana,2026-03-02,an hour,P", "minutes", "whole number"),
        ('e2,"ana,2026-03-02,60,P', None, 'a quote (") is opened and never closed'),
        ('e2,"an"a,2026-03-02,60,P', None, "',' expected after '\"'"),
        ("e2,a\rna,2026-03-02,60,P", None, "bare carriage return"),
        ("e2,a\0na,2026-03-02,60,P", None, "byte 58 is NUL"),
        ("e1,ben,2026-03-02,60,P", "id", "an earlier row has the same id"),
        ('e2,"' + "x\n" * 70_000, None, "field larger than field limit"),
    ],
)
def test_one_bad_row_costs_itself_only(tmp_path, bad, column, says):
    records, refused = read(entries(tmp_path, good_row(1), bad, good_row(3), good_row(4)))
    assert {"e1", "e3", "e4"} <= set(ids(records))
    assert (refused[0].file, refused[0].line, refused[0].field) == (str(tmp_path / "entries.csv"), 3, column)
    assert says in refused[0].reason


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_physical_lines(tmp_path, end):
    path = entries(
        tmp_path,
        f'e1,ana,2026-03-02,60,P,"one{end}two{end}three"',
        "",
        ",,,,,",
        "e2,ana,2026-03-02,60,P,plain",
        "e3,ana,2026-03-02,never,P,plain",
        header=f"{ENTRIES},narrative",
        end=end,
    )
    records, refused = read(path)
    assert ids(records) == ["e1", "e2"]
    assert records[0].narrative == f"one{end}two{end}three"
    assert [row.line for row in refused] == [8]


def test_a_line_in_another_encoding_is_refused_with_its_byte_and_never_guessed(tmp_path):
    start = f"{ENTRIES}\n{good_row(1)}\n"
    data = start.encode() + "e2,Zo\xeb,2026-03-02,60,P\n".encode("latin-1") + "e3,Zoë,2026-03-02,60,P\n".encode()
    records, refused = read(_bytes(tmp_path, data))
    assert [record.person for record in records] == ["ana", "Zoë"]
    assert refused[0].line == 3
    assert f"byte {len(start) + 5} (0xeb) is not UTF-8" in refused[0].reason


def test_a_refused_row_does_not_take_the_id_of_a_good_one(tmp_path):
    records, refused = read(entries(tmp_path, "e1,ana,2026-03-02,x,P", good_row(1)))
    assert ids(records) == ["e1"]
    assert [row.line for row in refused] == [2]


def test_naive_times_need_a_zone(tmp_path):
    path = entries(tmp_path, good_row(1) + ",2026-03-29 02:30", header=f"{ENTRIES},start")
    records, refused = read(path)
    assert not records
    assert "--zone" in refused[0].reason
    records, refused = read(path, zone="Europe/Berlin")
    # 02:30 does not exist that night in Berlin; it is moved forward by the change.
    assert (records[0].start.isoformat(), refused) == ("2026-03-29T01:30:00+00:00", [])


def test_a_very_long_line_is_skipped_and_the_next_ones_keep_their_number(tmp_path):
    long = "e2,ana,2026-03-02,60," + "x" * (3 << 20)
    records, refused = read(entries(tmp_path, good_row(1), long, good_row(3), "e4,ana,never,60,P"))
    assert ids(records) == ["e1", "e3"]
    assert [(row.line, row.field) for row in refused] == [(3, None), (5, "date")]
    assert "longer than 1 MiB" in refused[0].reason


def test_many_unclosed_quotes_cost_bounded_rereading(tmp_path):
    rows = [f'e{number},"ana,2026-03-02,60,P' if number % 2 else good_row(number) for number in range(2_000)]
    records, refused = read(entries(tmp_path, *rows))
    assert len(records) == 1_000
    assert len(refused) == 1_000


def test_rereading_stops_at_its_budget(tmp_path, monkeypatch):
    monkeypatch.setattr("hourtrail.sources.contract_files.delimited.MAX_REREAD", 3)
    rows = ['e1,"ana', "e2 holds no quote", "e3", "e4", "e5"]
    records, refused = read(entries(tmp_path, *rows))
    assert not records
    assert [row.line for row in refused] == [2]


# --- archives, sizes and broken JSON ---------------------------------------------------------------------------------


def _activity(number):
    return (
        f'{{"source": "git", "external_id": "a:{number}", "kind": "commit", "person": "P{number % 7}", '
        f'"start": "2026-03-02T09:00:00Z", "title": "{hash(number * 7919) & 0xFFFFFFFF:08x}"}}\n'
    )


def test_a_cut_archive_keeps_the_whole_rows_before_the_cut(tmp_path):
    whole = gzip.compress("".join(map(_activity, range(5_000))).encode())
    records, refused = read(_bytes(tmp_path, whole[: len(whole) // 2], "a.jsonl.gz"))
    assert len(records) > 1_000
    assert [record.external_id for record in records] == [f"a:{number}" for number in range(len(records))]
    assert len(refused) == 1
    assert refused[0].line == len(records) + 1
    assert "the compressed file is cut or damaged here" in refused[0].reason
    assert "the rows before are kept" in refused[0].reason


def test_a_damaged_archive_without_a_single_row(tmp_path):
    assert "cannot be read" in _refused(_bytes(tmp_path, b"\x1f\x8b\x08\x00garbage", "a.csv.gz"))


def test_decompression_stops_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(lines_module, "MAX_BYTES", 1 << 20)
    path = _bytes(tmp_path, gzip.compress(f"{ENTRIES}\n{good_row(1)}\n".encode() + b"0" * (20 << 20)), "bomb.csv.gz")
    records, refused = read(path)
    assert ids(records) == ["e1"]
    assert "stopped after" in refused[-1].reason


def test_rows_stop_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_module, "MAX_ROWS", 3)
    records, refused = read(entries(tmp_path, *map(good_row, range(10))))
    assert ids(records) == ["e0", "e1", "e2"]
    assert [(row.line, row.reason) for row in refused] == [(5, "stopped after 3 rows; split the file here")]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{", "is not JSON"),
        ("null", "no object"),
        ('"text"', "no object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"source": NaN}', "NaN is not a number"),
        ('{"source": "git", "external_id": "\\u0000"}', "NUL"),
        ('{"source": "git", "external_id": "x", "extra": {"a": ["\\udc00"]}}', "surrogate"),
        ('{"source": {"a": 1}}', "holds a JSON object"),
        ("\x00\x01\x02", "NUL"),
    ],
)
def test_bad_json_lines_cost_themselves_only(tmp_path, bad, says):
    path = _bytes(tmp_path, (_activity(1) + bad + "\n" + _activity(2)).encode(), "a.jsonl")
    records, refused = read(path)
    assert [record.external_id for record in records] == ["a:1", "a:2"]
    assert [row.line for row in refused] == [2]
    assert says in refused[0].reason


def test_json_escapes_of_real_text_are_text(tmp_path):
    line = _activity(1).replace('"title": "', '"title": "\\ud83d\\ude00 \\\\u0000 ')
    records, refused = read(_bytes(tmp_path, line.encode(), "a.jsonl"))
    assert not refused
    assert records[0].title.startswith("😀 \\u0000 ")


def test_a_first_line_that_is_broken_does_not_hide_the_kind(tmp_path):
    lines = "{broken\n" + '{"calendar": "US", "date": "2026-01-01"}\n'
    records, refused = read(_bytes(tmp_path, lines.encode(), "holidays.jsonl"))
    assert [record.calendar for record in records] == ["US"]
    assert [row.line for row in refused] == [1]


def test_every_refusal_is_told_and_reading_goes_on(tmp_path):
    rows = ["bad"] * 3_000 + [good_row(1)]
    told = list(read_records(entries(tmp_path, *rows), "time-entries", ReadOptions(today=TODAY)))
    assert sum(isinstance(row, Rejected) for row in told) == 3_000
    assert ids([row for row in told if not isinstance(row, Rejected)]) == ["e1"]
