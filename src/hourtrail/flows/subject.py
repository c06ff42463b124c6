"""Everything that is held about one person, as a file for them (GDPR art. 15): JSON Lines by kind, and what each means."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any, Final

from hourtrail.domain.decision import require_person
from hourtrail.domain.erasure import Names
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.domain.wire import activity_to_json
from hourtrail.exporters.audit_trail import whole_event
from hourtrail.store import Store, TenantStore
from hourtrail.store.personal import COLUMNS
from hourtrail.store.subject import TOLD_OF, HeldRow

LONGEST_REASON: Final = 500
_AROUND: Final = frozenset({"id", "at", "date", "place", "client", "project", "task", "contract"})
"""Columns that say which row it is."""

_WRITERS: Final = ("actor", "raised_by", "created_by")
OTHERS_WORDS: Final = "[somebody else's words, in which you are named]"

_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file inside: the export is the same for the same data."""

ABOUT: Final[Mapping[str, str]] = {
    "activities": "what calendars, repositories, trackers and other sources told of you, opened; `withdrawn_at` if a source took it back",
    "suggestion": "the time that was proposed to you, with all alternatives, confidence, reasons and evidence as they were shown",
    "decision": "what you decided on it, when, and what it rested on",
    "time_entry": "the time that is booked in your name",
    "approval": "who submitted, approved or rejected it, and the note",
    "finding": "what a check found in your time",
    "finding_review": "what a reviewer said of that",
    "forgotten": "what you asked to be forgotten",
    "account": "your account (never your password)",
    "session": "when you were signed in",
    "role_change": "which roles you were given",
    "person": "what the firm's master data says of you",
    "assignment": "on what you are assigned",
    "audit": "what the audit trail tells of you or of what you did",
    "rate": "prices that were agreed for you alone",
    "expense": "what was spent in your name",
    "external_reference": "what other systems call you",
    "named_elsewhere": "rows about others or the firm that name you, such as what you approved; of others' words, only that they do",
}
"""What each file holds, in plain words. Tables that are not here speak for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectExport:
    """What went into the file, by kind. ``activities`` is False where an administrator gave no request of the person's."""

    counts: Mapping[str, int]
    activities: bool


def export_subject(
    store: Store,
    tenant: str,
    person: str,
    out: IO[bytes],
    *,
    actor: str,
    reason: str = "",
    request: str = "",
    now: datetime | None = None,
) -> SubjectExport:
    """Write a ZIP file of everything held about ``person``; the audit trail says who took it and why.

    The person needs no reason. Somebody else needs one, and gets what sources saw of the person only with the ``request``
    by which the person asked for it. Raises InvalidInput without a reason, NotFound when nothing is held.
    """
    require_person(actor)
    at = now or datetime.now(UTC)
    own = actor == person
    if not own and not reason.strip():
        raise InvalidInput("say why you take away what is held about somebody else; the audit trail keeps it")
    if len(reason) > LONGEST_REASON or len(request) > LONGEST_REASON:
        raise InvalidInput(f"reason and request hold at most {LONGEST_REASON} characters")
    opened = own or bool(request.strip())
    with store.tenant(tenant) as db:
        db.require_held(db.names_of(person))
        db.record(
            actor=actor, action="person:person:exported", object_id=person, at=at,
            payload={"reason": reason, "request": request, "activities": opened},
        )  # fmt: skip
    with store.tenant(tenant, read_only=True) as db:
        writer = _Writer(zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED))
        names = db.names_of(person)
        if opened:
            writer.write("activities", _activities(db, names))
        _write_tables(db, names, writer)
    writer.finish(tenant, person, at, opened=opened)
    return SubjectExport(counts=writer.counts, activities=opened)


