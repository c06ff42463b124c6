"""A whole firm written to a folder: the same bytes however it is made, and nothing overwritten that is not the simulator's."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from errno import ENOSPC
from itertools import pairwise
from pathlib import Path

import pytest

from hourtrail.domain.errors import Conflict, InvalidInput, UnknownZone
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.ranges import RANGES
from hourtrail_training.simulator.run import MARK, SPOOL, simulate
from hourtrail_training.simulator.sample import write_sample
from hourtrail_training.simulator.writers.spool import Spool

OPTIONS = SimulateOptions(seed=11, people=5, first=date(2026, 3, 2), last=date(2026, 3, 15))
SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def quiet(_line: str) -> None:
    """Progress that nobody reads."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, options: SimulateOptions = OPTIONS, **more: object) -> Path:
    simulate(options, draw(options.seed), folder, **{"workers": 1, "repositories": False, "say": quiet, **more})
    return folder


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("firm") / "out")


def test_any_number_of_processes_writes_the_same_bytes(firm: Path, tmp_path: Path) -> None:
    assert contents(write(tmp_path / "two", workers=2)) == contents(firm)


def test_another_seed_writes_another_firm(firm: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", replace(OPTIONS, seed=12))
    assert (other / "activities.jsonl").read_bytes() != (firm / "activities.jsonl").read_bytes()


def test_a_mechanism_changes_its_own_layer_alone(firm: Path, tmp_path: Path) -> None:
    """The held-out build differs where it says that it does: the truth and the calendars stay as they were."""
    renewal = contents(write(tmp_path / "renewal", replace(OPTIONS, traces="renewal")))
    public = contents(firm)
    assert renewal["truth/time-entries.csv"] == public["truth/time-entries.csv"]
    calendars = [name for name in public if name.startswith("calendars/")]
    assert calendars
    assert {name: renewal[name] for name in calendars} == {name: public[name] for name in calendars}
    assert renewal["activities.jsonl"] != public["activities.jsonl"]


def test_everything_says_that_it_is_simulated(firm: Path) -> None:
    assert "simulated" in (firm / "README.md").read_text(encoding="utf-8")
    assert json.loads((firm / MARK).read_text(encoding="utf-8"))["simulated"] is True
    tables = [*firm.glob("*.csv"), *(firm / "truth").glob("*.csv")]
    assert len(tables) > 10
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            assert {row["simulated"] for row in csv.DictReader(stream)} <= {"true"}, table
    for line in (firm / "activities.jsonl").read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["simulated"] is True


def test_the_truth_is_in_its_own_folder_alone(firm: Path) -> None:
    """Nothing that the product may read holds a label, a trait or an origin."""
    told = (firm / "activities.jsonl").read_text(encoding="utf-8")
    assert '"label"' not in told
    with (firm / "time-entries.csv").open(encoding="utf-8", newline="") as stream:
        columns = set(csv.DictReader(stream).fieldnames or ())
    assert not columns & {"origin", "true_minutes", "fault", "label"}
    assert (firm / "truth" / "labels.jsonl").is_file()


def test_true_minutes_of_a_person_never_overlap(firm: Path) -> None:
    with (firm / "truth" / "time-entries.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted((row["person"], row["start"], row["end"]) for row in csv.DictReader(stream))
    assert len(rows) > 100
    assert not [(one, two) for one, two in pairwise(rows) if one[0] == two[0] and two[1] < one[2]]


def test_an_earlier_simulation_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "firm", forms=("activities",))
    (folder / "stale.txt").write_text("x", encoding="utf-8")
    write(folder, forms=("activities",))
    assert not (folder / "stale.txt").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "precious.txt").write_text("x", encoding="utf-8")
    with pytest.raises(Conflict, match="did not write"):
        write(mine)
    assert (mine / "precious.txt").read_text(encoding="utf-8") == "x"
    with pytest.raises(Conflict, match="is a file"):
        write(mine / "precious.txt")


