"""The tables of what a practice-management system keeps beside us: clients, projects, its ids, expenses, payments, and what is metered.

Apart from ``schema.py`` only for its length; the same metadata, the same rules.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, Table

from hourtrail.store.schema import _key, _master, _texts, metadata
from hourtrail.store.types import Exact, Instant, Json

client: Final = _master("client", *_texts("id", "name"), Column("closed", Boolean(), nullable=False))
project: Final = _master(
    "project", *_texts("client", "project", "name", "manager"), Column("closed", Boolean(), nullable=False)
)

# What another system calls a record of ours; ``key`` is that record's key in its own table.
external_reference: Final = Table(
    "external_reference", metadata, _key("tenant"), _key("kind"), _key("source"), _key("external_id"), *_texts("key"),
    Column("at", Instant(), nullable=False),
    Index("external_reference_by_key", "tenant", "kind", "key"),
)  # fmt: skip

# ``place`` counts what the source told of one record: it corrects by telling anew, and what it told before stays.
expense: Final = Table(
    "expense", metadata, _key("tenant"), _key("source"), _key("external_id"),
    Column("place", Integer(), primary_key=True, autoincrement=False), *_texts("person", "client", "project", "task"),
    Column("date", Date(), nullable=False), Column("amount", Exact(), nullable=False), *_texts("currency"),
    Column("billable", Boolean()), *_texts("category", "narrative", "receipt", "revision", "digest", "actor"),
    Column("extra", Json(), nullable=False), Column("at", Instant(), nullable=False),
    Index("expense_by_date", "tenant", "date"),
)  # fmt: skip

payment: Final = Table(
    "payment", metadata, _key("tenant"), _key("source"), _key("external_id"),
    Column("place", Integer(), primary_key=True, autoincrement=False), *_texts("draft"),
    Column("amount", Exact(), nullable=False), *_texts("currency"), Column("received_on", Date(), nullable=False),
    *_texts("note", "revision", "digest", "actor"), Column("extra", Json(), nullable=False),
    Column("at", Instant(), nullable=False),
    ForeignKeyConstraint(["tenant", "draft"], ["invoice_draft.tenant", "invoice_draft.id"], name="payment_draft"),
    Index("payment_by_draft", "tenant", "draft"),
)  # fmt: skip

# What no other table tells later: how much was done on a UTC day, in numbers alone.
usage_count: Final = Table(
    "usage_count", metadata, _key("tenant"), Column("day", Date(), primary_key=True), _key("unit"),
    Column("count", BigInteger(), nullable=False),
)  # fmt: skip

APPEND_ONLY: Final = ("expense", "payment")
