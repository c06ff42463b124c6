"""``hourtrail review``: the queue from the command line, with exit codes and without a trace of a program."""

from importlib.metadata import entry_points

import pytest

from hourtrail.flows.stored_checks import nightly_checks

DAY = ("--as-of", "2026-03-13")
ITEM = {
    "id", "rank", "finding", "size", "members", "probability", "value_at_risk", "age_days", "weight", "reason", "queue",
    "owner", "due", "escalated", "version",
}  # fmt: skip


@pytest.fixture
def checked(run, tmp_path):
    """Two clean entries, one of 1,000 minutes, and three on a project that the task list does not hold."""
    files = {
        "people.csv": "person,name,manager\nada,Ada,kim\nben,Ben,kim\ncleo,Cleo,kim\nkim,Kim,vera\nvera,Vera,\n",
        "tasks.csv": "client,project,task\nacme,portal,DEV\n",
        "entries.csv": "id,person,date,minutes,client,project,task,status,narrative,hourly_rate,currency\n"
        "T1,ada,2026-03-09,60,acme,portal,DEV,submitted,Login form,100,EUR\n"
        "T2,ben,2026-03-09,60,acme,portal,DEV,submitted,Sign-out,100,EUR\n"
        "T3,ada,2026-03-10,1000,acme,portal,DEV,submitted,Everything else,100,EUR\n"
        + "".join(
            f"L{n},{who},2026-03-11,30,acme,lost,,submitted,Lost {n},100,EUR\n"
            for n, who in enumerate(("ada", "ben", "cleo"))
        ),
        "policy.toml": 'version = "t"\naudit_least = 1\ncheck_policy = """version = "c"\n[checks.missing_time]\nenabled = false"""\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("ingest", *(tmp_path / name for name in files if name.endswith(".csv")))
    run("review", "policy", tmp_path / "policy.toml", "--as", "vera")
    return run("review", "run", *DAY, "--json").json


def lines(run, *more):
    return run("review", "list", *more, "--json").json["items"]


def test_the_walk_from_finding_to_verdict_and_back(checked, run):
    assert (checked["entries"], checked["created"]) == (6, len(checked["findings"]))
    found = lines(run)
    assert [row["rank"] for row in found] == list(range(1, len(found) + 1))
    assert all(set(row) == ITEM for row in found)
    gap = next(row for row in found if row["size"] == 3)
    assert (gap["finding"]["check"], gap["owner"], gap["finding"]["blame"]) == (
        "unknown_work_item", "data owner", "master_data",
    )  # fmt: skip
    assert "3 findings with one cause" in run("review", "list").out
    shown = run("review", "show", gap["id"], "--json").json
    assert shown["time_entry"]["id"] in {"L0", "L1", "L2"}
    assert shown["reviews"] == []
    done = run(
        "review", "verdict", gap["id"], "true_issue", "--reason", "master_data_fixed", "--as", "vera", "--json"
    ).json
    assert len(done["reviews"]) == 3
    assert not [row for row in lines(run) if row["size"] == 3]
    assert "undo by vera on 3 findings" in run("review", "undo", done["act"], "--as", "vera").out
    assert [row["size"] for row in lines(run, "--check", "unknown_work_item")] == [3]
    long = lines(run, "--check", "implausible_minutes")[0]["id"]
    run("review", "assign", long, "ben", "--as", "kim", "--note", "You know this")
    run("review", "escalate", long, "--to", "finance", "--as", "kim")
    run("review", "note", long, "A night before the release", "--as", "ada")
    text = run("review", "show", long).out
    for words in ("measured", "expected", "finance", "A night before the release", "comparable"):
        assert words in text
    assert lines(run, "--owner", "finance")[0]["escalated"] is True
    assert (lines(run, "--route", "disputes"), lines(run, "--route", "approvals")) == ([], [])
    assert "disputes, approvals, billing" in run("review", "list", "--route", "all", code=2).err.replace("'", "")
    again = run("review", "run", *DAY, "--json").json
    assert (again["created"], again["updated"], again["resolved"], again["reopened"]) == (0, 0, 0, 0)


def test_clear_the_rest_and_look_again_at_what_was_drawn(checked, run):
    told = run("review", "clear", "--from", "2026-03-01", "--to", "2026-03-31", "--as", "kim", "--json").json
    assert (told["cleared"], told["flagged"], told["own"], told["sampled"]) == (2, 4, 0, 1)
    assert not {"seed", "entries", "audited"} & set(told), "which entries were drawn is not told"
    (drawn,) = lines(run, "--audit")
    told = run("review", "verdict", drawn["id"], "false_alarm", "--reason", "nothing_wrong", "--as", "kim", code=2)
    assert "blind" in told.err
    run("review", "verdict", drawn["id"], "true_issue", "--reason", "rejected", "--as", "vera")
    report = run("review", "precision", "--json").json
    assert report["cleared"] == {"entries": 2, "drawn": 1, "audited": 1, "wrong": 1, "wrong_share": 1.0, "upper": 1.0}
    assert (report["confirmed_hours"], report["policy"]) == (2.0, "t")
    assert "1 drawn, 1 audited, 1 wrong" in run("review", "precision").out
    assert run("audit", "verify", "--json").json["intact"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verdict", "nothing", "true_issue", "--reason", "to_correct", "--as", "kim"), "no finding 'nothing'"),
        (("verdict", "nothing", "maybe", "--reason", "x", "--as", "kim"), "maybe"),
        (("verdict", "nothing", "true_issue", "--as", "kim"), "--reason"),
        (("show", "nothing"), "nothing in the queue"),
        (("undo", "act_nothing", "--as", "kim"), "no verdict"),
        (("undo", "act_nothing", "--as", "model:x"), "named person"),
        (("clear", "--from", "2026-03-31", "--to", "2026-03-01", "--as", "kim"), "1 to 366 days"),
        (("clear", "--from", "2020-03-01", "--to", "2020-03-01", "--as", "kim"), "nothing can be cleared"),
        (("unmute", "late_entry", "--as", "kim"), "is not muted"),
        (("run", "--from", "2026-03-02", "--to", "2026-03-01"), "lies before"),
    ],
)
def test_wrong_usage_is_explained(checked, run, arguments, words):
    assert words in run("review", *arguments, code=2).err


def test_a_policy_that_cannot_be_read_changes_nothing(checked, run, tmp_path):
    before = run("review", "policy", "--json").json
    path = tmp_path / "bad.toml"
    for data, words in (
        (b"= x", "not TOML"),
        (b'version = "\xff"', "not UTF-8"),
        (b'version = "2"\naudit_share = 7', "audit_share"),
        (b'version = "2"\ncheck_policy = "= x"', "check policy"),
    ):
        path.write_bytes(data)
        assert words in run("review", "policy", path, "--as", "kim", code=2).err
    assert "named person" in run("review", "policy", tmp_path / "policy.toml", code=2).err
    assert run("review", "policy", "--json").json == before
    assert "audit_least 1" in run("review", "policy").out


def test_the_nightly_pass_is_a_job_that_a_worker_finds_by_name():
    (job,) = entry_points(group="hourtrail.jobs", name="nightly_checks")
    assert job.load() is nightly_checks
