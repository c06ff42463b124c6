"""GitSource on real repositories, whole, odd and damaged."""

import datetime as dt
import shutil
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.git.repositories import built_from, commit, git, work_tree

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.errors import UnknownZone
from hourtrail.sources import git as source_package
from hourtrail.sources.git import GitSource
from hourtrail.sources.git.references import ticket_of
from hourtrail.sources.git.repository import name_from_url

TEAM = Path(__file__).parents[2] / "data" / "git" / "team.fast-import"
TODAY = dt.date(2026, 3, 31)


def read(path, **options):
    records = list(GitSource().read(path, ReadOptions(today=TODAY, **options)))
    return (
        [record for record in records if isinstance(record, Activity)],
        [record for record in records if isinstance(record, Rejected)],
    )


@pytest.fixture
def ledger(tmp_path):
    return work_tree(tmp_path / "ledger")


def test_oldest_work_comes_first_whatever_the_order_of_committing(ledger):
    for message, at in (
        ("late", "2026-03-05T09:00:00Z"),
        ("early", "2026-03-02T09:00:00Z"),
        ("between", "2026-03-03T09:00:00Z"),
    ):
        git(ledger, "checkout", "-q", "--orphan", message)
        commit(ledger, message, at=at)
    assert [activity.title for activity in read(ledger)[0]] == ["early", "between", "late"]


def test_a_rebased_copy_and_a_cherry_picked_one_are_the_same_work(ledger):
    commit(ledger, "base", at="2026-03-02T08:00:00Z")
    git(ledger, "checkout", "-q", "-b", "topic")
    first = commit(ledger, "LED-1 count once", at="2026-03-02T09:00:00Z")
    git(ledger, "checkout", "-q", "main")
    commit(ledger, "meanwhile", at="2026-03-02T10:00:00Z")
    git(ledger, "cherry-pick", "--allow-empty", first, at="2026-03-02T11:00:00Z")
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["base", "LED-1 count once", "meanwhile"]
    assert not rejected


def test_without_a_person_everybody_is_told_with_one_only_theirs_under_that_name(tmp_path):
    repository = built_from(TEAM, tmp_path / "team")
    everybody = {activity.person for activity in read(repository)[0]}
    assert everybody == {"ada@example.com", "ben.ruiz@example.com"}
    for name in ("BEN.RUIZ@example.com", "ben.ruiz", "Ben Ruiz"):
        theirs = read(repository, person=name)[0]
        assert len(theirs) == 3
        assert {activity.person for activity in theirs} == {name}
    assert [activity.extra.get("role") for activity in read(repository, person="ada")[0]].count("co-author") == 1
    assert read(repository, person="carol")[0] == []


def test_the_window_is_of_author_days_in_the_told_zone(ledger):
    commit(ledger, "just before midnight in Berlin", at="2026-03-02T22:59:00Z")
    commit(ledger, "just after it", at="2026-03-02T23:00:00Z")
    day = dt.date(2026, 3, 3)
    assert [a.title for a in read(ledger, first=day, last=day, zone="Europe/Berlin")[0]] == ["just after it"]
    assert read(ledger, first=day, last=day)[0] == []
    with pytest.raises(UnknownZone, match="Mars/Olympus"):
        read(ledger, zone="Mars/Olympus")


def test_nothing_that_the_repository_configures_is_run(ledger, tmp_path):
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    program.chmod(0o755)
    signed = b"commit refs/heads/main\nauthor A <a@example.com> 1772442000 +0000\ncommitter A <a@example.com> 1772442000 +0000\ndata 3\nHey\n"
    git(ledger, "fast-import", "--quiet", stdin=signed)
    body = git(ledger, "cat-file", "commit", "main")
    head, message = body.split("\n\n", 1)
    forged = head + "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n forged\n -----END PGP SIGNATURE-----\n\n" + message
    sha = git(ledger, "hash-object", "-t", "commit", "-w", "--stdin", stdin=forged.encode()).strip()
    git(ledger, "update-ref", "refs/heads/main", sha)
    for name in (
        "core.fsmonitor",
        "core.pager",
        "pager.log",
        "gpg.program",
        "core.sshCommand",
        "diff.external",
        "alias.log",
    ):
        git(ledger, "config", name, f"!{program}" if name == "alias.log" else str(program))
    git(ledger, "config", "log.showSignature", "true")
    git(ledger, "config", "core.hooksPath", str(tmp_path))
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["Hey"]
    assert not rejected
    assert not marker.exists()
    git(ledger, "log", "-1")  # the trap works: plain git falls into it
    assert marker.exists()


