"""repositories/<name>.fast-import: a repository's history as ``git fast-import`` reads it; ``build`` makes the real one.

Authors bear their zone's offset, some commit under a second address that the .mailmap maps back, some name a co-author,
and feature branches are merged. Every message ends in a ``Change-Id`` line with the number of its trace.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, TextIO

from hourtrail.domain.errors import HourtrailError
from hourtrail_training.simulator.world import Channel, Firm, PersonWeek
from hourtrail_training.simulator.writers.clock import local_time
from hourtrail_training.simulator.writers.json_text import to_json
from hourtrail_training.simulator.writers.spool import Spool, lines_of, part_names, within

NAME: Final = "repositories"
_TRUNK: Final = "main"
_NOTHING: Final = "0" * 40
"""What a branch is reset to in order to delete it."""
_LONGEST_BRANCH: Final = 6
"""Commits that stand on a feature branch at most before it is merged."""
_PATIENCE: Final = 120
"""Seconds for one git command; a year of 600 people takes a few."""


@dataclass(slots=True)
class Entry:
    """One commit. ``branch`` is the feature branch that it stands on, or that it merges; empty = made on the trunk."""

    at: int
    second: int
    id: str
    person: str
    subject: str
    body: str
    merge: bool
    co_authors: list[str]
    branch: str = ""


class RepositoryWriter:
    """Spools one part a repository; several people of a shard may share it."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        del firm
        self._spool = Spool(shard / NAME)

    def week(self, week: PersonWeek) -> None:
        """The week's commits."""
        for trace in week.traces:
            if trace.channel is Channel.COMMIT:
                values = (
                    trace.at, trace.second, trace.id, trace.person, trace.title, trace.text, trace.verb == "merge",
                    trace.participants,
                )  # fmt: skip
                self._spool.add(trace.container, to_json(values) + "\n")

    def close(self) -> None:
        """Write what still waits."""
        self._spool.flush()


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """One stream a repository; one repository's commits are in memory at a time."""
    (target / NAME).mkdir(parents=True, exist_ok=True)
    people = _People(firm)
    folders = within(shards, NAME)
    for name in part_names(folders):
        entries = sorted(
            (Entry(*json.loads(line)) for line in lines_of(folders, name)),
            key=lambda entry: (entry.at, entry.second, len(entry.id), entry.id),
        )
        _lay_out(entries)
        with (target / NAME / f"{name.rpartition('/')[2]}.fast-import").open(
            "w", encoding="utf-8", newline="\n"
        ) as out:
            _Stream(out, people).write(entries)


def build(target: Path, firm: Firm) -> list[Path]:
    """Make bare repositories out of all streams below ``target``, and return their folders.

    Each has the remote ``origin``, so that whoever reads it knows it as ``organisation/name``. Raises HourtrailError when
    git is missing or fails.
    """
    made = []
    for stream in sorted((target / NAME).glob("*.fast-import")):
        folder = target / NAME / f"{stream.stem}.git"
        shutil.rmtree(folder, ignore_errors=True)
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))
        _git("-C", str(folder), "remote", "add", "origin", f"https://git.example/{firm.organisation}/{stream.stem}.git")
        with stream.open("rb") as text:
            _git("-C", str(folder), "fast-import", "--quiet", text=text.fileno())
        made.append(folder)
    return made


def _git(*arguments: str, text: int | None = None) -> None:
    command = ["git", *arguments]
    source = subprocess.DEVNULL if text is None else text
    try:
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - our own arguments, no shell; git is found on the PATH
    except FileNotFoundError as error:
        raise HourtrailError("git is not installed; without it the simulated histories stay streams") from error
    if done.returncode:
        raise HourtrailError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()[:500]}")


def _lay_out(entries: Sequence[Entry]) -> None:
    """Put the commits before each merge on its branch: those of the same person since their last merge, six at most.

    A merge of a person who has made none since becomes a plain commit.
    """
    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.merge:
            waiting.setdefault(entry.person, []).append(entry)
            continue
        own = waiting.pop(entry.person, [])[-_LONGEST_BRANCH:]
        branch = f"feature/{entry.id}"
        for commit in own:
            commit.branch = branch
        entry.branch = branch if own else ""


