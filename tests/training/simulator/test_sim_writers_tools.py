"""Repositories and tickets as the product's own sources read them, with the real git; ActivityWatch and WebVTT by their shapes."""

import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.training.simulator.small_world import EMPLOYEES, FIRM, MONDAYS, week_of
from tests.training.simulator.written_firm import TODAY, Written, write

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.wire import activity_to_json
from hourtrail.sources.git import GitSource
from hourtrail.sources.tickets import TicketSource
from hourtrail_training.simulator.world import Channel, instant_of
from hourtrail_training.simulator.writers import build_repositories
from hourtrail_training.simulator.writers import repositories as form


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("tools"))


@pytest.fixture(scope="module")
def repositories(written: Written) -> list[Path]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return build_repositories(written.folder, FIRM)


def _commits(repositories: list[Path]) -> list[Activity]:
    rows = [row for folder in repositories for row in GitSource().read(folder, ReadOptions(today=TODAY))]
    assert not [row for row in rows if isinstance(row, Rejected)]
    return [row for row in rows if isinstance(row, Activity)]


def test_git_tells_every_commit_as_the_contract_file_does(written: Written, repositories: list[Path]) -> None:
    """Author (through .mailmap), instant, subject, repository and ticket; ids differ by design and meet in Change-Id."""

    def seen(row: Activity) -> tuple[object, ...]:
        return (row.person, row.start, row.title, row.container, row.reference)

    commits = [row for row in _commits(repositories) if row.extra.get("role") != "co-author"]
    told = written.activities("git")
    assert Counter(map(seen, commits)) == Counter(map(seen, told.values()))
    assert len(commits) > 50
    numbers = {f"{row.container}:{match[1]}" for row in commits if (match := re.search(r"Change-Id: I(\d+)", row.text))}
    assert numbers == set(told)


def test_histories_have_merges_co_authors_and_the_offset_of_each_place(
    written: Written, repositories: list[Path]
) -> None:
    commits = _commits(repositories)
    merges = [row for row in commits if row.extra.get("merge")]
    assert merges
    assert len(merges) <= sum(trace.verb == "merge" for trace in written.traces(Channel.COMMIT))
    assert {row.extra.get("branch") for row in commits} == {"main"}  # merged branches are deleted
    paired = [trace for trace in written.traces(Channel.COMMIT) if trace.participants]
    assert len([row for row in commits if row.extra.get("role") == "co-author"]) == len(paired) > 0
    offsets = set()
    for folder in repositories:
        log = subprocess.run(
            ["git", "-C", folder, "log", "--all", "--format=%ad", "--date=format:%z"],
            capture_output=True,
            check=True,
            text=True,
        )
        offsets |= set(log.stdout.split())
    assert offsets == {"+0100", "+0200", "+0000", "-0400"}


def test_a_second_address_is_mapped_back_to_the_person(tmp_path: Path) -> None:
    """With five more people some have one; without the .mailmap git would tell them as strangers."""
    people = tuple(
        replace(
            EMPLOYEES[0],
            handle=f"p{number}",
            person=replace(EMPLOYEES[0].person, id=f"p{number}@northlight.example", name=f"Person {number}"),
        )
        for number in range(12)
    )
    firm = replace(FIRM, employees=people)
    writer = form.RepositoryWriter(tmp_path / "shard", firm)
    trace = write(tmp_path / "other").traces(Channel.COMMIT)[0]
    for person in people:
        traces = tuple(
            replace(trace, person=person.id, id=f"{person.handle[1:]}00{number}", at=trace.at + number)
            for number in range(6)
        )
        writer.week(replace(week_of(EMPLOYEES[0], MONDAYS[0]), employee=person, traces=traces))
    writer.close()
    form.merge([tmp_path / "shard"], tmp_path / "firm", firm)
    text = next((tmp_path / "firm" / "repositories").glob("*.fast-import")).read_text()
    assert "@users.noreply.git.example> 17" in text
    commits = _commits(build_repositories(tmp_path / "firm", firm))
    assert {row.person for row in commits} == {person.id for person in people}
    assert len(commits) == 72