def test_only_the_forms_that_were_asked_for_are_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "few", forms=("tickets",))
    assert (folder / "tickets").is_dir()
    assert (folder / "activities.jsonl").is_file()
    assert not (folder / "calendars").exists()
    with pytest.raises(InvalidInput, match="unknown form 'fax'"):
        write(tmp_path / "none", forms=("fax",))


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"people": 0}, InvalidInput, "people 0"),
        ({"people": -3}, InvalidInput, "people -3"),
        ({"people": 10**9}, InvalidInput, "1 to 5,000"),
        ({"seed": -1}, InvalidInput, "seed -1"),
        ({"seed": 2**63}, InvalidInput, "from 0 to 9223372036854775807"),
        ({"last": date(2026, 3, 1)}, InvalidInput, "before the first day"),
        ({"first": date(1850, 1, 1), "last": date(1850, 2, 1)}, InvalidInput, "daylight saving rules"),
        ({"first": date(2500, 1, 1), "last": date(2500, 2, 1)}, InvalidInput, "daylight saving rules"),
        ({"first": date(1990, 1, 1), "last": date(2030, 1, 1)}, InvalidInput, "in parts"),
        ({"zones": ()}, InvalidInput, "no zone"),
        ({"zones": ("Mars/Olympus",)}, UnknownZone, "Mars/Olympus"),
        ({"traces": "poisson"}, InvalidInput, "hawkes or renewal"),
        ({"bias": "none"}, InvalidInput, "beta or threshold"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(change: dict, error: type, told: str) -> None:
    with pytest.raises(error, match=told):
        replace(OPTIONS, **change)


def test_parameters_are_ranges_with_sources_or_swept() -> None:
    assert len({row.name for row in RANGES}) == len(RANGES) > 50
    for row in RANGES:
        assert row.low <= row.centre <= row.high, row.name
        assert row.about, row.name
        assert row.draw(0) == pytest.approx(row.low, abs=0.5 if row.whole else 1e-9), row.name
    assert {row.swept for row in RANGES} == {True, False}
    one, other = draw(1), draw(2)
    assert dict(one) == dict(draw(1)) != dict(other)
    with pytest.raises(InvalidInput, match="no parameter 'charm'"):
        draw(1, {"charm": 1.0})
    with pytest.raises(InvalidInput, match="outside"):
        draw(1, {RANGES[0].name: RANGES[0].high + 1})
    with pytest.raises(InvalidInput, match=r"submit_days 2.5: give a whole number"):
        draw(1, {"submit_days": 2.5})


def test_a_firm_of_one_person_works(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", replace(OPTIONS, people=1))
    assert len((folder / "time-entries.csv").read_text(encoding="utf-8").splitlines()) > 5


def test_the_sample_is_what_the_simulator_writes(tmp_path: Path) -> None:
    """``make sample`` writes data/sample again, byte for byte; packed files are compared by what they hold."""
    write_sample(tmp_path / "sample", say=quiet)
    again, there = contents(tmp_path / "sample"), contents(SAMPLE)
    assert again.keys() == there.keys()
    assert [name for name in again if again[name] != there[name]] == []
    assert sum(map(len, there.values())) < 3_000_000


def test_a_full_disk_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Spool, "flush", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write(tmp_path / "firm")
    assert caught.value.filename == str(tmp_path / "firm")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """Else they would write on into the parts of the next run in the same folder."""
    out = tmp_path / "firm"
    told = ["simulate", "firm", str(out), "--people", "40", "--to", "2026-12-31", "--form", "truth"]
    main = subprocess.Popen(
        [Path(sys.executable).with_name("hourtrail"), *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: (out / SPOOL / "000").exists() and (out / SPOOL / "001").exists())
        workers = children_of(main.pid)
        assert len(workers) >= 2
    finally:
        main.kill()
        main.wait()
    wait_until(lambda: not any(runs(pid) for pid in workers))


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def stat_of(pid: int) -> list[str]:
    """What ``/proc`` says of a process after its name: its state, its parent's number, and more. Empty when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return []


def runs(pid: int) -> bool:
    stat = stat_of(pid)
    return bool(stat) and stat[0] != "Z"


def children_of(parent: int) -> list[int]:
    numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [number for number in numbers if stat_of(number)[1:2] == [str(parent)]]
