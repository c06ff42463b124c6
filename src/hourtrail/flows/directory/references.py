"""What other systems call the rows: an id names one row of its kind, and goes on doing so."""

from collections.abc import Sequence
from datetime import datetime

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.directory.kinds import MOVING, WORDS
from hourtrail.store import TenantStore
from hourtrail.store.master import key_of, key_parts
from hourtrail.store.types import clean


def reference_in(record: MasterRecord) -> SourceRef | None:
    """What another system calls the row, where it says both ``source`` and ``external_id``."""
    source, external_id = (clean(record.extra.get(name, "").strip()) for name in ("source", "external_id"))
    return SourceRef(source, external_id) if source and external_id else None


class References:
    """The ids that rows of one kind bring, held against those that are known."""

    def __init__(self, db: TenantStore, kind: type[MasterRecord], rows: Sequence[MasterRecord]) -> None:
        self._db, self._kind, self._word = db, kind, WORDS[kind]
        named = {ref: key_of(row) for row in rows if (ref := reference_in(row)) is not None}
        self._known = db.referenced(self._word, named)
        self._held = db.references_of(self._word, {*named.values(), *self._known.values()}) if named else {}
        self._fresh: dict[SourceRef, str] = {}
        self._moved: dict[str, str] = {}

    def require(self, row: MasterRecord) -> None:
        """Take the row's id. Raises InvalidInput when it stands for another row, or the row has another id already."""
        ref = reference_in(row)
        if ref is None:
            return
        key = key_of(row)
        if ref in self._fresh:
            raise InvalidInput(f"external_id: an earlier row is {ref} too; the first is kept")
        held = [*self._held.get(key, ()), *(one for one, at in self._fresh.items() if at == key)]
        other = next((one for one in held if one.source == ref.source and one != ref), None)
        if other is not None:
            raise InvalidInput(
                f"external_id: {_told(key)} is {other} already, and what a system calls a row never changes"
            )
        before = self._known.get(ref)
        if before is not None and before != key:
            if self._kind not in MOVING:
                raise InvalidInput(
                    f"external_id: {ref} is {_told(before)} for ever; give {_told(key)} an id of its own, and close the other"
                )
            self._moved[before] = key
        self._fresh[ref] = key

    @property
    def left(self) -> list[str]:
        """The keys of rows that stand under another one from now on."""
        return list(self._moved)

    def moved_to_new_keys(self) -> int:
        """How many of those that move take a key that no row has yet. To be asked before anything is written."""
        return len(set(self._moved.values()) - set(self._db.directory_named(self._kind, set(self._moved.values()))))

    def put(self, at: datetime) -> None:
        """Keep what is new; what other systems call a row that moved moves with it."""
        refs = {ref: key for ref, key in self._fresh.items() if self._known.get(ref) != key}
        for before, key in self._moved.items():
            refs |= {ref: key for ref in self._held.get(before, ()) if ref not in self._fresh}
        self._db.put_references(self._word, refs, at)


def _told(key: str) -> str:
    return " ".join(part[:60] for part in key_parts(key) if part)