class _Writer:
    """The ZIP file: one JSON Lines file a kind, then the README and the digests."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file, self.counts, self._digests = file, dict[str, int](), dict[str, str]()

    def write(self, kind: str, rows: Iterator[Mapping[str, Any]]) -> None:
        """One kind; nothing for one without rows. Lines go to the file as they come."""
        first = next(rows, None)
        if first is None:
            return
        digest, count = hashlib.sha256(), 0
        name = f"{kind}.jsonl"
        with self._file.open(_member(name), "w", force_zip64=True) as member:
            row: Mapping[str, Any] | None = first
            while row is not None:
                line = (json.dumps(row, ensure_ascii=False, default=_plain) + "\n").encode("utf-8", "replace")
                member.write(line)
                digest.update(line)
                count += 1
                row = next(rows, None)
        self.counts[kind], self._digests[name] = count, digest.hexdigest()

    def finish(self, tenant: str, person: str, at: datetime, *, opened: bool) -> None:
        """README.txt in plain words, SHA256SUMS as ``sha256sum -c`` reads it."""
        lines = [
            f"What is held about {person} in {tenant}, as of {format_instant(at)}.",
            "",
            "Each file is JSON Lines: one record a line, UTF-8. Times are UTC, minutes are whole, money is a decimal text.",
            "" if opened else "What sources saw of the person is left out: no request of the person's was named.",
            *(f"{kind}.jsonl ({count:,}): {ABOUT.get(kind, 'as the name says')}" for kind, count in self.counts.items()),
            "",
            "Not in here: passwords and keys (only digests of them are kept), texts of other people, and the answer that an open",
            "suggestion keeps back for a blind audit. SHA256SUMS holds each file's digest: sha256sum -c SHA256SUMS",
            "",
        ]  # fmt: skip
        readme = "\n".join(lines).encode("utf-8", "replace")
        self._file.writestr(_member("README.txt"), readme)
        digests = {**self._digests, "README.txt": hashlib.sha256(readme).hexdigest()}
        self._file.writestr(_member("SHA256SUMS"), "".join(f"{digest}  {name}\n" for name, digest in digests.items()))
        self._file.close()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _activities(db: TenantStore, names: Names) -> Iterator[Mapping[str, Any]]:
    for row, withdrawn in db.activities_of(names):
        yield {**activity_to_json(row), **({"withdrawn_at": withdrawn} if withdrawn else {})}


def _write_tables(db: TenantStore, names: Names, writer: _Writer) -> None:
    """The tables one after the other; a row that only names the person comes last, without other people's words."""
    own, elsewhere = set(names.accounts), list[Mapping[str, Any]]()
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for held in db.held_rows(names):
        if held.about:
            by_table.setdefault(held.table.name, []).append(_row(held))
            if held.table.name in TOLD_OF:
                own.add(held.row["id"])
        elif (named := _named(held, names)) is not None:
            elsewhere.append(named)
    for kind, rows in by_table.items():
        writer.write(kind, iter(rows))
    writer.write("named_elsewhere", iter(elsewhere))
    told = db.trail_of(names, own)
    writer.write("audit", (_event(event, payload, names, own) for event, payload in told))


def _row(held: HeldRow) -> Mapping[str, Any]:
    told = COLUMNS[held.table.name].handed_out
    row = {name: value for name, value in held.row.items() if name in told}
    if held.table.name == "suggestion" and row["status"] is SuggestionStatus.OPEN:
        row["body"] = {name: value for name, value in row["body"].items() if name != "log"}
    return row


def _named(held: HeldRow, names: Names) -> Mapping[str, Any] | None:
    """Where a row of somebody else names the person: each column that does, whole where it is the firm's or the person's own,
    and what of it is about them where somebody else wrote it.
    """
    kinds, row = COLUMNS[held.table.name], held.row
    wrote = any(names.is_one(row.get(column) or "") for column in _WRITERS)
    open_to_them = kinds.handed_out if wrote else frozenset((*kinds.names, *kinds.texts, *kinds.ids))
    naming = [name for name in row if name != "tenant" and names.stand_in_json(row[name])]
    if not naming:
        return None
    told = {
        name: row[name]
        if name in open_to_them and isinstance(row[name], str)
        else _about(row[name], names, whole=name in open_to_them)
        for name in naming
        if name in kinds.handed_out
    }
    around = {name: row[name] for name in row if name in _AROUND or (wrote and name in (*kinds.words, *kinds.facts))}
    return {"table": held.table.name, "as": [name for name in naming if name in kinds.names], **around, **told}


def _about(value: Any, names: Names, *, whole: bool) -> Any:
    """What of a value names the person. Texts that only hold the name are shown where ``whole``, else said to be there."""
    if isinstance(value, str):
        return value if whole or names.is_one(value) else OTHERS_WORDS
    if isinstance(value, Mapping):
        naming = {key: inner for key, inner in value.items() if names.stand_in(key) or names.stand_in_json(inner)}
        return {
            key: inner if names.stand_in(key) else _about(inner, names, whole=whole) for key, inner in naming.items()
        }
    return [_about(inner, names, whole=whole) for inner in value if names.stand_in_json(inner)]


def _event(event: Any, payload: Mapping[str, Any] | None, names: Names, own: set[str]) -> Mapping[str, Any]:
    theirs = names.is_one(event.actor) or names.is_one(event.object_id) or event.object_id in own
    return whole_event(event, payload if theirs else None)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, (date, Decimal)):
        return str(value)
    return value.value if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else str(value)


def subject_bytes(store: Store, tenant: str, person: str, **how: Any) -> tuple[bytes, SubjectExport]:
    """The same in memory, for an answer over HTTP."""
    out = io.BytesIO()
    done = export_subject(store, tenant, person, out, **how)
    return out.getvalue(), done
