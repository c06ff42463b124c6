"""Every route with what does not fit: a problem and never a failure inside, and what is refused leaves nothing in the database.

The routes are read from the application, so that one added this morning is asked this evening.
"""

import asyncio
import copy
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from tests.databases import KINDS, database, postgresql_server
from tests.serving.bad_values import BROKEN, IN_CURSOR, IN_FORM, IN_HEADER, IN_PATH, IN_QUERY, STORED, VALUES
from tests.serving.conftest import ADA, CHEAP, TENANT, fill, key_for, session_for
from tests.serving.good_requests import BODIES, FORMS, PATHS
from tests.tenancy.marked import dump

from hourtrail.domain.access import Principal, PrincipalKind, Role
from hourtrail.domain.accounts import SecretKind, csrf_token
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.policy.roles import SCOPES, permissions_of, permissions_of_scopes
from hourtrail.store import Store, open_store
from hourtrail.store.schema import metadata
from hourtrail.wiring import load_models
from hourtrail_serving.access import RULES
from hourtrail_serving.app import MOST_BYTES, ROUTERS, create_app
from hourtrail_serving.gate import Login
from hourtrail_serving.pace import Pace

ROUTES = {(method, route.path): route for router in ROUTERS for route in router.routes for method in route.methods}
OPEN_PAGES = {key for key in ROUTES if not key[1].startswith("/v1")}
WRITES = sorted(key for key, route in ROUTES.items() if route.dependant.body_params or key in FORMS)
NOTED = {"secret", "session"}
"""Tables that say when a credential was used last."""
FAILED = {"sign_in_failure", "audit_event", "audit_payload"}
"""Where a failed sign-in is counted: that much is kept of one on purpose."""


DEEP = os.environ.get("HOURTRAIL_FUZZ") == "deep"
ONE_IN = 3
"""Of the values that may stand at a place the everyday walk tries every third, at each place others; ``make fuzz`` all of them."""


@dataclass(frozen=True)
class Walk:
    """A server before a firm, who may call each of its routes, and a second look at its database."""

    app: FastAPI
    store: Store
    loop: asyncio.AbstractEventLoop
    clients: dict[str, dict[str, str]]
    values: dict[str, str]
    version: Callable[[], int]
    """Another number whenever somebody has written something."""

    def who(self, key: tuple[str, str]) -> dict[str, str]:
        """The headers of somebody who may: a wrong request of somebody who may not is refused before it is read."""
        rule = RULES[key]
        held = {"program": permissions_of_scopes(SCOPES), **{role.value: permissions_of([role]) for role in Role}}
        for name, permissions in held.items():
            if rule.lets(Principal(kind=PrincipalKind.PERSON, id="", name="", permissions=permissions)):
                return self.clients[name] if not rule.is_open else {}
        raise AssertionError(key)

    @staticmethod
    def rule_is_open(key: tuple[str, str]) -> bool:
        return RULES[key].is_open

    def filled(self, value: Any) -> Any:
        text = re.sub(r"\$(\w+)", lambda found: self.values[found[1]], json.dumps(value))
        return json.loads(text)

    def path(self, path: str, **changed: str) -> str:
        values = {name: quote(value, safe="") for name, value in self.filled(PATHS).items()} | changed
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "x"), path)

    @property
    def is_server(self) -> bool:
        """Whether the database is PostgreSQL, which takes other texts and numbers than SQLite does."""
        return self.store.engine.dialect.name == "postgresql"

    def rows(self) -> dict[str, list[str]]:
        return dump(self.store, TENANT)


@pytest.fixture(scope="module", params=KINDS)
def walk(request: pytest.FixtureRequest, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp(f"bad-{request.param}")
    login = Login(passwords=CHEAP, pace=Pace(of_a_person=10**9, of_a_program=10**9, of_an_address=10**9))
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, server))
        if not server:
            shutil.copy(sample, folder / "hourtrail.db")
        store = stack.enter_context(open_store(url))
        if server:
            fill(store, folder)
        version = stack.enter_context(_watched(store, folder / "hourtrail.db"))
        app = create_app(store, TENANT, load_models(rules_only=True), login=login)
        clients = {role.value: _person(store, role) for role in Role}
        clients["program"] = {"Authorization": f"Bearer {key_for(store)}"}
        loop = stack.enter_context(asyncio.Runner()).get_loop()
        yield Walk(app, store, loop, clients, _names(app, clients["program"]), version)


@contextmanager
def _watched(store: Store, file: Path) -> Iterator[Callable[[], int]]:
    """A number that another connection asks for, and that is another one whenever something was written."""
    if store.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(file)) as seen:
            yield lambda: int(seen.execute("PRAGMA data_version").fetchone()[0])
        return
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as seen:
        seen.execute("CREATE SEQUENCE writes")
        seen.execute(
            "CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM nextval('writes'); RETURN NULL; END $$"
        )
        for table in metadata.sorted_tables:
            # Of what is taken back too: that costs a comparison, and misses nothing.
            seen.execute(
                f'CREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON "{table.name}" EXECUTE FUNCTION count_write()'
            )
        yield lambda: int((seen.execute("SELECT last_value FROM writes").fetchone() or [0])[0])


