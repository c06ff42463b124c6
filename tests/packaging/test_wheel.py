"""The built wheel: what is inside, what is not, and that it works away from the checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"hourtrail", "hourtrail_models", "hourtrail_training", "hourtrail_serving", "hourtrail_client"}
SOURCES = ("src", "models", "training", "serving", "data/sample")
FILES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built by the declared backend from a copy, so that nothing of the checkout's state leaks in."""
    copy = tmp_path_factory.mktemp("checkout")
    leave = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    # Ignored weights must not vanish from the wheel; hatchling reads this file.
    shutil.copy(ROOT / ".gitignore", copy / ".gitignore")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", copy / "dist", copy]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "dist").glob("hourtrail-*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def test_four_packages_and_nothing_else(names):
    assert {name.partition("/")[0] for name in names} - PACKAGES == {
        next(n for n in names if ".dist-info" in n).partition("/")[0]
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert not [
        name
        for name in names
        if Path(name).name.startswith(("test_", "bench_", "conftest")) or name.endswith((".pyc", ".sqlite", ".db"))
    ]
    assert not [
        name
        for name in names
        if name.endswith((".jsonl", ".jsonl.gz", ".npz", ".parquet")) and not name.startswith("hourtrail/sample_firm/")
    ], "no training data"


def test_what_runs_is_inside(names):
    """Migrations, pages and the sample firm are files that code opens by name."""
    for folder, ending in (
        ("hourtrail/store/migrations/versions/", ".py"),
        ("hourtrail_serving/templates/", ".html"),
        ("hourtrail_serving/static/", ".css"),
        ("hourtrail/sample_firm/calendars/", ".ics"),
        ("hourtrail/sample_firm/repositories/", ".fast-import"),
    ):
        there = {Path(name).name for name in names if name.startswith(folder) and name.endswith(ending)}
        assert there, folder
    sample = {
        path.relative_to(ROOT / "data/sample").as_posix()
        for path in (ROOT / "data/sample").rglob("*")
        if path.is_file()
    }
    assert sample == {
        name.removeprefix("hourtrail/sample_firm/") for name in names if name.startswith("hourtrail/sample_firm/")
    }


def test_the_weights_are_inside_and_pinned(wheel, names):
    """digests.toml pins each manifest, the manifest each file beside it; a file more or less breaks the chain."""
    folder = "hourtrail_models/bundled/"
    with zipfile.ZipFile(wheel) as archive:
        pinned = tomllib.loads(archive.read(f"{folder}digests.toml").decode())
        assert {"encoder", "ranker"} <= set(pinned)
        for artefact, digest in pinned.items():
            here = f"{folder}{artefact}/"
            manifest = archive.read(f"{here}manifest.json")
            assert hashlib.sha256(manifest).hexdigest() == digest, artefact
            files = json.loads(manifest)["files"]
            assert {name.removeprefix(here) for name in names if name.startswith(here)} == {"manifest.json", *files}
            for name, stated in files.items():
                assert hashlib.sha256(archive.read(here + name)).hexdigest() == stated, name


def test_the_licence_travels_along(wheel, names):
    assert {Path(name).name for name in names if "/licenses/" in name} >= {"LICENSE", "NOTICE"}
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Dist: sqlalchemy" in metadata


def test_the_installed_wheel_works_from_anywhere(wheel, tmp_path):
    """A fresh environment, the wheel itself, its dependencies from here; no file of the checkout."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    ours = {"hourtrail", "_hourtrail", "__editable__"}
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    (here,) = (Path(path) for path in sys.path if path.endswith("site-packages"))
    for path in here.iterdir():
        if not path.name.startswith(tuple(ours)):
            (dependencies / path.name).symlink_to(path)
    (site / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")

    def hourtrail(*arguments):
        command = [home / "bin" / "python", "-c", "from hourtrail.cli import main; main()", *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert hourtrail("--version") == f"hourtrail, version {version}\n"
    assert " accepted: " in hourtrail("demo", "--rules-only")
    assert (tmp_path / "demo" / "time-entries.csv").stat().st_size > 100
    assert "icalendar" in hourtrail("sources")
    told = subprocess.run(
        [home / "bin" / "python", "-c", "import hourtrail; print(hourtrail.__file__)"],
        capture_output=True, text=True, cwd=tmp_path, timeout=60, check=True,
    ).stdout  # fmt: skip
    assert told.startswith(str(home))


def test_the_editable_install_finds_the_same_packages():
    found = [Path(find_spec(package).origin).parent for package in sorted(PACKAGES)]
    assert [path.parent.name for path in found] == ["src", "serving", "models", "serving", "training"]
