"""Entries of people whom the master data does not list: told once for each of them, at their first row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hourtrail.columnar import first_seen
from hourtrail.domain.activity import Rejected
from hourtrail.domain.firm import Person
from hourtrail.flows.resolve import nearest
from hourtrail.sources.contract_files import EntryFile


@dataclass(slots=True)
class Rows:
    """Where a person's entries begin in a file, and how many there are."""

    line: int
    count: int = 0


def rows_of_people(file: EntryFile) -> dict[str, Rows]:
    """The first line and the number of entries of each person, in the order of their first entries."""
    numbers, people = first_seen(file.entries.coded("person"))
    first = np.unique(numbers, return_index=True)[1]
    counts = np.bincount(numbers, minlength=len(people)).tolist()
    return {
        person: Rows(line, count)
        for person, line, count in zip(people, file.lines[first].tolist(), counts, strict=True)
    }


def unknown_people(
    file: Path, rows: Mapping[str, Rows], people: Sequence[Person], listed_in: Path, refused: Iterable[Rejected]
) -> list[Rejected]:
    """One problem for each person with entries whom ``listed_in`` does not hold. Their entries are checked all the same.

    Somebody whose own row in that file was refused is left out: that row is told already.
    """
    known = {person.id: None for person in people}
    told = _texts(listed_in, {row.line for row in refused if row.line and row.file == str(listed_in)})
    return [
        Rejected(
            file=str(file),
            line=where.line,
            field="person",
            reason=(
                f"there is no person {person[:60]!r} in {listed_in}{nearest(person, list(known)).rstrip('.?')}; "
                f"{_entries(where.count)} checked without work days, hours and zone"
            ),
        )
        for person, where in rows.items()
        if person not in known and not any(person in text for text in told)
    ]


def _entries(count: int) -> str:
    return "this entry was" if count == 1 else f"{count} entries, from this one on, were"


def _texts(path: Path, lines: set[int]) -> list[str]:
    if not lines:
        return []
    with path.open(encoding="utf-8", errors="replace") as stream:
        return [text for number, text in enumerate(stream, start=1) if number in lines]