def _person(store: Store, role: Role) -> dict[str, str]:
    session = session_for(store, f"{role}@northlight.example", role)
    return {"Cookie": f"hourtrail_session={session}", "X-CSRF-Token": csrf_token(session)}


def _names(app: FastAPI, headers: dict[str, str]) -> dict[str, str]:
    """What things are called in this store."""
    client = TestClient(app, base_url="http://localhost", headers=headers)
    rows = client.get("/v1/suggestions", params={"person": ADA, "status": "open"}).json()["suggestions"]
    first, other, last = (row["id"] for row in [row for row in rows if row["project"]][:3])
    decided = client.post("/v1/decisions", json={"suggestion": last, "verdict": "accept", "actor": ADA}).json()
    return {
        "suggestion": first, "other": other, "decision": decided["decision"]["id"],
        "entry": decided["time_entries"][0]["id"], "finding": "finding_none", "order": "order_none", "draft": "draft_none",
        "soon": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(),
    }  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """One request that does not fit, and what is wrong with it."""

    what: str
    path: str
    content: bytes | None = None
    headers: tuple[tuple[str, str | bytes], ...] = ()
    has_length: bool = True


JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def asks(walk: Walk, method: str, route: APIRoute) -> Iterator[Ask]:
    """Everything that may be wrong with a request to one route, one thing at a time."""
    key = (method, route.path)
    path, required = walk.path(route.path), dict(_required(route))
    content, kind = _good(walk, key, route)
    plain = f"{path}?{urlencode(required)}"
    for name in re.findall(r"\{(\w+)\}", route.path):
        for value in IN_PATH:
            yield Ask(
                f"{name} {value[:20]}", f"{walk.path(route.path, **{name: value})}?{urlencode(required)}", content, kind
            )
    for name in _queries(route):
        rest = urlencode({other: value for other, value in required.items() if other != name})
        for value in (*IN_QUERY, *(IN_CURSOR if name == "cursor" else ())):
            yield Ask(f"?{name}={value[:20]}", f"{path}?{rest}&{name}={value}", content, kind)
    for name in ("Idempotency-Key", "If-Match", "Accept"):
        for value in IN_HEADER:
            yield Ask(f"{name} {value[:9]!r}", plain, content, (*kind, (name, value)))
    if content is None:
        return
    for what, made in _changed(walk, key, route):
        yield Ask(what, plain, made, kind)
    if walk.is_server:
        # What follows is refused before any database is asked, so it is sent once, before SQLite.
        return
    for body in BROKEN:
        yield Ask(f"body {body[:20]!r}", plain, body, kind)
    yield Ask("another type", plain, content, FORM if kind == JSON else JSON)
    yield Ask("latin-1 form", plain, b"a=\xff&b=%ff&%00=%00", FORM)
    yield Ask("no boundary", plain, content, (("Content-Type", "multipart/form-data"),))
    yield Ask("no type", plain, content, (("Content-Type", ""),))
    yield Ask("many fields", plain, b"a=1&" * 3000, FORM)
    yield Ask("too large", plain, b" " * (MOST_BYTES + 1), kind)
    yield Ask("too large, no length", plain, b" " * (MOST_BYTES + 1), kind, has_length=False)


def _required(route: APIRoute) -> Iterator[tuple[str, str]]:
    known = {"kind": "time-entries", "from": "2026-03-02", "to": "2026-03-03", "source": "psa", "external_id": "x"}
    for dependant in _flat(route.dependant):
        for param in dependant.query_params:
            if param.field_info.is_required():
                yield param.alias, known.get(param.alias, "x")


def _queries(route: APIRoute) -> list[str]:
    return [param.alias for dependant in _flat(route.dependant) for param in dependant.query_params]


def _flat(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)


def _form(route: APIRoute) -> dict[str, str]:
    [param] = route.dependant.body_params
    return dict.fromkeys(param.field_info.annotation.model_fields, "x")


def _good(walk: Walk, key: tuple[str, str], route: APIRoute) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
    if key not in WRITES:
        return None, ()
    if key in BODIES:
        return json.dumps(walk.filled(BODIES[key])).encode(), JSON
    return urlencode(walk.filled(FORMS.get(key) or _form(route))).encode(), FORM


def _changed(walk: Walk, key: tuple[str, str], route: APIRoute) -> Iterator[tuple[str, bytes]]:
    """The good body with one value in it that is not."""
    if key not in BODIES:
        form = walk.filled(FORMS.get(key) or _form(route))
        for name in form:
            for value in IN_FORM:
                rest = urlencode({other: text for other, text in form.items() if other != name})
                yield f"{name}={value[:9]}", f"{rest}&{name}={value}".encode()
        return
    body = walk.filled(BODIES[key])
    for number, place in enumerate(_places(body), len(route.path)):
        for value in _some(STORED if walk.is_server else VALUES, number):
            yield f"{place} {value[:24]}", _put(body, place, value)
    text = json.dumps(body)
    yield "unknown member", json.dumps({**body, "nothing": 1}).encode()
    yield "utf-16", text.encode("utf-16")
    yield "twice", f"{text[:-1]}, {text[1:]}".encode()


