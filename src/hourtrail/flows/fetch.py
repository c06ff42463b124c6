"""Inputs named by URL are fetched to a temporary file: bounded in size and time, http and https only."""

import http.client
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from hourtrail.domain.activity import Rejected
from hourtrail.domain.errors import NothingRead

LARGEST: Final = 20_000_000
"""Bytes of one download; the largest calendars of the corpora are under 1 MB."""
PATIENCE: Final = 30.0
"""Seconds without an answer."""


@contextmanager
def fetched(names: Sequence[str]) -> Iterator[tuple[list[Path], list[Rejected]]]:
    """Local paths for ``names``, and the URLs that do not answer; downloads are removed at the end."""
    paths: list[Path] = []
    refused: list[Rejected] = []
    with tempfile.TemporaryDirectory(prefix="hourtrail-") as folder:
        for number, name in enumerate(names):
            if not _is_url(name):
                paths.append(Path(name))
                continue
            try:
                paths.append(_fetch(name, Path(folder), number))
            except NothingRead as error:
                refused.append(Rejected(file=_shown(name), reason=str(error)))
        yield paths, refused


def _is_url(name: str) -> bool:
    return name.startswith(("http://", "https://", "webcal://"))


def _shown(url: str) -> str:
    """The address without its query, which may hold a secret."""
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _fetch(url: str, folder: Path, number: int) -> Path:
    address = url.replace("webcal://", "https://", 1)
    # The name stays the same on every run, so that a calendar read by URL keeps its container.
    target = folder / f"{number}" / (Path(urlsplit(address).path).name or "download.ics")
    target.parent.mkdir()
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as response, target.open("wb") as out:  # noqa: S310 - scheme checked
            shutil.copyfileobj(_Bounded(response), out)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NothingRead(f"could not be fetched: {reason}") from error
    return target


class _Bounded:
    """A reader that refuses to go on past ``LARGEST`` bytes."""

    def __init__(self, source: "urllib.response.addinfourl") -> None:
        self.source, self.left = source, LARGEST

    def read(self, size: int = -1) -> bytes:
        """The next bytes; raises NothingRead above the bound."""
        data: bytes = self.source.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise NothingRead(f"is larger than {LARGEST:,} bytes; download it and split it")
        return data