def test_a_missing_object_is_never_fetched(ledger, tmp_path):
    marker = tmp_path / "fetched"
    program = tmp_path / "upload-pack"
    program.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    program.chmod(0o755)
    lost = commit(ledger, "lost")
    commit(ledger, "kept", at="2026-03-02T10:00:00Z")
    (ledger / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", str(tmp_path / "elsewhere")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", str(program)),
    ):
        git(ledger, "config", name, value)
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["kept"]
    assert rejected
    assert not marker.exists()


def test_commits_before_the_damage_survive_and_git_says_what_is_wrong(ledger):
    shas = [commit(ledger, f"day {day}", at=f"2026-03-{day:02}T09:00:00Z") for day in range(1, 8)]
    broken = ledger / ".git" / "objects" / shas[2][:2] / shas[2][2:]
    broken.chmod(0o644)
    broken.write_bytes(b"not an object")
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["day 4", "day 5", "day 6", "day 7"]
    assert len(rejected) == 1
    assert shas[2] in rejected[0].reason
    assert "git fsck" in rejected[0].reason


def test_a_branch_that_points_nowhere_hides_no_other(ledger):
    commit(ledger, "good")
    (ledger / ".git" / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["good"]
    assert len(rejected) == 1
    assert "broken" in rejected[0].reason


def test_a_shallow_clone_is_read_and_says_that_it_is_one(ledger, tmp_path):
    for day in (1, 2, 3):
        commit(ledger, f"day {day}", at=f"2026-03-{day:02}T09:00:00Z")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{ledger}", "shallow")
    activities, rejected = read(tmp_path / "shallow")
    assert [activity.title for activity in activities] == ["day 2", "day 3"]
    assert ["--unshallow" in record.reason for record in rejected] == [True]


def test_an_empty_repository_holds_nothing_and_is_no_error(ledger):
    assert read(ledger) == ([], [])


def test_a_work_tree_a_linked_one_and_a_bare_clone_tell_the_same(ledger, tmp_path):
    commit(ledger, "one")
    git(ledger, "config", "remote.origin.url", "https://ada:s3cret@git.example.com/northwind/ledger.git")
    git(ledger, "worktree", "add", "-q", str(tmp_path / "linked"))
    shutil.copytree(ledger / ".git", tmp_path / "moved.git")
    told = read(ledger)[0]
    assert told[0].container == "northwind/ledger"
    assert "s3cret" not in repr(told)
    for place in ("linked", "moved.git"):
        assert GitSource().recognises(tmp_path / place)
        assert [activity.external_id for activity in read(tmp_path / place)[0]] == [told[0].external_id]


def test_a_folder_inside_a_work_tree_is_no_repository(ledger):
    (ledger / "src").mkdir()
    assert not GitSource().recognises(ledger / "src")
    activities, rejected = read(ledger / "src")
    assert not activities
    assert len(rejected) == 1


def test_stash_and_notes_are_no_commits_of_work(ledger):
    (ledger / "file").write_text("1")
    git(ledger, "add", "file")
    commit(ledger, "work")
    (ledger / "file").write_text("2")
    git(ledger, "stash", "-q")
    git(ledger, "notes", "add", "-m", "a note", "HEAD")
    assert [activity.title for activity in read(ledger)[0]] == ["work"]


@pytest.mark.parametrize("epoch", ["0 +0000", "4102444800 +0000", "99999999999 +9999", "253402300800 +0000"])
def test_an_absurd_clock_refuses_its_commit_alone(ledger, epoch):
    stream = f"commit refs/heads/main\nmark :1\nauthor A <a@example.com> {epoch}\ncommitter A <a@example.com> 1772442000 +0000\ndata 3\nodd\n"
    stream += "commit refs/heads/main\nauthor A <a@example.com> 1772442000 +9959\ncommitter A <a@example.com> 1772442000 +0000\ndata 3\nfit\nfrom :1\n"
    git(ledger, "fast-import", "--quiet", "--date-format=raw-permissive", stdin=stream.encode())
    activities, rejected = read(ledger)
    assert [(a.title, a.start) for a in activities] == [("fit", dt.datetime(2026, 3, 2, 9, tzinfo=UTC))]
    assert len(rejected) == 1
    assert "1980 to 2099" in rejected[0].reason or "is not a time" in rejected[0].reason


def test_a_huge_message_is_cut_and_the_next_commit_is_whole(ledger):
    commit(ledger, "first")
    git(
        ledger,
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        "-",
        stdin=b"s" * 3_000 + b"\n\n" + b"body " * 600_000,
        at="2026-03-02T10:00:00Z",
    )
    commit(ledger, "last", at="2026-03-02T11:00:00Z")
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["first", "s" * 1_000, "last"]
    assert len(activities[1].text) <= 20_000
    assert not rejected


def test_more_commits_than_the_bound_are_said_not_hidden(ledger, monkeypatch):
    monkeypatch.setattr(source_package, "MAX_COMMITS", 2)
    for day in (1, 2, 3):
        commit(ledger, f"day {day}", at=f"2026-03-{day:02}T09:00:00Z")
    activities, rejected = read(ledger)
    assert [activity.title for activity in activities] == ["day 2", "day 3"]
    assert ["newest 2 commits" in record.reason for record in rejected] == [True]


def test_exactly_as_many_commits_as_the_bound_are_all_of_them(ledger, monkeypatch):
    monkeypatch.setattr(source_package, "MAX_COMMITS", 2)
    for day in (1, 2):
        commit(ledger, f"day {day}", at=f"2026-03-{day:02}T09:00:00Z")
    activities, rejected = read(ledger)
    assert len(activities) == 2
    assert not rejected


def test_without_git_on_the_path_a_person_is_told_to_install_it(ledger, monkeypatch, tmp_path):
    commit(ledger, "one")
    monkeypatch.setenv("PATH", str(tmp_path))
    activities, rejected = read(ledger)
    assert not activities
    assert ["install git" in record.reason for record in rejected] == [True]


def test_a_silent_git_is_stopped(ledger, monkeypatch, tmp_path):
    real = shutil.which("git")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *--reverse*|*--ignore-missing*|*--no-walk*) exec sleep 600;; esac\nexec {real} "$@"\n'
    )
    slow.chmod(0o755)
    commit(ledger, "one")
    monkeypatch.setenv("PATH", f"{slow.parent}:/usr/bin:/bin")
    monkeypatch.setattr("hourtrail.sources.git.command.SILENCE_SECONDS", 0.2)
    activities, rejected = read(ledger)
    assert not activities
    assert ["said nothing" in record.reason for record in rejected] == [True]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://ada:token@github.com/northwind/ledger.git", "northwind/ledger"),
        ("https://github.com/northwind/ledger/?access_token=s3cret", "northwind/ledger"),
        ("git@github.com:northwind/ledger.git", "northwind/ledger"),
        ("ssh://git@host.example:2222/group/sub/ledger.git", "group/sub/ledger"),
        ("host.example:ledger", "ledger"),
        ("/home/ada/work/ledger/.git", "ledger"),
        ("file:///home/ada/ledger.git", "ledger"),
        ("C:\\Users\\ada\\ledger", "ledger"),
        ("../ledger", "ledger"),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_a_repository_is_named_by_its_remote_without_secrets(url, name):
    assert name_from_url(url) == name


