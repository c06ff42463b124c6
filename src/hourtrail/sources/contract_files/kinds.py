"""Which data contract a file is in: by the names in its header or in its first object."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.sources.contract_files.catalogue import ACTIVITIES, DATA_CONTRACTS
from hourtrail.sources.contract_files.columns import DataContract
from hourtrail.sources.contract_files.delimited import header_cells
from hourtrail.sources.contract_files.lines import first_line, head_of, require_text
from hourtrail.sources.contract_files.objects import parse_object

DELIMITERS: Final = (",", ";", "\t")
"""The comma of RFC 4180 first; a semicolon or a tab (spreadsheets of other locales) only where the header asks for it."""

_JSON_NAMES: Final = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written, and what its records are called; ``delimiter`` is empty for JSON Lines."""

    names: tuple[str, ...]
    delimiter: str = ""


def contract_named(word: str) -> DataContract:
    """The contract that ``--as`` names. Raises InvalidInput."""
    try:
        return DATA_CONTRACTS[word]
    except KeyError:
        raise InvalidInput(
            f"there is no kind of file called {word!r}; choose one of {', '.join(DATA_CONTRACTS)}"
        ) from None


def likeliest(names: Collection[str]) -> DataContract | None:
    """The contract that shares most columns with ``names``; between equals one whose required columns are all there.

    Counting all columns, not only the required ones, lets a timesheet without its ``minutes`` be named as such instead of
    passing for assignments.
    """
    present = frozenset(names)
    return max(
        (contract for contract in DATA_CONTRACTS.values() if contract.by_header and contract.names & present),
        key=lambda contract: (
            len(contract.names & present),
            present.issuperset(contract.unnamed),
            -len(contract.names - present),
        ),
        default=None,
    )


def is_recognised(names: Collection[str]) -> bool:
    """Whether the names are a contract's beyond doubt: all required ones, or all but one and most of the rest known.

    The second case claims a damaged contract file, so that its error can name the missing column.
    """
    contract = likeliest(names)
    if contract is None:
        return False
    present = frozenset(names)
    missing = [name for name in contract.unnamed if name not in present]
    known = len(contract.names & present)
    return not missing or (len(missing) == 1 and known >= 3 and 2 * known > len(present))


def shape_of(path: Path) -> Shape:
    """How the file is written. Raises NothingRead for an empty file, other encodings, and what is no text."""
    head = head_of(path)
    require_text(path, head)
    text = head.decode(errors="replace").removeprefix("\ufeff").lstrip()
    if not text:
        raise NothingRead(f"{path}: is empty; it needs a header row or one JSON object a line")
    if text.startswith("["):
        raise NothingRead(f"{path}: holds a JSON array; write one JSON object a line (JSON Lines)")
    if text.startswith("{") or path.name.lower().removesuffix(".gz").endswith(_JSON_NAMES):
        return Shape(_first_names(text))
    return _delimited(path, first_line(path, head))


def _first_names(text: str) -> tuple[str, ...]:
    bodies = (parse_object(line) for line in text.split("\n", 100)[:100])
    return next((tuple(body) for body in bodies if isinstance(body, dict)), ())


def _delimited(path: Path, line: str) -> Shape:
    """The header by the first delimiter that makes a contract of it, else by the comma."""
    if "\r" in line:
        raise NothingRead(f"{path}: its lines end in bare carriage returns; save it with LF or CRLF line breaks")
    shapes = [Shape(tuple(header_cells(line, delimiter)), delimiter) for delimiter in DELIMITERS]
    return next((shape for shape in shapes if is_recognised(shape.names)), shapes[0])


def contract_of(path: Path, shape: Shape) -> DataContract:
    """The contract that the names speak for. Raises NothingRead when none does."""
    contract = likeliest(shape.names)
    if contract is None and not shape.delimiter:
        return ACTIVITIES
    if contract is None:
        raise NothingRead(
            f"{path}: its header names no column of any data contract (it has: {listing(shape.names)}); "
            f"name the kind with --as, one of {', '.join(DATA_CONTRACTS)}"
        )
    _refuse_a_slip(path, contract, shape.names)
    return contract


def _refuse_a_slip(path: Path, contract: DataContract, names: Collection[str]) -> None:
    """Refuse a header that would be another kind, at least as well, but for one mistyped required column.

    ``persn,client,project`` is an assignment with a slip, and would otherwise be read as a task. Raises NothingRead.
    """
    present = frozenset(names)
    for other in filter(lambda row: row.by_header, DATA_CONTRACTS.values()):
        missing = [name for name in other.required if name not in present]
        if other is contract or len(missing) != 1 or len(other.names & present) < len(contract.names & present):
            continue
        slip = difflib.get_close_matches(missing[0], present - contract.names, n=1, cutoff=0.75)
        if slip:
            raise NothingRead(
                f"{path}: its header fits {contract.word}, but {slip[0]!r} looks like the {missing[0]!r} of {other.word}; "
                f"correct it, or say what the file holds with --as"
            )


def require_columns(path: Path, contract: DataContract, names: Collection[str], given: Collection[str]) -> None:
    """Refuse a CSV without its required columns (``given`` are stood in for by options). Raises NothingRead."""
    known = [name for name in names if name in contract.names]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise NothingRead(f"{path}: the header names {', '.join(twice)} twice; keep one column of each name")
    missing = [name for name in contract.required if name not in names and name not in given]
    if not missing:
        return
    spare = [name for name in names if name not in contract.names]
    sentences = [_nearest(name, spare) for name in missing]
    advice = "".join(f"; or give --{name}" for name in missing if name in contract.given)
    raise NothingRead(
        f"{path}: cannot be read as {contract.word}: missing {'; missing '.join(sentences)}{advice} "
        f"(the header has: {listing(names)})"
    )


def _nearest(name: str, spare: list[str]) -> str:
    near = difflib.get_close_matches(name, spare, n=1, cutoff=0.5)
    return f"column {name}" + (f" (nearest: {near[0]})" if near else "")


def listing(names: Collection[str]) -> str:
    """The first names, shortened, for a message."""
    shown = [name[:40] for name in list(names)[:25]]
    return ", ".join(shown) + (f" and {len(names) - 25} more" if len(names) > 25 else "")
