"""Nothing of one tenant turns up at another: through no route, job, command, log, cache, cursor or retry, and no write reaches it.

Each test prints what it found where; the last ones plant leaks and show that they are found.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from starlette.testclient import TestClient
from tests.databases import KINDS, database, postgresql_server
from tests.tenancy.houses import House, house
from tests.tenancy.marked import GUARDED, NINE, Marks, digest, dump, fill_marked, marks_in, names_of, plant_everywhere
from tests.tenancy.walking import Ask, Names, asks, routes

from hourtrail.cli import hourtrail
from hourtrail.domain.access import Principal, PrincipalKind, Role
from hourtrail.domain.errors import HourtrailError
from hourtrail.flows.vectors import TenantVectors
from hourtrail.policy.roles import SCOPES, permissions_of, permissions_of_scopes
from hourtrail.store import Store, open_store
from hourtrail.store.engine import make_engine
from hourtrail.store.locations import normalised
from hourtrail.store.schema import metadata
from hourtrail.store.scope import Scope
from hourtrail.wiring import load_models
from hourtrail_serving.access import RULES, SAFE

WIDE = {"limits": {"person_per_minute": 100_000, "program_per_minute": 1_000_000}}


@dataclass
class Two:
    """The tenants ``alder``, whose things are asked for, and ``birch``, who asks."""

    house: House
    alder: Marks
    birch: Marks
    names: Names
    before: dict[str, str]

    @property
    def store(self) -> Store:
        return self.house.store

    def changed(self) -> list[str]:
        """The tables of alder that are not what they were."""
        now = digest(dump(self.store, self.alder.tenant))
        return [name for name, rows in self.before.items() if now[name] != rows]


@pytest.fixture(scope="module", params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp(f"fuzz-{request.param}")
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, server))
        store = stack.enter_context(open_store(url))
        found = stack.enter_context(house(store, forgetful=False))
        yield _filled(found, folder)


def _filled(found: House, folder: Path) -> Two:
    alder, birch = Marks("alder"), Marks("birch")
    for marks in (alder, birch):
        fill_marked(found.store, marks, folder)
        with found.store.tenant(marks.tenant) as db:
            db.change_settings({**WIDE, "brand": {"product": marks.code}}, actor=marks.ada, at=NINE, reason=marks.code)
    cursors = _used(found, alder)
    planted = plant_everywhere(found.store, alder)
    print("planted in", ", ".join(planted))  # noqa: T201 - read when something fails
    names = Names(names_of(found.store, alder.tenant, alder), cursors)
    assert all(metadata.tables[name] is not None for name in planted)
    return Two(found, alder, birch, names, digest(dump(found.store, alder.tenant)))


def _used(found: House, marks: Marks) -> list[str]:
    """What alder's own program does first: a kept answer, a text in the vector memory, cursors of its lists."""
    program = found.program(marks.tenant)
    activity = {"source": "x", "external_id": "1", "kind": "meeting", "person": marks.ada, "start": "2026-03-05T09:00:00Z",
                "end": "2026-03-05T10:00:00Z", "title": f"Portal {marks.text}"}  # fmt: skip
    assert program.post("/v1/suggestions:score", json={"activities": [activity]}).status_code == 200
    [row, *_] = program.get("/v1/suggestions", params={"person": marks.ada, "status": "open"}).json()["suggestions"]
    body = {"suggestion": row["id"], "verdict": "reject", "actor": marks.ada, "note": marks.text}
    assert program.post("/v1/decisions", json=body, headers={"Idempotency-Key": "shared"}).status_code == 201
    found.person(marks.tenant, marks.ada, Role.CONSULTANT)
    cursors = []
    for method, route in routes():
        if method == "GET" and route.path.startswith("/v1") and "{" not in route.path:
            answer = program.get(
                route.path, params={"limit": "1", "person": marks.ada, "from": "2026-02-01", "to": "2026-03-31"}
            )
            if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
                cursor = answer.json().get("next_cursor")
                cursors += [cursor] if cursor else []
    return cursors


def _clients(found: House, tenant: str, marks: Marks) -> dict[str, TestClient]:
    """A program with every scope, and somebody in each role; nobody holds two of them, so that none is in the way."""
    people = {role.value: found.person(tenant, f"{role}@{marks.code}.example", role) for role in Role}
    return {"program": found.program(tenant), **people}


def _who(method: str, path: str) -> list[str]:
    """Who may call the route: the program, and the first role."""
    rule = RULES[method, path]
    held = {"program": permissions_of_scopes(SCOPES), **{role.value: permissions_of([role]) for role in Role}}
    may = [
        name for name, permissions in held.items()
        if rule.lets(Principal(kind=PrincipalKind.PERSON, id="", name="", permissions=permissions))
    ]  # fmt: skip
    return may[:2]


