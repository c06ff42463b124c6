"""What every source promises, as checks that run over each registered source and each of its golden inputs.

A new source needs an entry point in the group ``hourtrail.sources`` and at least one input in ``tests/data/<folder>/``;
``pytest tests/sources/test_contract_kit.py --update-golden`` writes the golden file beside it, to be read by a person
before it is committed. No test has to be written.

``case.ext``            the input (only files directly in the folder; subfolders are other tests' business)
``case.jsonl``          what it must yield, one JSON object a line, fields at their default left out; for an input that is
                        itself ``.jsonl`` the file is ``case.golden.jsonl``
``case.options.json``   the ReadOptions of the case, where it needs any (``{"zone": "Europe/Berlin"}``)
"""

import dataclasses
import difflib
import inspect
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path

from tests.sources.git.repositories import built_from

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Record, Source
from hourtrail.domain.wire import activity_to_json, rejected_to_json

Read = Record | Rejected | Snapshot

DATA = Path(__file__).parents[1] / "data"
FOLDERS = {"icalendar": "ics"}
"""Where a source's inputs lie, when not in a folder of its own name."""
BUILDERS: dict[str, Callable[[Path, Path], Path]] = {".fast-import": built_from}
"""How an input that is no file by itself is built: (input, new folder) -> what the source reads."""
NOT_CASES = {"SOURCE.txt"}
TODAY = date(2026, 3, 31)


@dataclass(frozen=True)
class Case:
    """One golden input of one source."""

    source: str
    input: Path

    def __str__(self) -> str:
        return f"{self.source}-{self.input.name}"

    @property
    def golden(self) -> Path:
        """The file that says what the input yields."""
        own = self.input.suffix == ".jsonl"
        return self.input.with_suffix(".golden.jsonl" if own else ".jsonl")

    @property
    def options(self) -> ReadOptions:
        """How the input is read."""
        told = self.input.with_suffix(".options.json")
        fields = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
        for name in {"today", "first", "last"} & fields.keys():
            fields[name] = date.fromisoformat(fields[name])
        return ReadOptions(**{"today": TODAY} | fields)

    def placed_in(self, folder: Path) -> Path:
        """A fresh copy of the input in ``folder``, as the source finds it."""
        build = BUILDERS.get(self.input.suffix)
        if build:
            return build(self.input, folder / self.input.stem)
        return Path(shutil.copy(self.input, folder / self.input.name))

    def read(self, path: Path) -> list[Read]:
        """Everything the source yields for ``path``."""
        return list(registered()[self.source]().read(path, self.options))


def registered() -> dict[str, Callable[[], Source]]:
    """The sources by the name of their entry point; each is loaded when called, so one broken source fails alone."""
    return {point.name: lambda point=point: point.load()() for point in entry_points(group="hourtrail.sources")}


def cases_of(source: str) -> list[Case]:
    """The golden inputs of a source, by file name."""
    folder = DATA / FOLDERS.get(source, source)
    files = sorted(file for file in folder.glob("*") if file.is_file()) if folder.exists() else []
    stems = {file.stem for file in files if file.suffix != ".jsonl"}
    return [
        Case(source, file)
        for file in files
        if file.name not in NOT_CASES
        and not file.name.endswith((".options.json", ".golden.jsonl"))
        and not (file.suffix == ".jsonl" and file.stem in stems)
    ]


def all_cases() -> list[Case]:
    """The golden inputs of all registered sources."""
    return [case for source in sorted(registered()) for case in cases_of(source)]


# --- the golden pair -------------------------------------------------------------------------------------------------


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _without_defaults(value)
    return value if isinstance(value, (bool, int)) or value is None else str(value)


def _without_defaults(record: object) -> dict[str, object]:
    kept = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if value != default:
            kept[field.name] = _plain(value)
    return kept


def to_json(record: Read) -> dict[str, object]:
    """A record as a golden file shows it: an activity by the data contract, all else under the name of its type."""
    if isinstance(record, Activity):
        return activity_to_json(record)
    if isinstance(record, Rejected):
        return {"rejected": {key: value for key, value in rejected_to_json(record).items() if value is not None}}
    return {type(record).__name__.lower(): _without_defaults(record)}


def golden_text(records: list[Read], path: Path) -> str:
    """The golden file's text; the folder that ``path`` was placed in is left out of every message."""
    lines = (json.dumps(to_json(record), ensure_ascii=False) for record in records)
    return "".join(line.replace(f"{path.parent}/", "") + "\n" for line in lines)


def check_golden(case: Case, folder: Path, *, update: bool) -> None:
    """The input yields exactly its golden file."""
    path = case.placed_in(folder)
    now = golden_text(case.read(path), path)
    if update:
        case.golden.write_text(now, encoding="utf-8")
    assert case.golden.exists(), f"{case.golden.name} is missing; write it with pytest --update-golden and read it"
    then = case.golden.read_text(encoding="utf-8")
    diff = difflib.unified_diff(then.splitlines(), now.splitlines(), case.golden.name, "what is read now", lineterm="")
    assert then == now, f"{case} yields something else than before:\n" + "\n".join(diff)


# --- what is promised of good input ----------------------------------------------------------------------------------