@given(secret=st.text("abcdefXYZ0123456789%-._~", min_size=8), scheme=st.sampled_from(["https", "http", "ssh", "git"]))
def test_no_password_ever_stands_in_a_name(secret, scheme):
    assert name_from_url(f"{scheme}://user:{secret}@host.example/o/r.git?key={secret}#{secret}") == "o/r"


@pytest.mark.parametrize(
    ("subject", "branch", "body", "ticket"),
    [
        ("LED-7 round", "feature/LED-8", "Fixes: #9", "LED-7"),
        ("Round (#33)", "feature/LED-8", "", "#33"),
        ("LED-7 round (#33)", "", "", "LED-7"),
        ("[LED-7]: round", "", "", "LED-7"),
        ("Round", "feature/LED-8-half-up", "Fixes: #9", "LED-8"),
        ("Round", "main", "Why.\n\nFixes: #9\n", "#9"),
        ("Round", "main", "Closes LED-10, LED-11", "LED-10"),
        ("Round", "main", "the pull request #9 said so", ""),
        ("Speak UTF-8 and SHA-256 as RFC-3339 asks", "main", "", ""),
        ("Version 1.AB-2", "main", "", ""),
        ("LED-0 is none", "main", "", ""),
    ],
)
def test_the_ticket_is_looked_for_in_subject_then_branch_then_trailers(subject, branch, body, ticket):
    assert ticket_of(subject, branch, body) == ticket
