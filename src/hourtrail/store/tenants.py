"""The list of an installation's tenants: names and states, read across tenants and nothing else."""

from sqlalchemy import Connection, Engine, func, select, text

from hourtrail.domain.tenant import TenantWord
from hourtrail.store.errors import told_plainly
from hourtrail.store.records import record_of
from hourtrail.store.tenant_schema import tenant_state

NOBODYS = "~nobody"
"""Where attempts to reach a tenant that there is not are counted; no tenant can have this name."""


def walks_past_row_security(engine: Engine) -> bool:
    """Whether row-level security does not hold back the role that ``engine`` connects as, say a superuser: then the queries
    alone keep tenants apart. SQLite has none to walk past. Raises StoreUnavailable for what the database refuses.
    """
    if engine.dialect.name != "postgresql":
        return False
    asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with told_plainly(engine.url), engine.connect() as connection:
        return bool(connection.scalar(asked))


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
