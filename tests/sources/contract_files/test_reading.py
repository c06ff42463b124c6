"""Good files: what is tolerated, what is recognised, and that reading streams."""

import itertools
import tracemalloc
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.tock.convert import time_entries
from tests.sources.contract_files.files import ENTRIES, TODAY, entries, good_row, ids, read

from hourtrail.domain.activity import Activity, ActivityKind, ReadOptions
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.wire import activity_to_json, entry_to_json
from hourtrail.exporters.tables import write_csv, write_jsonl
from hourtrail.sources.contract_files import ContractFileSource, read_records
from hourtrail.sources.contract_files.catalogue import ACTIVITIES, DATA_CONTRACTS, TIME_ENTRIES
from hourtrail.sources.contract_files.kinds import contract_of, shape_of

TOCK = Path(__file__).parents[2] / "data" / "tock"


@pytest.mark.parametrize("word", [word for word, contract in DATA_CONTRACTS.items() if contract.by_header])
@pytest.mark.parametrize("part", ["required", "all"])
def test_every_kind_is_recognised_by_its_header_alone(tmp_path, word, part):
    contract = DATA_CONTRACTS[word]
    names = contract.required if part == "required" else [column.name for column in contract.columns]
    path = tmp_path / "file.csv"
    for header in (names, names[::-1]):
        path.write_text(",".join(header) + "\n" + "?," * (len(header) - 1) + "?\n", encoding="utf-8")
        assert ContractFileSource().recognises(path)
        assert read(path) == read(path, word)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("client,project,name,status", "tasks"),
        ("client,project,name,manager,status", "tasks"),
        ("client,name", "tasks"),
    ],
)
def test_a_list_of_work_stays_one_of_tasks_unless_projects_or_clients_are_named(tmp_path, header, kind):
    path = tmp_path / "work.csv"
    path.write_text(f"{header}\nacme,{',' * (header.count(',') - 1)}\n", encoding="utf-8")
    assert contract_of(path, shape_of(path)).word == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", f"{ENTRIES}\n"),
        ("jira.csv", "Issue key,Summary,Project key,Status,Created\nP-1,x,P,Open,2026-03-02\n"),
        ("redmine.csv", "#,Project,Tracker,Status,Subject,Assignee,Updated,Due date\n1,P,Bug,New,x,ana,now,\n"),
        ("issues.jsonl", '{"number": 1, "title": "x", "state": "open", "user": {"login": "ana"}}\n'),
        ("array.jsonl", "[]"),
        ("page.txt", "Dear all,\nplease find attached\n"),
    ],
)
def test_what_belongs_to_others_is_not_claimed(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert not ContractFileSource().recognises(tmp_path / name)


def test_folders_are_not_claimed(tmp_path):
    (tmp_path / "tasks.csv").mkdir()
    assert not ContractFileSource().recognises(tmp_path / "tasks.csv")


def test_a_damaged_contract_file_is_claimed_so_that_its_error_is_ours(tmp_path):
    path = entries(tmp_path, header="id,person,date,mins,project,narrative")
    assert ContractFileSource().recognises(path)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_where_only_they_make_a_contract(tmp_path, delimiter):
    path = entries(tmp_path, good_row(1).replace(",", delimiter), header=ENTRIES.replace(",", delimiter))
    assert ids(read(path)[0]) == ["e1"]


def test_unknown_and_nameless_columns_are_kept_in_extra(tmp_path):
    header = f"{ENTRIES},Cost Centre,,note,note"
    records, refused = read(entries(tmp_path, good_row(1) + ",77,x,first,second", good_row(2) + ",,,,", header=header))
    assert not refused
    assert records[0].extra == {"cost centre": "77", "column 7": "x", "note": "first", "note (9)": "second"}
    assert records[1].extra == {}


def test_a_source_option_overrides_and_a_person_option_fills(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "source,external_id,kind,person,start\nold,1,focus,ben,2026-03-02T09:00:00Z\n,2,focus,,2026-03-02T09:00:00Z\n",
        encoding="utf-8",
    )
    records, refused = read(path, source="new", person="ana")
    assert not refused
    assert [(record.source, record.person, record.extra) for record in records] == [
        ("new", "ben", {}),
        ("new", "ana", {}),
    ]


def test_booleans_in_every_spelling(tmp_path):
    words = ["true", "TRUE", "Yes", "1", "false", "No", "0"]
    rows = [f"{good_row(number)},{word}" for number, word in enumerate(words)]
    records, _ = read(entries(tmp_path, *rows, header=f"{ENTRIES},billable"))
    assert [record.billable for record in records] == [True, True, True, True, False, False, False]


def test_json_lines_are_read_for_every_kind_without_losing_a_digit(tmp_path):
    path = tmp_path / "rates.jsonl"
    path.write_text(
        '{"contract": "C", "hourly_rate": 100.10, "currency": "EUR"}\n'
        '{"contract": "C", "hourly_rate": "0.30000000000000000001", "currency": "EUR", "grade": 7}\n',
        encoding="utf-8",
    )
    records, refused = read(path)
    assert not refused
    assert [str(record.hourly_rate) for record in records] == ["100.10", "0.30000000000000000001"]
    assert records[1].grade == "7"


def test_the_real_timecards_are_read_whole():
    records, refused = read(TOCK / "time_entries.csv")
    assert not refused
    assert Counter(type(record) for record in records) == {TimeEntry: 7515}
    assert sum(record.minutes for record in records) == sum(
        int(row["minutes"]) for row in time_entries(TOCK / "timecard_lines.csv")
    )


def test_reading_is_lazy_and_memory_stays_flat(tmp_path):
    def peak(count):
        path = tmp_path / f"{count}.csv"
        narrative = "n" * 1_000
        with path.open("w", encoding="utf-8") as out:
            out.write(f"{ENTRIES},narrative\n")
            out.writelines(f"{good_row(number)},{narrative}\n" for number in range(count))
        tracemalloc.start()
        read_count = sum(1 for _ in read_records(path, "", ReadOptions(today=TODAY)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert read_count == count
        return most

    small, large = peak(2_000), peak(20_000)
    # What grows is the memory of identities (12 bytes each in a set), not the 1,000 characters of every row.
    assert (large - small) / 18_000 < 250


# --- properties ------------------------------------------------------------------------------------------------------

EXAMPLES = settings(deadline=None, max_examples=60)  # files on a busy machine: no example is timed


CODES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60).filter(
    lambda text: not text.isspace()
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
RATES = st.decimals(Decimal(0), Decimal(10_000), places=2)


@st.composite
def booked_entries(draw):
    start, end = sorted(draw(st.tuples(INSTANTS, INSTANTS)))
    return TimeEntry(
        id=draw(CODES),
        person=draw(CODES),
        date=draw(st.dates(date(2000, 1, 1), date(2040, 1, 1))),
        minutes=draw(st.integers(0, 44_640)),
        item=WorkItem(draw(CODES | st.just("")), draw(CODES), draw(CODES | st.just(""))),
        start=start,
        end=draw(st.sampled_from([end, None])),
        billable=draw(st.sampled_from([None, True, False])),
        narrative=draw(TEXTS),
        hourly_rate=draw(RATES | st.none()),
        currency=draw(st.sampled_from(["", "EUR", "USD"])),
        status=draw(st.sampled_from(EntryStatus)),
        created_at=draw(INSTANTS | st.none()),
        source=draw(CODES | st.just("")),
        write_off_minutes=draw(st.integers(0, 44_640)),
    )


ENTRY_LISTS = st.lists(booked_entries(), max_size=5, unique_by=lambda entry: entry.id)
ENTRY_COLUMNS = [column.name for column in TIME_ENTRIES.columns]


def _csv(rows, columns):
    out = StringIO(newline="")
    write_csv(rows, columns, out)
    return out.getvalue().encode()


@EXAMPLES
@given(ENTRY_LISTS)
def test_exported_time_entries_read_back_equal(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("round") / "entries.csv"
    path.write_bytes(_csv(map(entry_to_json, rows), ENTRY_COLUMNS))
    assert read(path) == (rows, [])


@EXAMPLES
@given(ENTRY_LISTS, st.randoms())
def test_the_order_of_columns_never_changes_a_record(tmp_path_factory, rows, chance):
    shuffled = chance.sample(ENTRY_COLUMNS, len(ENTRY_COLUMNS))
    folder = tmp_path_factory.mktemp("order")
    for name, columns in (("given", ENTRY_COLUMNS), ("shuffled", shuffled)):
        (folder / f"{name}.csv").write_bytes(_csv(map(entry_to_json, rows), columns))
    assert read(folder / "shuffled.csv") == read(folder / "given.csv") == (rows, [])


@EXAMPLES
@given(
    st.lists(st.tuples(CODES, TEXTS, st.lists(CODES, max_size=3)), min_size=1, max_size=5, unique_by=lambda row: row[0])
)
def test_exported_activities_read_back_equal_in_both_forms(tmp_path_factory, parts):
    rows = [
        Activity(
            source="csv",
            external_id=external_id,
            kind=ActivityKind.FOCUS,
            person="ana",
            start=datetime(2026, 3, 2, 9, tzinfo=UTC),
            title=title,
            participants=tuple(item for name in participants for item in name.split(";") if item),
            label=WorkItem("acme", external_id),
            extra={"room": "Blue"},
        )
        for external_id, title, participants in parts
    ]
    folder = tmp_path_factory.mktemp("round")
    columns = [*(column.name for column in ACTIVITIES.columns), "extra"]
    (folder / "a.csv").write_bytes(_csv(map(activity_to_json, rows), columns))
    with (folder / "a.jsonl").open("w", encoding="utf-8") as out:
        write_jsonl(map(activity_to_json, rows), out)
    assert read(folder / "a.csv") == (rows, [])
    assert read(folder / "a.jsonl", "activities") == (rows, [])


@EXAMPLES
@given(st.binary(max_size=400), st.randoms())
def test_random_bytes_in_a_file_end_in_words(tmp_path_factory, noise, chance):
    path = tmp_path_factory.mktemp("noise") / "entries.csv"
    whole = "\n".join(itertools.chain([ENTRIES], map(good_row, range(20)))).encode()
    at = chance.randrange(len(ENTRIES) + 1, len(whole))
    path.write_bytes(whole[:at] + noise + whole[at:])
    records, refused = read(path)
    before = whole[:at].count(b"\n") - 1
    assert ids(records)[:before] == [f"e{number}" for number in range(before)]
    assert all(row.reason and row.line for row in refused)
