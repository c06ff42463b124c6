"""A practice-management system before an empty store, on each database: it sends everything itself."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, Final

import pytest
from starlette.testclient import TestClient
from tests.databases import KINDS, database, postgresql_server
from tests.serving.conftest import ADA, CHEAP

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import SecretKind, csrf_token
from hourtrail.domain.errors import NotFound
from hourtrail.flows.identity.people import NewAccount, add_account, grant
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.flows.identity.sign_in import start_session
from hourtrail.policy.roles import SCOPES
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login

Json = dict[str, Any]

_TENANTS: Final = count(1)


@dataclass(frozen=True)
class Psa:
    """The system's client, and the people of the firm that it talks about."""

    http: TestClient
    store: Store
    tenant: str

    def as_person(self, role: Role, who: str = ADA) -> TestClient:
        try:
            account = grant(self.store, self.tenant, who, (role,), "test").account
        except NotFound:
            new = NewAccount(login=who, roles=(role,))
            account = add_account(self.store, self.tenant, new, "test", passwords=CHEAP).account
        session = start_session(self.store, self.tenant, account, "test").secret
        headers = {"X-CSRF-Token": csrf_token(session), "Cookie": f"hourtrail_session={session}"}
        return TestClient(self.http.app, base_url="http://localhost", headers=headers)

    def put(self, path: str, *rows: Mapping[str, Any]) -> Json:
        answer = self.http.put(f"/v1/{path}", json={"rows": rows})
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(f"/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def refused(report: Mapping[str, Any]) -> list[tuple[int, str | None, str]]:
    """What was refused: index, field, reason."""
    return [(row["index"], row["field"], row["reason"]) for row in report["refused"]]


def counts(report: Mapping[str, Any]) -> Sequence[int]:
    """Created, updated, unchanged."""
    return [report[name] for name in ("created", "updated", "unchanged")]


@pytest.fixture(scope="session", params=KINDS)
def psa_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database of each kind: each test has a tenant of its own there."""
    folder = tmp_path_factory.mktemp(f"psa-{request.param}")
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, server))
        yield stack.enter_context(open_store(url))


@pytest.fixture
def psa(psa_store: Store) -> Psa:
    tenant = f"firm-{next(_TENANTS)}"
    app = create_app(psa_store, tenant, load_models(rules_only=True), login=Login(passwords=CHEAP))
    new = NewSecret(kind=SecretKind.API_KEY, program="psa", scopes=SCOPES, life=timedelta(days=1))
    key = create_secret(psa_store, tenant, new, "test").secret
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {key}"})
    return Psa(client, psa_store, tenant)
