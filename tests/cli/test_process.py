"""What only a process of its own shows: imports, pipes, terminals, completion."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hourtrail.cli import CORE, SECTIONS, hourtrail
from hourtrail.flows.demo import FIRST

COMMAND = Path(sys.executable).with_name("hourtrail")
HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "sqlalchemy",
    "sklearn",
    "lightgbm",
    "onnxruntime",
    "fastapi",
    "mlflow",
    "icalendar",
    "rich",
)
TOCK = Path(__file__).parents[1] / "data" / "tock" / "time_entries.csv"


def environment(**more):
    return {**{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}, **more}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["completion", "bash"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys; from hourtrail.cli import hourtrail\n"
        "try: hourtrail.main(sys.argv[1:], prog_name='hourtrail')\n"
        f"except SystemExit: print('heavy:', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"


UNUSED = (
    "sklearn",
    "pandas",
    "lightgbm",
    "mlflow",
    "pyarrow",
    "dask",
    "alembic",
    "torch",
    "scipy.stats",
    "scipy.optimize",
    "scipy.special",
    "authlib",
    "joserfc",
    "httpx2",
)
"""What fits models, reads tables, changes a schema or asks an identity provider: most of the seconds of a start, where it is imported for nothing."""


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """A store with a person's entries; its schema is the newest."""
    store = f"sqlite:///{tmp_path_factory.mktemp('start') / 's.sqlite'}"
    subprocess.run(
        [COMMAND, "--store", store, "ingest", TOCK], check=True, capture_output=True, env=environment(), timeout=120
    )
    return store


@pytest.mark.parametrize(
    ("arguments", "also"),
    [
        (["serve", "--port", "0", "--no-login"], ["icalendar", "rich.table", "psycopg"]),
        (["suggest", "--from", "2026-03-02", "--to", "2026-03-06"], ["icalendar", "fastapi", "psycopg"]),
    ],
)
def test_what_answers_imports_nothing_that_only_fits(week, arguments, also):
    code = (
        "import sys, uvicorn; uvicorn.Server.run = lambda *_, **__: None\n"
        if arguments[0] == "serve"
        else "import sys\n"
    ) + (
        "from hourtrail.cli import hourtrail\n"
        "hourtrail.main(sys.argv[1:], prog_name='hourtrail', standalone_mode=False)\n"
        f"print('unused:', [name for name in {(*UNUSED, *also)} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--store", week, *arguments],
        capture_output=True, text=True, check=False, timeout=60, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "unused: []"


def test_what_help_says_is_what_the_command_says():
    """The table of the group spares an import; it may not drift from the commands."""
    for row in CORE:
        first = (row.load().help or "").partition("\n\n")[0].replace("\n", " ")
        assert first.startswith(row.help), row.name
    assert {"serve", "train"} <= set(hourtrail.list_commands(None))


def test_help_lists_every_command_once_by_who_uses_it(run):
    told = run("--help").out
    placed = [name for names in SECTIONS.values() for name in names]
    assert sorted(placed) == hourtrail.list_commands(None), "each command belongs to somebody"
    listed = [line.split()[0] for line in told.splitlines() if re.match(r"  [a-z]", line)]
    assert [name for name in listed if name in placed] == placed
    assert [line[:-1] for line in told.splitlines() if line[:-1] in SECTIONS] == list(SECTIONS)
    assert "other packages" not in told


def test_every_command_explains_itself(run):
    for row in CORE:
        told = run(row.name, "--help")
        assert told.out.startswith("Usage: hourtrail " + row.name)
        assert all(len(line) <= 110 for line in told.out.splitlines())


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    store = f"sqlite:///{tmp_path / 's.sqlite'}"
    subprocess.run(
        [COMMAND, "ingest", TOCK, "--store", store], check=True, capture_output=True, env=environment(), timeout=120
    )
    command = f"{COMMAND} export time-entries --store {store} 2>{tmp_path / 'err'} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment(), timeout=120, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("id,person,date")
    assert "Error" not in (tmp_path / "err").read_text(encoding="utf-8")


def at_terminal(*arguments, columns, **more):
    """Standard output and error of the command at a terminal of that width."""
    ours, theirs = pty.openpty()
    env = environment(COLUMNS=str(columns), TERM="xterm-256color", **more)
    with subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    ) as child:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            told += part
        os.close(ours)
        assert child.wait(timeout=60) == 0
    return told.decode()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run(
        [COMMAND, "demo", "--rules-only", "--folder", folder / "x"],
        check=True,
        capture_output=True,
        env=environment(),
        timeout=120,
    )
    return ("--store", f"sqlite:///{folder / 'x' / 'hourtrail-demo.sqlite'}", "--tenant", "sample")


@pytest.mark.parametrize("columns", [80, 200])
def test_a_day_fits_the_terminal_with_its_reasons(demonstration, columns):
    days = ("--from", str(FIRST), "--to", str(FIRST), "--rules-only")
    found = subprocess.run(
        [COMMAND, "suggest", *days, *demonstration, "--json"],
        check=True,
        capture_output=True,
        env=environment(),
        timeout=120,
    )
    surest = max(json.loads(found.stdout)["suggestions"], key=lambda row: (row["billable"] or False, row["confidence"]))
    week = (*days, "--person", surest["person"])
    told = at_terminal("suggest", *week, *demonstration, columns=columns, NO_COLOR="1")
    assert "\x1b[3" not in told
    lines = [line.rstrip("\r") for line in told.split("\n")]
    assert (
        max(len(line.rpartition("\r")[2]) for line in lines if "rules answer" not in line and "\x1b" not in line)
        <= columns
    )
    item = "/".join(part for part in (surest["client"], surest["project"], surest["task"]) if part)
    assert any(item in line for line in lines)
    assert "the task is billable" in " ".join(re.sub(r"\x1b\[\d*m", "", told).split())
    assert "sug_" in told
    assert "\x1b[36m" in at_terminal("suggest", *week, *demonstration, columns=columns)


def test_bash_completes_commands_and_options(tmp_path):
    script = subprocess.run(
        [COMMAND, "completion", "bash"], capture_output=True, text=True, check=True, env=environment(), timeout=60
    ).stdout
    (tmp_path / "completion.sh").write_text(script, encoding="utf-8")

    def complete(*words):
        lines = (
            f"source {tmp_path / 'completion.sh'}",
            f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}",
            f"_hourtrail_completion {COMMAND} {words[-1]!r} {words[-2]!r}",
            'printf "%s\\n" "${COMPREPLY[@]}"',
        )
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=environment(PATH=f"{COMMAND.parent}:{os.environ['PATH']}"),
        )
        assert done.stderr == ""
        return done.stdout.split()

    assert complete("hourtrail", "su") == ["suggest"]
    assert {"serve", "sources", "suggest"} <= set(complete("hourtrail", "s"))
    assert "--person" in complete("hourtrail", "suggest", "--p")
