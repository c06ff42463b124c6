"""The audit trail as a file that an auditor takes away: JSON Lines, gzip where the name ends in ``.gz``.

The first line names the format, the tenant, who took it and when, and every sealed tree head; each further line is one event with
its payload (null where it was erased). docs/reference/audit-trail.md says how a digest is made, so that anybody can check a
file without this program.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, cast

from hourtrail.domain.audit import AuditAction, AuditEvent
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.merkle import TreeHead

FORMAT: Final = "hourtrail-audit/2"
_READ: Final = frozenset({"hourtrail-audit/1", FORMAT})
"""Files of before salts are read as they were written."""
LONGEST_LINE: Final = 16 << 20
"""Characters of one event; a clearing of a large firm lists its drawn entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailHeader:
    """The first line of the file."""

    tenant: str
    exported_by: str
    exported_at: datetime
    seals: tuple[TreeHead, ...]


def write_trail(path: Path, header: TrailHeader, rows: Iterable[tuple[AuditEvent, dict[str, Any] | None]]) -> int:
    """Write the file and say how many events it holds. Raises InvalidInput when it cannot be written or exists already."""
    count = 0
    try:
        with _opened(path, "xt") as out:
            out.write(header_line(header))
            for event, payload in rows:
                out.write(event_line(event, payload))
                count += 1
    except FileExistsError as error:
        raise InvalidInput(f"{path} exists already; an export never replaces a file, choose another name") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}") from error
    return count


def header_line(header: TrailHeader) -> str:
    """The first line of the file, with its end."""
    return _line({"format": FORMAT, **_header(header)})


def event_line(event: AuditEvent, payload: dict[str, Any] | None) -> str:
    """The line of one event, with its end. ``payload`` is None where it was erased."""
    return _line(whole_event(event, payload))


def whole_event(event: AuditEvent, payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """An event with all that its digests cover, salts included: whoever has it can check it."""
    salt = {} if payload is None else {"payload_salt": event.payload_salt}
    return {**event_to_json(event), "payload": payload, **salt}


def read_header(path: Path) -> TrailHeader:
    """The first line. Raises InvalidInput for a file that is no audit trail."""
    for number, line in _lines(path):
        row = _parsed(path, number, line)
        if row.get("format") not in _READ:
            raise InvalidInput(f"{path} is no audit trail of the format {FORMAT}; `hourtrail audit export` writes one")
        try:
            return TrailHeader(
                tenant=str(row["tenant"]), exported_by=str(row["exported_by"]),
                exported_at=parse_instant(row["exported_at"]), seals=tuple(head_from_json(seal) for seal in row["seals"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"{path}, line 1: not the first line of an audit trail ({error})") from error
    raise InvalidInput(f"{path} is empty; `hourtrail audit export` writes an audit trail")


def read_events(path: Path) -> Iterator[tuple[AuditEvent, dict[str, Any] | None]]:
    """Every event with its payload, in the file's order; streams. Raises InvalidInput naming a line that is no event."""
    for number, line in _lines(path):
        if number == 1:
            continue
        row = _parsed(path, number, line)
        try:
            event, payload = event_from_json(row), row["payload"]
            told = None if payload is None else dict(payload)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidInput) as error:
            raise InvalidInput(f"{path}, line {number}: not an event of an audit trail ({error})") from error
        yield event, told


def event_to_json(event: AuditEvent) -> dict[str, Any]:
    """One event as the file and the API show it, without its payload and the salt of that."""
    return {
        "sequence": event.sequence, "at": format_instant(event.at), "actor": event.actor, "action": event.action.text,
        "object_id": event.object_id, "payload_digest": event.payload_digest, "previous": event.previous,
        "digest": event.digest, "salt": event.salt,
    }  # fmt: skip


def event_from_json(row: dict[str, Any]) -> AuditEvent:
    """The event again. Raises KeyError, TypeError, ValueError or InvalidInput for a row that is none."""
    if not isinstance(row["sequence"], int) or isinstance(row["sequence"], bool):
        raise TypeError("sequence is no whole number")
    digests = {name: str(row[name]) for name in ("payload_digest", "previous", "digest")}
    for name, digest in digests.items():
        if len(digest) != 64 or len(bytes.fromhex(digest)) != 32:
            raise ValueError(f"{name} is no SHA-256")
    return AuditEvent(
        sequence=row["sequence"], at=parse_instant(row["at"]), actor=str(row["actor"]), action=AuditAction(str(row["action"])),
        object_id=str(row["object_id"]), salt=str(row.get("salt") or ""), payload_salt=str(row.get("payload_salt") or ""),
        **digests,
    )  # fmt: skip


def head_to_json(head: TreeHead) -> dict[str, Any]:
    """A sealed tree head as the file and the API show it."""
    return {"size": head.size, "root": head.root, "at": format_instant(head.at)}


def head_from_json(row: dict[str, Any]) -> TreeHead:
    """The tree head again. Raises KeyError, TypeError or ValueError for a row that is none."""
    size, root = row["size"], str(row["root"])
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise TypeError("size is no whole number of rows")
    if len(root) != 64 or len(bytes.fromhex(root)) != 32:
        raise ValueError("root is no SHA-256")
    return TreeHead(size=size, root=root, at=parse_instant(row["at"]))


def _header(header: TrailHeader) -> dict[str, Any]:
    return {
        "tenant": header.tenant, "exported_by": header.exported_by, "exported_at": format_instant(header.exported_at),
        "seals": [head_to_json(head) for head in header.seals],
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with _opened(path, "rt") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise InvalidInput(f"{path}, line {number}: longer than {LONGEST_LINE:,} characters; no event is")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InvalidInput(f"{path} cannot be read to its end: {error}") from error


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}, line {number}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise InvalidInput(f"{path}, line {number}: not a JSON object")
    return row


def _opened(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, mode, encoding="utf-8"))
    return path.open(mode, encoding="utf-8")
