"""The tables about a tenant itself: its state, the versions of its settings, its logo.

Apart from ``schema.py`` only for its length; the same metadata, the same rules.
"""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, Table

from hourtrail.domain.tenant import TenantState
from hourtrail.store.schema import _key, _texts, metadata
from hourtrail.store.types import EnumText, Instant, Json

# Whoever has opened the list of tenants (``Store.tenants``) reads it across tenants: names and states, nothing else.
tenant_state: Final = Table(
    "tenant_state", metadata, _key("tenant"), Column("place", Integer(), primary_key=True, autoincrement=False),
    Column("state", EnumText(TenantState), nullable=False), *_texts("actor", "reason"),
    Column("at", Instant(), nullable=False),
)  # fmt: skip

tenant_settings: Final = Table(
    "tenant_settings", metadata, _key("tenant"), Column("version", Integer(), primary_key=True, autoincrement=False),
    *_texts("actor", "reason", "digest"), Column("at", Instant(), nullable=False),
    Column("document", Json(), nullable=False),
)  # fmt: skip

brand_logo: Final = Table(
    "brand_logo", metadata, _key("tenant"), _key("digest"), Column("content", LargeBinary(), nullable=False),
    Column("at", Instant(), nullable=False),
)  # fmt: skip

APPEND_ONLY: Final = ("tenant_state", "tenant_settings")
