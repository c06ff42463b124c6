"""The rows that erasures list, beside the audit trail that says so: the database lets no other append-only row change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Table

from hourtrail.store.schema import _key, _texts, metadata

erased_row: Final = Table(
    "erased_row", metadata, _key("tenant"), _key("kind"), _key("key"),
    Column("sequence", BigInteger(), primary_key=True, autoincrement=False), *_texts("pseudonym"),
    ForeignKeyConstraint(["tenant", "sequence"], ["audit_event.tenant", "audit_event.sequence"], name="erased_row_event"),
)  # fmt: skip

APPEND_ONLY: Final = ("erased_row",)


@dataclass(frozen=True, slots=True)
class Form:
    """How a row of an append-only table is erased; the migration's triggers hold the same.

    ``key`` names the row in the list, as it is afterwards; ``texts`` become the pseudonym or empty, ``bodies`` are written anew.
    """

    key: tuple[str, ...]
    texts: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()


FORMS: Final[Mapping[str, Form]] = {
    "approval": Form(("id",), ("actor", "note")),
    "audit_event": Form(("sequence",), ("actor", "salt"), ("object_id",)),
    "auto_post": Form(("place",), ("actor", "reason"), ("terms",)),
    "billing_policy": Form(("place",), ("actor",), ("body",)),
    "check_muting": Form(("check", "place"), ("actor", "reason")),
    "clearing": Form(("id",), ("actor",)),
    "control": Form(("place",), ("actor",), ("body", "events")),
    "decision": Form(("id",), ("actor",), ("body",)),
    "dispute": Form(("id",), ("actor", "raised_by", "note"), ("content",)),
    "draft_line": Form(("id",), (), ("content",)),
    "expense": Form(
        ("source", "external_id", "place"),
        ("person", "actor", "narrative", "receipt", "digest"),
        ("extra", "source", "external_id", "category", "revision"),
    ),
    "finding_review": Form(("id",), ("actor", "note", "assignee"), ("shown",)),
    "forgotten": Form(("id",), ("person", "value")),
    "invoice_draft": Form(("id",), ("actor",)),
    "last_word": Form(("object",), ("actor", "note")),
    "payment": Form(
        ("source", "external_id", "place"),
        ("actor", "note", "digest"),
        ("extra", "source", "external_id", "revision"),
    ),
    "rate_change": Form(("id",), ("actor", "person", "reason")),
    "review_policy": Form(("place",), ("actor",), ("body",)),
    "role_change": Form(("account", "role", "place"), ("actor", "reason")),
    "tenant_settings": Form(("version",), ("actor", "reason", "digest"), ("document",)),
    "tenant_state": Form(("place",), ("actor", "reason")),
}
"""A table that is not here holds nothing of a person, or is not append-only. A test asks of every append-only table which."""

NOTHING_PERSONAL: Final = frozenset({"audit_root", "cleared_entry", "erased_row"})
"""Append-only tables without a person's name or words."""