class _People:
    """Names, second addresses and zones of whoever commits."""

    def __init__(self, firm: Firm) -> None:
        self._people = {employee.id: employee for employee in firm.employees}

    def signature(self, person: str) -> str:
        """``Ada Lindqvist <ada@…>``."""
        return f"{self._name(person)} <{person}>"

    def author(self, entry: Entry) -> str:
        """The signature of a commit: every fifth person uses a second address for about half of their commits."""
        if self.second_address(entry.person) and _digit(entry.id) % 2:
            return f"{self._name(entry.person)} <{self.second_address(entry.person)}>"
        return self.signature(entry.person)

    def second_address(self, person: str) -> str:
        """The address that the person's other computer writes; empty for most."""
        if person not in self._people or _digit(person) % 5:
            return ""
        return f"{self._people[person].handle}@users.noreply.git.example"

    def zone(self, person: str) -> str:
        """Where the person's computer stands."""
        return self._people[person].person.zone if person in self._people else "UTC"

    def mailmap(self, people: Sequence[str]) -> str:
        """The lines of .mailmap for those who have a second address."""
        return "".join(
            f"{self.signature(person)} <{self.second_address(person)}>\n"
            for person in people
            if self.second_address(person)
        )

    def _name(self, person: str) -> str:
        known = self._people.get(person)
        # Git takes angle brackets for the address and drops commas and dots at the ends.
        name = known.person.name if known else person.partition("@")[0]
        return "".join(character for character in name if character not in "<>\n").strip(" ,.;:\"'") or "Somebody"


class _Stream:
    """Writes one fast-import stream. Each person's work is one file, so that branches never conflict."""

    def __init__(self, out: TextIO, people: _People) -> None:
        self._out = out
        self._people = people
        self._heads: dict[str, int] = {}

    def write(self, entries: Sequence[Entry]) -> None:
        """All commits, in time order. The first one begins the trunk, whatever branch it was meant for."""
        self._out.write(f"# Simulated by Hourtrail: nobody wrote this code.\nreset refs/heads/{_TRUNK}\n")
        mailmap = self._people.mailmap(sorted({entry.person for entry in entries}))
        for mark, entry in enumerate(entries, start=1):
            merged = self._heads.pop(entry.branch, None) if entry.merge else None
            branch = _TRUNK if entry.merge or mark == 1 else entry.branch or _TRUNK
            parent = self._heads.get(branch, self._heads.get(_TRUNK))
            self._head(entry, branch, mark)
            if parent is not None:
                self._out.write(f"from :{parent}\n")
            if merged is not None:
                self._out.write(f"merge :{merged}\n")
            if mark == 1 and mailmap:
                self._out.write(f"M 100644 inline .mailmap\n{_data(mailmap)}")
            name = entry.person.partition("@")[0]
            self._out.write(f"M 100644 inline work/{name}.md\n{_data(f'{entry.id}: {entry.subject}')}\n")
            if merged is not None:
                self._out.write(f"reset refs/heads/{entry.branch}\nfrom {_NOTHING}\n\n")
            self._heads[branch] = mark

    def _head(self, entry: Entry, branch: str, mark: int) -> None:
        people = self._people
        offset = local_time(entry.at, people.zone(entry.person)).strftime("%z")
        stamp = f"{entry.at * 60 + entry.second} {offset}"
        self._out.write(f"commit refs/heads/{branch}\nmark :{mark}\nauthor {people.author(entry)} {stamp}\n")
        self._out.write(f"committer {people.signature(entry.person)} {stamp}\n{_data(_message(entry, people))}")


def _message(entry: Entry, people: _People) -> str:
    trailers = [f"Co-authored-by: {people.signature(person)}" for person in entry.co_authors]
    trailers.append(f"Change-Id: I{entry.id}")
    paragraphs = (entry.subject, entry.body, "\n".join(trailers))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def _digit(text: str) -> int:
    return blake2b(text.encode(), digest_size=1).digest()[0]