@pytest.mark.parametrize("export", ["jira", "github", "redmine", "redmine-time-entries"])
def test_ticket_exports_are_read_as_the_contract_file_tells_them(written: Written, export: str) -> None:
    path = written.folder / "tickets" / f"{export}.json"
    source = TicketSource()
    assert source.recognises(path)
    told = {
        key: row
        for key, row in written.activities(export.partition("-")[0]).items()
        if key.startswith("time_entry:") is export.endswith("entries")
    }
    read: dict[str, Activity] = {}
    for employee in EMPLOYEES:
        rows = list(source.read(path, ReadOptions(today=TODAY, person=employee.id, zone=employee.person.zone)))
        assert not [row for row in rows if isinstance(row, Rejected)]
        read |= {row.external_id: row for row in rows if isinstance(row, Activity)}
    assert {key: _comparable(row) for key, row in read.items()} == {key: _comparable(row) for key, row in told.items()}
    assert len(read) >= 15


def _comparable(row: Activity) -> dict[str, object]:
    """Without the ticket's last change, which is only known at the end, and what trackers add to it."""
    extra = {key: row.extra[key] for key in ("minutes", "worklog") if key in row.extra}
    return activity_to_json(replace(row, revision="", extra=extra))


def test_a_tickets_state_is_what_its_last_move_left(written: Written) -> None:
    issues = json.loads((written.folder / "tickets" / "jira.json").read_text())["issues"]
    for issue in issues:
        histories = issue["changelog"]["histories"]
        states = [history["items"][0] for history in histories]
        assert issue["fields"]["status"]["name"] == (states[-1]["toString"] if states else "To Do")
        assert [state["fromString"] for state in states[1:]] == [state["toString"] for state in states[:-1]]
        assert issue["fields"]["created"] <= issue["fields"]["updated"]
    assert any(
        len({history["author"]["emailAddress"] for history in issue["changelog"]["histories"]}) > 1 for issue in issues
    )


def test_activitywatch_buckets_cover_each_window_once(written: Written) -> None:
    for employee in EMPLOYEES:
        buckets = json.loads((written.folder / "activitywatch" / f"{employee.handle}.json").read_text())["buckets"]
        by_type = {bucket["type"]: bucket for bucket in buckets.values()}
        assert set(by_type) == {"currentwindow", "afkstatus"}
        assert all(name == bucket["id"] and bucket["hostname"] in name for name, bucket in buckets.items())
        windows = [trace for trace in written.traces(Channel.WINDOW) if trace.person == employee.id]
        events = by_type["currentwindow"]["events"]
        starts = [datetime.fromisoformat(event["timestamp"]) for event in events]
        assert starts == [instant_of(trace.at) for trace in windows]
        minutes = sum((trace.end or trace.at) - trace.at for trace in windows)
        assert sum(event["duration"] for event in events) == 60 * minutes
        here = [event for event in by_type["afkstatus"]["events"] if event["data"]["status"] == "not-afk"]
        assert sum(event["duration"] for event in here) >= 60 * minutes
        ends = [
            datetime.fromisoformat(e["timestamp"]) + timedelta(seconds=e["duration"])
            for e in by_type["afkstatus"]["events"]
        ]
        begins = [datetime.fromisoformat(event["timestamp"]) for event in by_type["afkstatus"]["events"]]
        assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False))


def test_transcripts_are_webvtt_with_a_voice_a_cue(written: Written) -> None:
    paths = sorted((written.folder / "transcripts").glob("*.vtt"))
    transcripts = [transcript for week in written.weeks for transcript in week.transcripts]
    assert len(paths) == len(transcripts) > 0
    cue = re.compile(r"\d+\n(\d\d):(\d\d):(\d\d)\.000 --> (\d\d):(\d\d):(\d\d)\.000\n<v ([^>]+)>(.+)</v>")
    told = []
    for path in paths:
        header, note, *cues = path.read_text().rstrip("\n").split("\n\n")
        assert header == "WEBVTT"
        assert note.startswith("NOTE Simulated")
        matches = [cue.fullmatch(text) for text in cues]
        assert all(matches)
        spans = [
            tuple(int(match[n]) * 3600 + int(match[n + 1]) * 60 + int(match[n + 2]) for n in (1, 4))
            for match in matches
            if match
        ]
        assert all(start < end for start, end in spans)
        told += [(start, match[7], match[8]) for (start, _), match in zip(spans, matches, strict=True) if match]
    assert Counter(told) == Counter(line for transcript in transcripts for line in transcript.lines)