def _sent(client: TestClient, ask: Ask) -> str:
    """The whole answer as text: headers too."""
    answer = client.request(
        ask.method,
        ask.path,
        params=dict(ask.query),
        json=ask.json,
        data=ask.form,
        headers={"Accept": "*/*", **dict(ask.headers)},
    )
    assert answer.status_code != 500, f"{ask}: {answer.text[:300]}"
    return f"{dict(answer.headers)}\n{answer.text}"


def walk(
    two: Two, clients: dict[str, TestClient] | None = None, *, methods: frozenset[str] | None = None, only: str = ""
) -> list[str]:
    """Every route asked by birch for what is alder's; every leak that was found, in words."""
    clients = clients or _clients(two.house, two.birch.tenant, two.birch)
    leaks: list[str] = []
    for method, route in routes():
        if (methods is not None and method not in methods) or not route.path.startswith(only):
            continue
        for number, who in enumerate(_who(method, route.path)):
            for ask in list(asks(method, route, two.names))[: None if number == 0 else 3]:
                text = _sent(clients[who], ask)
                found = marks_in(text, two.alder, two.names.sent)
                if found:
                    leaks.append(f"{who}: {ask}: {found}")
        if len(leaks) > 20:
            break
    return [*leaks, *(f"something changed alder's {name}" for name in two.changed())]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that our own code says, down to the smallest word."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy", "httpx2", "httpcore2", "asyncio", "httpx"):
        caplog.set_level(logging.WARNING, logger=name)
    return caplog


def test_no_route_tells_or_changes_what_is_anothers(two: Two, logged: pytest.LogCaptureFixture) -> None:
    leaks = walk(two)
    assert leaks == []
    said = "\n".join(record.getMessage() for record in logged.records)
    # Nobody's text belongs into a log, one's own neither.
    assert not marks_in(said, two.alder, two.names.sent)
    assert two.birch.text not in said
    _nothing_kept(two)


def _nothing_kept(two: Two) -> None:
    """What birch stored on the way holds no word of alder's, nor do its opened activities."""
    with two.store.tenant(two.birch.tenant, read_only=True) as db:
        opened = repr(list(db.activities()))
    for name, rows in {**dump(two.store, two.birch.tenant), "opened": [opened]}.items():
        for row in rows:
            assert two.alder.text not in row, name


def test_a_retry_with_anothers_key_gets_no_answer_of_theirs(two: Two) -> None:
    program = two.house.program(two.birch.tenant)
    body = {"suggestion": "sug_none", "verdict": "reject", "actor": two.birch.ada}
    answer = program.post("/v1/decisions", json=body, headers={"Idempotency-Key": "shared"})
    assert answer.status_code == 404, "neither alder's answer nor the news that the key was used"
    assert not marks_in(answer.text, two.alder)


def vector_leaks(two: Two) -> list[str]:
    """Texts of alder that birch finds in the memory of vectors."""
    shared = two.house.app.state.tenancy.vectors
    kept = list(shared._kept)
    own = two.house.app.state.tenancy.served(two.birch.tenant).vectors
    alders = {digest for fingerprint, digest in kept if fingerprint.startswith(f"{two.alder.tenant}\x1f")} or {
        digest for _, digest in kept
    }
    fingerprints = {fingerprint.rpartition("\x1f")[2] for fingerprint, _ in kept}
    return [digest for fingerprint in fingerprints for digest in own.vectors(fingerprint, sorted(alders))]


def test_the_memory_of_vectors_is_apart(two: Two) -> None:
    vectors = two.house.app.state.tenancy.served(two.alder.tenant).vectors
    vectors.put_vectors("f", {two.alder.text: b"1"})
    assert vector_leaks(two) == []


def test_the_same_work_at_another_firm_teaches_nothing(two: Two) -> None:
    """Alder confirmed this title in this series; birch, asked the same, names its own work alone."""
    activity = {"source": "icalendar", "external_id": "steering", "kind": "meeting", "person": two.birch.ada,
                "start": "2026-03-12T09:00:00Z", "end": "2026-03-12T10:00:00Z", "title": f"Portal steering {two.alder.text}",
                "series": f"steering@{two.alder.code}.example"}  # fmt: skip
    answer = two.house.program(two.birch.tenant).post("/v1/suggestions:score", json={"activities": [activity]})
    assert answer.status_code == 200
    text = answer.text.replace(activity["title"], "").replace(activity["series"], "")
    assert not marks_in(text, two.alder)


