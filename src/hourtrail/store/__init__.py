"""The database: one schema on SQLite and PostgreSQL, append-only where the product promises it.

``open_store(url)`` gives a :class:`Store`; ``with store.tenant(name) as db`` gives a :class:`TenantStore` inside one
transaction. Decisions and moves of entries write their own audit events; everything else is recorded by the flow that
does it, with ``db.record``.
"""

from hourtrail.store.errors import StoreUnavailable
from hourtrail.store.locations import default_url
from hourtrail.store.opening import Store, open_store
from hourtrail.store.tenant import TenantStore
from hourtrail.store.upsert import Counts

__all__ = ["Counts", "Store", "StoreUnavailable", "TenantStore", "default_url", "open_store"]
