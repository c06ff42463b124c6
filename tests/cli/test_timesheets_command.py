"""``hourtrail timesheets``: a week from the command line, by the same rules as over HTTP."""

import pytest


@pytest.fixture
def booked(run, tmp_path):
    """A week of two drafts, and another person's submitted one."""
    files = {
        "people.csv": "person,name,manager\nada,Ada,kim\nben,Ben,kim\nkim,Kim,\n",
        "entries.csv": "id,person,date,minutes,client,project,task,status,narrative\n"
        "T1,ada,2026-03-02,60,acme,portal,DEV,draft,Login form\n"
        "T2,ada,2026-03-06,90,acme,portal,DEV,draft,Sign-out\n"
        "T3,ben,2026-03-09,60,acme,portal,DEV,submitted,Sign-out\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("ingest", *(tmp_path / name for name in files))


def test_a_week_is_submitted_sent_back_and_approved(run, booked):
    weeks = run("timesheets", "list", "--json").json["timesheets"]
    assert [(row["week"], row["person"], row["status"]) for row in weeks] == [
        ("2026-03-02", "ada", "draft"),
        ("2026-03-09", "ben", "submitted"),
    ]
    assert (
        run("timesheets", "list", "--status", "submitted", "--person", "ada").out == "No week holds an entry there.\n"
    )
    sheet = run("timesheets", "submit", "ada", "2026-03-04", "--as", "ada", "--json").json
    assert (sheet["status"], sheet["minutes"], sheet["entries"]["submitted"]) == ("submitted", 150, 2)
    run("timesheets", "reject", "ada", "2026-03-02", "--as", "kim", "--note", "Wrong project")
    run("timesheets", "recall", "ada", "2026-03-02", "--as", "ada")
    run("timesheets", "submit", "ada", "2026-03-02", "--as", "ada")
    assert "2 approved" in run("timesheets", "approve", "ada", "2026-03-02", "--as", "kim").out
    shown = run("timesheets", "show", "ada", "2026-03-07")
    assert "2026-03-02  ada  approved  2:30  (2 approved)" in shown.out
    assert "Login form" in shown.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("approve", "ben", "2026-03-09", "--as", "ben"), "own time"),
        (("approve", "ada", "2026-03-02", "--as", "kim"), "nothing submitted"),
        (("approve", "ben", "2026-03-09", "--as", "model:ranker"), "service"),
        (("reject", "ben", "2026-03-09", "--as", "kim"), "note"),
        (("submit", "ben", "2026-03-09", "--as", "stranger"), "not a person"),
        (("submit", "eve", "2026-03-09", "--as", "kim"), "no person 'eve'"),
        (("submit", "ben", "monday", "--as", "ben"), "monday"),
        (("submit", "ben", "2026-03-09"), "--as"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_told_and_changes_nothing(run, booked, arguments, words):
    before = run("timesheets", "list", "--json").out
    assert words in run("timesheets", *arguments, code=2).err
    assert run("timesheets", "list", "--json").out == before
