"""A real server on a free port before a store that holds a small firm, made by hand."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page
from tests.databases import KINDS, database, postgresql_server

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import SecretKind, csrf_token
from hourtrail.domain.errors import NotFound
from hourtrail.flows.demo import lay_out, run_demo
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account, grant
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.flows.identity.sign_in import start_session
from hourtrail.policy.roles import SCOPES
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models, sources
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login
from hourtrail_serving.wire import BoundedProtocol

SMALL_FIRM = Path(__file__).parents[1] / "data" / "small_firm"
FIRST, LAST, TENANT = date(2026, 3, 2), date(2026, 3, 13), "northlight"
ADA, BEN, DANA = "ada@northlight.example", "ben@northlight.example", "dana@northlight.example"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


CHEAP = Passwords(memory_kib=8, passes=1)
"""The same hash at a cost that no test has to wait for."""


def session_for(store: Store, person: str, *roles: Role) -> str:
    """The cookie of a session of this person, who gets an account and the roles where they are missing."""
    try:
        account = grant(store, TENANT, person, roles, "test").account
    except NotFound:
        account = add_account(store, TENANT, NewAccount(login=person, roles=roles), "test", passwords=CHEAP).account
    return start_session(store, TENANT, account, "test").secret


def key_for(store: Store, name: str = "psa") -> str:
    """An API key with every scope that a program can have."""
    new = NewSecret(kind=SecretKind.API_KEY, program=name, scopes=SCOPES, life=timedelta(days=1))
    return create_secret(store, TENANT, new, "test").secret


@dataclass(frozen=True)
class Site:
    """A running server, its store, and a program that talks to it with a key."""

    url: str
    store: Store
    http: httpx2.Client
    app: FastAPI
    people: dict[tuple[str, Role], httpx2.Client] = field(default_factory=dict)

    def person(self, who: str, role: Role) -> httpx2.Client:
        """A client of somebody who signed in, with one role; a session for each, the account is told by both."""
        if (who, role) not in self.people:
            session = session_for(self.store, who, role)
            headers = {"X-CSRF-Token": csrf_token(session), "Cookie": f"hourtrail_session={session}"}
            self.people[who, role] = httpx2.Client(base_url=self.url, timeout=60, headers=headers)
        return self.people[who, role]

    def enter(self, context: BrowserContext, who: str, *roles: Role) -> None:
        """Sign somebody in, in a browser."""
        session = session_for(self.store, who, *(roles or (Role.CONSULTANT,)))
        context.add_cookies([{"name": "hourtrail_session", "value": session, "url": self.url}])

    def get(self, path: str, **params: str) -> Any:
        response = self.http.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def open_suggestions(self, person: str = ADA) -> list[dict[str, Any]]:
        found = self.get("/v1/suggestions", person=person, status="open")["suggestions"]
        return [row for row in found if row["project"]]

    def entries(self) -> list[Any]:
        with self.store.tenant(TENANT, read_only=True) as db:
            return list(db.entries())

    def decide(self, row: dict[str, Any], verdict: str = "accept", **more: Any) -> httpx2.Response:
        body = {"suggestion": row["id"], "verdict": verdict, "actor": row["person"], **more}
        return self.http.post("/v1/decisions", json=body)


@contextmanager
def running(store: Store, *, key: str | None = None, login: Login | None = None, quiet: float = 0.0) -> Iterator[Site]:
    """A server with a login; without a ``key`` its program gets one with every scope."""
    app = create_app(store, TENANT, load_models(rules_only=True), login=login or Login(passwords=CHEAP), quiet=quiet)
    key = key_for(store) if key is None else key
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", http=BoundedProtocol, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.02)
        assert server.started
        with httpx2.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
            site = Site(url, store, client, app)
            yield site
            for one in site.people.values():
                one.close()
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def fill(store: Store, folder: Path) -> None:
    run_demo(
        store,
        lay_out(folder, SMALL_FIRM),
        models=load_models(rules_only=True),
        sources=sources(),
        progress=lambda _line: None,
        first=FIRST,
        last=LAST,
        tenant=TENANT,
    )


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the sample firm."""
    folder = tmp_path_factory.mktemp("sample")
    path = folder / "sample.db"
    with open_store(f"sqlite:///{path}") as store:
        fill(store, folder)
    return path


@pytest.fixture
def store(sample: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(sample, tmp_path / "copy.db")
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}") as opened:
        yield opened


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    """The sample firm on a SQLite file of this test's own."""
    with running(store) as found:
        yield found


@pytest.fixture(scope="session")
def standing(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample firm on one SQLite file, for tests that change nothing."""
    path = tmp_path_factory.mktemp("standing") / "copy.db"
    shutil.copy(sample, path)
    with open_store(f"sqlite:///{path}") as opened, running(opened) as found:
        yield found


@pytest.fixture(scope="session", params=KINDS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample firm on each database, shared: a test takes open suggestions of its own and leaves the others alone."""
    folder = tmp_path_factory.mktemp(f"shared-{request.param}")
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, server))
        store = stack.enter_context(open_store(url))
        fill(store, folder)
        yield stack.enter_context(running(store))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when the browser reports an error, a refused resource included."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    problems: list[str] = []
    # The browser reports a page that was answered with 4xx as an error too; those pages have tests of their own.
    opened.on(
        "console",
        lambda said: (
            problems.append(said.text) if said.type == "error" and "with a status of 4" not in said.text else None
        ),
    )
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: problems.append(request.url) if "127.0.0.1" not in request.url else None)
    yield opened
    context.close()
    assert problems == []