@pytest.mark.parametrize("job", sorted(point.name for point in entry_points(group="hourtrail.jobs")))
def test_no_job_reads_or_writes_what_is_anothers(two: Two, job: str, logged: pytest.LogCaptureFixture) -> None:
    [point] = entry_points(group="hourtrail.jobs", name=job)
    try:
        told = repr(point.load()(two.store, two.birch.tenant, datetime(2026, 3, 16, 2, tzinfo=UTC)))
    except HourtrailError as error:
        told = str(error)
    said = "\n".join(record.getMessage() for record in logged.records)
    assert not marks_in(told + said, two.alder, two.names.sent)
    assert two.changed() == []
    _nothing_kept(two)


SKIPPED = frozenset(
    {
        "serve",
        "simulate",
        "train",
        "refit",
        "drift",
        "demo",
        "backtest",
        "completion",
        "check",
        "ingest",
        "sources",
        "models",
    }
)
"""Commands that serve until they are stopped, make data, read files alone, or look at a registry."""


def _commands(
    group: click.Group, ctx: click.Context, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(ctx):
        if not before and name in SKIPPED:
            continue
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from _commands(command, ctx, (*before, name))
        if command is not None and any(param.name == "tenant" for param in command.params):
            yield (*before, name), command


def _words(command: click.Command, names: Names, folder: Path, turn: int) -> list[str]:
    """Arguments and required options, with alder's names in them."""
    words: list[str] = []
    for param in command.params:
        if not param.required and not isinstance(param, click.Argument):
            continue
        name = param.name or ""
        if isinstance(param.type, click.Choice):
            value = str(list(param.type.choices)[turn % len(param.type.choices)])
        elif isinstance(param.type, click.Path):
            value = str(folder / f"{name}-{turn}")
        elif param.type.name == "date":
            value = "2026-03-02" if "first" in name else "2026-03-13"
        else:
            value = names.one(name, turn)
        words += [value] if isinstance(param, click.Argument) else [param.opts[0], value]
    return words


def test_no_command_tells_or_changes_what_is_anothers(
    two: Two, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    ran = 0
    with hourtrail.make_context("hourtrail", ["--help-not"], resilient_parsing=True) as ctx:
        commands = list(_commands(hourtrail, ctx))  # type: ignore[arg-type]
    url = two.store.engine.url.render_as_string(hide_password=False)
    for path, command in commands:
        for turn in range(1 + any(isinstance(param, click.Argument) for param in command.params)):
            words = [*path, *_words(command, two.names, tmp_path, turn), "--tenant", two.birch.tenant, "--store", url]
            result = CliRunner().invoke(hourtrail, words, input="")
            ran += result.exit_code == 0
            told = f"{result.output}{result.exception or ''}"
            assert not marks_in(told, two.alder, [*two.names.sent, str(tmp_path)]), words
    assert ran > 10, "hardly any command did anything"
    assert two.changed() == []
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert not marks_in(file.read_bytes().decode("latin-1"), two.alder, two.names.sent), file
    assert not marks_in("\n".join(record.getMessage() for record in logged.records), two.alder, two.names.sent)


def test_a_partners_administrator_sees_accounts_and_settings_and_nothing_that_anybody_did(two: Two) -> None:
    """At alder itself, and at the partner that alder's settings name: no route tells a word of what was done."""
    partner = Marks("reseller")
    two.house.make(partner.tenant, **WIDE)
    with two.store.tenant(two.alder.tenant) as db:
        document = {**WIDE, "brand": {"product": two.alder.code}, "administration": {"partner": partner.tenant}}
        db.change_settings(document, actor="op", at=NINE, reason="")
    try:
        for tenant in (two.alder.tenant, partner.tenant):
            client = two.house.person(tenant, f"boss@{partner.code}.example", Role.PARTNER_ADMIN)
            seen = 0
            for method, route in routes():
                if "sign-out" in route.path or method not in SAFE:
                    continue
                for ask in asks(method, route, two.names):
                    text = _sent(client, ask)
                    seen += two.alder.code in text
                    # Names of people are part of accounts and settings, not texts of work.
                    assert two.alder.text not in text, (tenant, str(ask))
            assert seen, "it sees nothing at all, so this proves nothing"
        assert client.get(f"/v1/tenants/{two.alder.tenant}/accounts").status_code == 200
        assert client.get(f"/v1/tenants/{two.birch.tenant}/accounts").status_code == 404
    finally:
        two.before = digest(dump(two.store, two.alder.tenant))


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
        clients = _clients(asked.house, two.birch.tenant, two.birch)
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


def test_the_models_that_serve_are_shared_and_hold_nothing_of_anybody(two: Two) -> None:
    tenancy = two.house.app.state.tenancy
    one, other = (tenancy.served(marks.tenant).models for marks in (two.alder, two.birch))
    assert one is other
    assert load_models(rules_only=True).scorer.ref == one.scorer.ref