def check_named(case: Case, folder: Path) -> None:
    """The source bears the name of its entry point."""
    assert registered()[case.source]().name == case.source


def check_claimed_once(case: Case, folder: Path) -> None:
    """Its own source recognises the input, and no other one does."""
    path = case.placed_in(folder)
    claims = {name for name, load in registered().items() if load().recognises(path)}
    assert claims == {case.source}, f"{case.input.name} is claimed by {sorted(claims) or 'nobody'}"


def check_same_twice(case: Case, folder: Path) -> None:
    """Reading again yields equal records with equal ids, in the same order."""
    path = case.placed_in(folder)
    first = case.read(path)
    assert first, "the sample is empty and shows nothing"
    assert case.read(path) == first


def check_ids_unique(case: Case, folder: Path) -> None:
    """No two activities of one input share source and external id."""
    keys = [record.key for record in case.read(case.placed_in(folder)) if isinstance(record, Activity)]
    assert len(keys) == len(set(keys)), sorted(key for key in set(keys) if keys.count(key) > 1)


def check_instants_utc(case: Case, folder: Path) -> None:
    """Every instant is aware and in UTC, and no span runs backwards."""
    for record in case.read(case.placed_in(folder)):
        for field in dataclasses.fields(record):
            value = getattr(record, field.name)
            assert not isinstance(value, datetime) or value.tzinfo is UTC, f"{field.name} of {record}"


def check_snapshot_last(case: Case, folder: Path) -> None:
    """A Snapshot comes after everything else, and never when something was refused."""
    records = case.read(case.placed_in(folder))
    kinds = [isinstance(record, Snapshot) for record in records]
    assert kinds == sorted(kinds)
    assert not (any(kinds) and any(isinstance(record, Rejected) for record in records))


def check_lazy(case: Case, folder: Path) -> None:
    """Records come one by one, and a reader who stops early leaves nothing open (an open file is a warning, so an error)."""
    reading = registered()[case.source]().read(case.placed_in(folder), case.options)
    assert inspect.isgenerator(reading)
    assert next(reading) is not None
    reading.close()


# --- what is promised of bad input -----------------------------------------------------------------------------------


def _files_of(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _binary(file: Path) -> None:
    file.write_bytes(random.Random(7).randbytes(5_000))  # a fixed seed: the same noise on every run


def _nul_bytes(file: Path) -> None:
    file.write_bytes(bytes(4_096))


def _halved(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def _one_bad_byte(file: Path) -> None:
    data = file.read_bytes()
    cut = len(data) * 9 // 10
    file.write_bytes(data[:cut] + b"\xff\xfe\x80" + data[cut:])


HOPELESS = {"emptied": _emptied, "binary": _binary, "nul_bytes": _nul_bytes}
"""Damage after which nothing can be read, and somebody has to be told."""
PARTIAL = {"halved": _halved, "one_bad_byte": _one_bad_byte}
"""Damage after which much can still be read; formats without an end mark cannot always tell."""


def _apply(damage: Callable[[Path], None], path: Path) -> None:
    for file in _files_of(path):
        file.chmod(0o644)  # git writes its objects read-only
        damage(file)


def read_damaged(case: Case, path: Path) -> Iterator[Read]:
    """What comes of damaged input until it ends or Hourtrail says why it stops; any other exception is a failure."""
    try:
        yield from registered()[case.source]().read(path, case.options)
    except HourtrailError as error:
        yield Rejected(file=str(path), reason=str(error))


def check_hopeless(case: Case, folder: Path, damage: str) -> None:
    """Unreadable input yields no record, and a refusal that names the file and says something."""
    path = case.placed_in(folder)
    _apply(HOPELESS[damage], path)
    records = list(read_damaged(case, path))
    assert records
    assert all(isinstance(record, Rejected) for record in records), records
    _assert_located(records, path)


def check_partial(case: Case, folder: Path, damage: str) -> None:
    """Half an input, or three bad bytes in it, end nothing before the damage and never raise anything foreign."""
    path = case.placed_in(folder)
    whole = case.read(path)
    _apply(PARTIAL[damage], path)
    records = list(read_damaged(case, path))
    _assert_located(records, path)
    assert records
    if path.is_file() and damage == "one_bad_byte" and len(whole) > 10:
        assert any(not isinstance(record, (Rejected, Snapshot)) for record in records), "the good ones are lost too"


def check_missing(case: Case, folder: Path) -> None:
    """A path that is not there is a refusal too."""
    path = folder / f"absent{case.input.suffix}"
    source = registered()[case.source]()
    assert not source.recognises(path)
    records = list(read_damaged(case, path))
    assert records
    assert all(isinstance(record, Rejected) for record in records)


def _assert_located(records: list[Read], path: Path) -> None:
    for record in records:
        if isinstance(record, Rejected):
            assert path.name in record.file, f"{record} does not name the file"
            assert record.reason.strip(), f"{record} gives no reason"


CHECKS: tuple[Callable[[Case, Path], None], ...] = (
    check_named,
    check_claimed_once,
    check_same_twice,
    check_ids_unique,
    check_instants_utc,
    check_snapshot_last,
    check_lazy,
    check_missing,
)
