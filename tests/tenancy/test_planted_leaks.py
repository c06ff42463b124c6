"""What stands behind the queries where they fail, and that the walk notices where nothing does: leaks planted and found."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from tests.tenancy.houses import House, house
from tests.tenancy.marked import GUARDED, digest, dump, marks_in
from tests.tenancy.two import Two, clients_of, vector_leaks, walk

from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.vectors import TenantVectors
from hourtrail.store import Store
from hourtrail.store.engine import make_engine
from hourtrail.store.locations import normalised
from hourtrail.store.schema import metadata
from hourtrail.store.scope import Scope
from hourtrail.store.tenants import walks_past_row_security


def _clerk(store: Store, name: str) -> Store:
    """The same database by a role that owns nothing and is no superuser: row-level security holds for it."""
    url = normalised(store.engine.url.render_as_string(hide_password=False))
    with psycopg.connect(
        store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as admin:
        admin.execute(f'CREATE ROLE "{name}" LOGIN')
        admin.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{name}"')
    return Store(make_engine(url.set(username=name)))


@pytest.fixture
def clerk(two: Two) -> Iterator[Store]:
    if two.store.engine.dialect.name != "postgresql":
        pytest.skip(
            "SQLite has no row-level security: there the queries alone keep tenants apart, and the walk shows it"
        )
    name = f"clerk_{two.birch.code}"
    opened = _clerk(two.store, name)
    yield opened
    opened.close()
    with psycopg.connect(
        two.store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as admin:
        admin.execute(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')


def test_every_table_refuses_another_tenants_rows_whatever_the_statement(two: Two, clerk: Store) -> None:
    alder, birch = two.alder.tenant, two.birch.tenant
    for table in metadata.sorted_tables:
        with clerk.tenant(birch) as db:
            connection = db._connection
            assert (
                connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.tenant == alder)) == 0
            ), table.name
            assert (
                connection.execute(sa.update(table).where(table.c.tenant == alder).values(tenant=alder)).rowcount == 0
            )
            assert connection.execute(sa.delete(table).where(table.c.tenant == alder)).rowcount == 0
        with two.store.engine.connect() as owner:
            row = owner.execute(sa.select(table).where(table.c.tenant == alder).limit(1)).mappings().first()
        if table.name in GUARDED:
            continue
        assert row is not None, f"nothing was planted in {table.name}"
        with pytest.raises((HourtrailError, sa.exc.DBAPIError)) as caught, clerk.tenant(birch) as db:
            db._connection.execute(table.insert().values(dict(row)))
        assert "row-level security" in str(caught.value.__cause__ or caught.value), table.name
    assert two.changed() == []


def test_a_role_that_row_security_does_not_hold_back_is_known(two: Two, clerk: Store) -> None:
    assert walks_past_row_security(two.store.engine)
    assert not walks_past_row_security(clerk.engine)


def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query that forgets whose rows it may read."""

    def select(_self: Scope, table: sa.Table, *columns: Any) -> sa.Select[Any]:
        return sa.select(*(columns or (table,)))

    monkeypatch.setattr(Scope, "_select", select)


READING = frozenset({"GET"})


def test_row_level_security_holds_where_every_query_forgot_its_filter(
    two: Two, clerk: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(clerk, forgetful=False) as found:
        asked = replace(two, house=House(found.app, two.store))
        clients = clients_of(asked.house, two.birch.tenant, two.birch)
        _forgetful(monkeypatch)
        assert walk(asked, clients, methods=READING, only="/v1") == []


def test_a_planted_leak_of_reading_is_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same forgetful queries where nothing stands behind them: by the superuser, or on SQLite."""
    program = two.house.program(two.birch.tenant)
    days = {"from": "2026-02-16", "to": "2026-03-13"}
    assert marks_in(program.get("/v1/time-entries", params=days).text, two.alder, two.names.sent) == ""
    _forgetful(monkeypatch)
    found = marks_in(program.get("/v1/time-entries", params=days).text, two.alder, two.names.sent)
    print("found where it was planted:", found)  # noqa: T201 - shown with -rP
    assert found.startswith("text")


def test_a_planted_leak_of_writing_is_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Store.tenant

    def elsewhere(self: Store, name: str, *, read_only: bool = False) -> Any:
        return real(self, two.alder.tenant if name == two.birch.tenant and not read_only else name, read_only=read_only)

    assert two.changed() == []
    monkeypatch.setattr(Store, "tenant", elsewhere)
    with two.store.tenant(two.birch.tenant) as db:
        db.put_vectors("f", {"planted": b"1"})
    monkeypatch.undo()
    assert two.changed() == ["text_vector"]
    two.before = digest(dump(two.store, two.alder.tenant))


def test_a_planted_leak_of_the_memory_is_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TenantVectors, "_own", lambda _self, fingerprint: fingerprint)
    two.house.app.state.tenancy.served(two.alder.tenant).vectors.put_vectors("f", {two.alder.text: b"1"})
    assert vector_leaks(two)
