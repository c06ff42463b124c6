"""The list of an installation's tenants: names and states, read across tenants and nothing else."""

from sqlalchemy import Connection, func, select

from hourtrail.domain.tenant import TenantWord
from hourtrail.store.records import record_of
from hourtrail.store.tenant_schema import tenant_state

NOBODYS = "~nobody"
"""Where attempts to reach a tenant that there is not are counted; no tenant can have this name."""


def newest_words(connection: Connection) -> list[TenantWord]:
    """The newest word on each tenant, by name."""
    if connection.dialect.name == "postgresql":
        # Read by the one policy that lets a list be read; ends with the transaction.
        connection.execute(select(func.set_config("app.tenants", "listed", True)))
    newest = select(tenant_state.c.tenant, func.max(tenant_state.c.place).label("place")).group_by(
        tenant_state.c.tenant
    )
    last = newest.subquery()
    query = select(tenant_state).join(
        last, (last.c.tenant == tenant_state.c.tenant) & (last.c.place == tenant_state.c.place)
    )
    rows = connection.execute(query.order_by(tenant_state.c.tenant)).mappings()
    return [record_of(TenantWord, dict(row)) for row in rows if row["tenant"] != NOBODYS]
