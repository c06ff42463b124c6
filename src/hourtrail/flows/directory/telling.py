"""Rows of the directory out and in: page by page, one by its id or by another system's, many at once."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hourtrail.domain.activity import Rejected, SourceRef
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.directory import DIRECTORY, keep
from hourtrail.flows.directory.putting import put_rows
from hourtrail.flows.ingest import IngestReport
from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.writing import row_of
from hourtrail.store import Store, TenantStore
from hourtrail.store.directory import KeptRow
from hourtrail.store.master import key_parts, key_text

Json = dict[str, Any]

OWN: Final = ("id", "references")
"""Members of a row that are ours: told when it is read, passed over when it comes back."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


def id_of(key: str) -> str:
    """The id of a row in an address: its code, or for several codes and odd ones an opaque text that begins with ``~``."""
    parts = key_parts(key)
    if len(parts) == 1 and _PLAIN.fullmatch(parts[0]):
        return parts[0]
    return "~" + base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of_id(name: str) -> str:
    """The reverse of :func:`id_of`. Raises InvalidInput for what is no id."""
    if not name.startswith("~"):
        return key_text(name)
    try:
        plain = base64.urlsafe_b64decode(name[1:].encode() + b"=" * (-len(name[1:]) % 4)).decode()
        return json.dumps(key_parts(plain), ensure_ascii=False)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidInput(
            "this id was not given by this server; list the rows, or look up one by its external_id"
        ) from error


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the key behind which the next page begins; None on the last one."""

    rows: list[Json]
    after: str | None


def directory_page(store: Store, tenant: str, word: str, *, after: str, limit: int) -> Page:
    """The next ``limit`` rows of a kind, in the order of their codes."""
    with store.tenant(tenant, read_only=True) as db:
        found = db.directory_rows(DIRECTORY[word], after=after, limit=limit + 1)
        shown = found[:limit]
        return Page(_told(db, word, shown), shown[-1].key if len(found) > limit else None)


def directory_row(store: Store, tenant: str, word: str, name: str) -> Json:
    """One row by its id. Raises NotFound."""
    with store.tenant(tenant, read_only=True) as db:
        return found_row(db, word, key_of_id(name))[1]


def found_row(db: TenantStore, word: str, key: str) -> tuple[MasterRecord, Json]:
    """The row with this key, and as it is told. Raises NotFound."""
    found = db.directory_named(DIRECTORY[word], [key])
    if not found:
        raise NotFound(f"there is no such row among the {word}; list them, or look up one by source and external_id")
    return found[key], _told(db, word, [KeptRow(key, found[key])])[0]


def directory_referenced(store: Store, tenant: str, word: str, ref: SourceRef) -> list[Json]:
    """The row that another system calls so; none where it calls nothing so."""
    with store.tenant(tenant, read_only=True) as db:
        keys = db.referenced(word, [ref]).values()
        found = db.directory_named(DIRECTORY[word], list(keys))
        return _told(db, word, [KeptRow(key, row) for key, row in found.items()])


def put_directory(
    store: Store,
    tenant: str,
    word: str,
    rows: Sequence[tuple[int, MasterRecord]],
    refused: Sequence[Rejected],
    *,
    actor: str,
    now: datetime | None = None,
) -> IngestReport:
    """Keep rows, each with its index in what was sent, in one transaction. ``refused`` could not be read at all.

    Raises NothingRead when none could.
    """
    return put_rows(
        store, tenant, word, rows, refused, kept_by=keep, actor=actor, action="system:directory:put", now=now
    )


def without_own(row: Mapping[str, Any]) -> Json:
    """A row as it was read from us, without what only we say of it."""
    return {name: value for name, value in row.items() if name not in OWN}


def _told(db: TenantStore, word: str, rows: Sequence[KeptRow[Any]]) -> list[Json]:
    contract = DATA_CONTRACTS[word]
    references = db.references_of(word, [row.key for row in rows])
    return [
        {
            "id": id_of(row.key),
            **row_of(contract, row.record),
            "references": [
                {"source": ref.source, "external_id": ref.external_id} for ref in references.get(row.key, ())
            ],
        }
        for row in rows
    ]
