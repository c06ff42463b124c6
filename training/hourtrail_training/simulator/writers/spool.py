"""Where a shard lays down what it has written so far: named parts that later shards' parts are put beside.

A writer of many files (one a person, one a repository) cannot keep them all open, nor hold a year in memory: lines wait
in a bounded buffer and are appended to their part when it is full.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import quote, unquote

BUFFER: Final = 4_000_000
"""Characters that wait in memory before they are appended to their parts."""
_SUFFIX: Final = ".part"


class Spool:
    """Parts in one folder. A part's name may be any text, such as a repository's."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._waiting: dict[str, list[str]] = {}
        self._size = 0

    def add(self, part: str, line: str) -> None:
        """Append ``line``, which ends with its own line feed, to a part."""
        self._waiting.setdefault(part, []).append(line)
        self._size += len(line)
        if self._size > BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits."""
        for part, lines in self._waiting.items():
            with _path(self._folder, part).open("a", encoding="utf-8", newline="") as out:
                out.writelines(lines)
        self._waiting.clear()
        self._size = 0


def part_names(folders: Iterable[Path]) -> list[str]:
    """The names of all parts in ``folders``, each once, sorted."""
    found = {path.name.removesuffix(_SUFFIX) for folder in folders for path in folder.glob(f"*{_SUFFIX}")}
    return sorted(unquote(name) for name in found)


def lines_of(folders: Iterable[Path], part: str) -> Iterator[str]:
    """The lines of a part, folder after folder, without their line feeds."""
    for folder in folders:
        path = _path(folder, part)
        if path.exists():
            with path.open(encoding="utf-8", newline="") as lines:
                for line in lines:
                    yield line.rstrip("\r\n")


def copy_part(folders: Iterable[Path], part: str, out: TextIO) -> None:
    """Append a part as it is to ``out``."""
    for folder in folders:
        path = _path(folder, part)
        if path.exists():
            with path.open(encoding="utf-8", newline="") as lines:
                shutil.copyfileobj(lines, out, 1 << 20)


def within(shards: Sequence[Path], name: str) -> tuple[Path, ...]:
    """The folder ``name`` of each shard, in the order of the shards."""
    return tuple(shard / name for shard in shards)


def _path(folder: Path, part: str) -> Path:
    return folder / f"{quote(part, safe='')}{_SUFFIX}"
