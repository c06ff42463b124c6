"""Several tenants on one store behind one application: what the tests of this folder share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.serving.conftest import CHEAP

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import SecretKind, csrf_token
from hourtrail.flows.identity.people import NewAccount, add_account, grant
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.flows.identity.sign_in import start_session
from hourtrail.flows.tenants import NewTenant, create_tenant, template
from hourtrail.policy.roles import SCOPES
from hourtrail.store import Store
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login, Remembered
from hourtrail_serving.tenancy import Tenants

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class House:
    """One application, its store, and a clock by which nothing that is remembered lasts."""

    app: FastAPI
    store: Store

    def client(self, host: str = "localhost", **headers: str) -> TestClient:
        """A client that follows no redirect, so that each answer is looked at."""
        return TestClient(self.app, base_url=f"http://{host}", headers=headers, follow_redirects=False)

    def make(self, name: str, **settings: Any) -> None:
        """A tenant from the plain template, with settings of its own."""
        create_tenant(self.store, NewTenant(name=name, template=template("consulting")), "op", passwords=CHEAP)
        if settings:
            with self.store.tenant(name) as db:
                db.change_settings(settings, actor="op", at=NINE, reason="test")

    def key(self, tenant: str) -> str:
        """An API key with every scope."""
        new = NewSecret(kind=SecretKind.API_KEY, program="psa", scopes=SCOPES, life=timedelta(days=1))
        return create_secret(self.store, tenant, new, "test").secret

    def program(self, tenant: str) -> TestClient:
        """A program of a tenant."""
        return self.client(Authorization=f"Bearer {self.key(tenant)}")

    def session(self, tenant: str, login: str, *roles: Role) -> str:
        """The cookie of somebody who signed in."""
        with self.store.tenant(tenant, read_only=True) as db:
            known = db.find_account(login)
        if known is None:
            known = add_account(
                self.store, tenant, NewAccount(login=login, password="a long enough word", roles=roles), "test", passwords=CHEAP
            ).account  # fmt: skip
        else:
            grant(self.store, tenant, login, roles, "test")
        return start_session(self.store, tenant, known, "test").secret

    def person(self, tenant: str, login: str, *roles: Role, host: str = "localhost") -> TestClient:
        """The browser of somebody who signed in, with one role or more."""
        session = self.session(tenant, login, *roles)
        headers = {"Cookie": f"hourtrail_session={session}", "X-CSRF-Token": csrf_token(session)}
        return self.client(host, **headers)


@contextmanager
def house(store: Store, *tenants: str, forgetful: bool = True) -> Iterator[House]:
    """An application for these tenants, or for every one; a ``forgetful`` one remembers nothing between two requests."""
    login = Login(passwords=CHEAP, remembered=Remembered(seconds=0.0)) if forgetful else Login(passwords=CHEAP)
    app = create_app(store, Tenants(tenants or None), load_models(rules_only=True), login=login)
    if forgetful:
        ticks = iter(range(0, 10**9, 10))
        app.state.tenancy.clock = lambda: float(next(ticks))
    yield House(app, store)