def _some(values: Sequence[str], number: int) -> Sequence[str]:
    return values if DEEP else values[number % ONE_IN :: ONE_IN]


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*at, name)
        # One row stands for all of its kind.
        if not (isinstance(value, list) and name):
            yield from _places(member, (*at, name))


def _put(body: Any, place: tuple[Any, ...], text: str) -> bytes:
    changed = copy.deepcopy(body)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = "@here@"
    return json.dumps(changed).replace('"@here@"', text).encode()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    text: str


def send(walk: Walk, method: str, ask: Ask, who: dict[str, str]) -> Answer:
    """Straight into the application, as the server would hand it on: no client corrects what is wrong on purpose."""
    return walk.loop.run_until_complete(_sent(walk.app, method, ask, who))


async def _sent(app: FastAPI, method: str, ask: Ask, who: dict[str, str]) -> Answer:
    path, _, query = ask.path.partition("?")
    headers = [
        (b"host", b"localhost"),
        *((name.lower().encode(), _bytes(value)) for name, value in (*who.items(), *ask.headers)),
    ]
    content = ask.content or b""
    if ask.has_length:
        headers.append((b"content-length", str(len(content)).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "root_path": "",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    parts = [content[at : at + 2**20] for at in range(0, len(content), 2**20)] or [b""]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return (
            {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}
            if parts
            else {"type": "http.disconnect"}
        )

    async def keep(message: dict[str, Any]) -> None:
        said.append(message)

    try:
        await app(scope, receive, keep)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - Starlette answers 500 and then raises for the server's log
        assert said, "nothing was answered at all"
    told = dict(said[0]["headers"]).get(b"content-type", b"").decode()
    text = b"".join(message.get("body", b"") for message in said[1:])[:5000].decode(errors="replace")
    return Answer(said[0]["status"], told, text)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def faults(walk: Walk, method: str, route: APIRoute) -> Iterator[str]:
    """What is wrong with the answers of one route."""
    who, api = walk.who((method, route.path)), route.path.startswith("/v1")
    version, before = walk.version(), walk.rows()
    for ask in asks(walk, method, route):
        answer = send(walk, method, ask, who)
        status, kind = answer.status, answer.kind
        if status >= 500:
            yield f"{ask.what}: {status} {answer.text[:200]}"
        if status >= 400 and api and kind != "application/problem+json" and "oauth" not in route.path:
            yield f"{ask.what}: {status} as {kind}"
        if "Traceback" in answer.text or "sqlalchemy" in answer.text:
            yield f"{ask.what}: tells of the inside"
        now = walk.version()
        if now != version:
            rows = walk.rows()
            kept = {name for name, row in rows.items() if row != before[name]} - NOTED
            if status >= 400 and kept - (FAILED if walk.rule_is_open((method, route.path)) else set()):
                yield f"{ask.what}: {status}, and yet something was kept in {sorted(kept)}"
            version, before = now, rows


@pytest.mark.parametrize(
    "key", sorted(ROUTES, key=lambda key: (key[0] != "GET", "sign-out" in key[1], key)), ids=" ".join
)
def test_what_does_not_fit_is_a_problem_and_keeps_nothing(walk: Walk, key: tuple[str, str]) -> None:
    found = list(faults(walk, key[0], ROUTES[key]))
    assert found == [], f"{len(found)} of them, say {found[:5]}"


def test_no_route_takes_a_credential_that_is_none(walk: Walk) -> None:
    good = walk.clients["program"]["Authorization"].removeprefix("Bearer ")
    ended = create_secret(
        walk.store,
        TENANT,
        NewSecret(kind=SecretKind.API_KEY, program="old", scopes=SCOPES, life=timedelta(microseconds=1)),
        "test",
    )
    foreign = create_secret(
        walk.store,
        "elsewhere",
        NewSecret(kind=SecretKind.API_KEY, program="x", scopes=SCOPES, life=timedelta(days=1)),
        "test",
    )
    shown: list[tuple[str, str | bytes]] = [
        ("Authorization", f"Bearer {secret}")
        for secret in (ended.secret, foreign.secret, good[:-1], good.replace("htk_", "hta_"), "", "x" * 5000)
    ]
    shown += [
        ("Authorization", b"Bearer \xff\xfe"),
        ("Authorization", "Basic eDp4"),
        ("Cookie", f"hourtrail_session={good}"),
    ]
    before = walk.rows()
    for method, path in sorted(ROUTES):
        if path.startswith("/v1") and not RULES[method, path].is_open:
            for header in shown:
                answer = send(walk, method, Ask("credential", walk.path(path), headers=(header,)), {})
                assert (answer.status, answer.kind) == (401, "application/problem+json"), (method, path, header[1][:30])
    after = walk.rows()
    assert {name for name in after if after[name] != before[name]} <= NOTED


def test_every_body_has_one_that_fits() -> None:
    assert {key for key in WRITES if key[1].startswith("/v1")} <= set(BODIES) | set(FORMS), "add it to good_requests.py"
