"""Every ``python -m hourtrail_training.…``: help where help was asked for, a sentence where a folder is not there."""

import runpy
import sys
import warnings
from pathlib import Path

import click
import pytest

import hourtrail_training
from hourtrail_training.scripts import Script, folders_in_groups, script

ROOT = Path(hourtrail_training.__file__).parent
SCRIPTS = sorted(
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__main__")
    for path in ROOT.rglob("*.py")
    if '\nif __name__ == "__main__":' in path.read_text(encoding="utf-8")
)
MAKES = {"hourtrail_training.simulated_mix", "hourtrail_training.gate_needs"}
"""Their first folder is made where it is not there."""
FILES = {"hourtrail_training.export_encoder": ("--out", "made", "--texts")}
"""Words before the one that is not there."""


def run(capsys: pytest.CaptureFixture[str], name: str, *words: str) -> tuple[object, str, str]:
    """The exit code and both streams of ``python -m name words``."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # runpy warns where another test imported the module.
        warnings.simplefilter("ignore", RuntimeWarning)
        patch.setattr(sys, "argv", [name, *words])
        with pytest.raises(SystemExit) as stopped:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
    said = capsys.readouterr()
    return stopped.value.code, said.out, said.err


def test_all_of_them_are_found() -> None:
    assert len(SCRIPTS) >= 16
    assert {"hourtrail_training.minutes", "hourtrail_training.presence"} < set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_is_help(
    capsys: pytest.CaptureFixture[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, name, "--help")
    assert (code, err) == (0, "")
    assert out.lower().startswith("usage: ")
    assert len(out.splitlines()) > 5, "what it does, and each word"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in MAKES])
def test_a_folder_that_is_not_there_is_named_in_a_sentence(
    capsys: pytest.CaptureFixture[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    missing = str(tmp_path / "nowhere" / "firm")
    words = (*FILES.get(name, ()), missing, *(() if name in FILES else (missing, "--", missing, "--", missing)))
    code, out, err = run(capsys, name, *words)
    assert code in (1, 2)
    assert out == ""
    assert "nowhere" in err or "pip install hourtrail[train]" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_a_sentence_and_groups_are_kept_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    got: list[list[list[Path]]] = []

    @script("What it does.")
    @click.argument("words", nargs=-1)
    def main(words: tuple[str, ...]) -> None:
        got.append(folders_in_groups(words, ("fit", "measure")))
        (tmp_path / "missing.json").read_text()

    assert isinstance(main, Script)
    with pytest.raises(SystemExit) as stopped:
        main([str(one), str(two), "--", str(two)])
    assert stopped.value.code == 1
    assert got == [[[one, two], [two]]]
    assert "missing.json: No such file or directory" in capsys.readouterr().err
    for words in ([str(one)], ["--"], [str(one), "--"], [str(one), "--", str(two), "--", str(two)]):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
        assert "name folders to fit, then -- and those to measure" in capsys.readouterr().err
