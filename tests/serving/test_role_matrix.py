"""Role by route: every route of the application, asked by everybody, answers what the reviewed table says."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient
from tests.serving.conftest import CHEAP, TENANT, key_for, session_for

from hourtrail.domain.access import PEOPLE_ONLY, Principal, Role
from hourtrail.domain.accounts import csrf_token
from hourtrail.policy.roles import SCOPES, permissions_of, permissions_of_scopes
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_serving.access import RULES, RouteWithoutRule, require_rules
from hourtrail_serving.app import ROUTERS, create_app
from hourtrail_serving.gate import ANYBODY, Guarded, Login

TABLE = Path(__file__).parent / "role_matrix.csv"
PRINCIPALS = (*(role.value for role in Role), "program")
COLUMNS = ("route", "nobody", *PRINCIPALS)


def expected() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["route"]: row for row in csv.DictReader(file)}


def written() -> list[dict[str, str]]:
    """The table as the policy has it: the widest reach among the permissions that open a route, or "-"."""
    rows = []
    for (method, path), rule in RULES.items():
        row = {"route": f"{method} {path}", "nobody": "open" if rule.is_open else "-"}
        for name in PRINCIPALS:
            held = permissions_of_scopes(SCOPES) if name == "program" else permissions_of([Role(name)])
            reaches = [held[needed].value for needed in rule.needs if needed in held]
            row[name] = "open" if rule.is_open else (reaches or ["-"])[0]
        rows.append(row)
    return rows


def test_the_table_is_what_the_policy_and_the_rules_say(update_golden: bool) -> None:
    """A new route or role fails here until it stands in the table, where a person sees it."""
    if update_golden:
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(written())
    assert list(expected().values()) == written(), "run pytest --update-golden and review every changed line"


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    served = {(method, route.path) for router in ROUTERS for route in router.routes for method in route.methods}
    assert served == set(RULES)


def _answers() -> dict[str, str]:
    return {}


@pytest.mark.parametrize("guarded", [True, False])
def test_a_route_without_a_rule_or_a_gate_does_not_start(guarded: bool) -> None:
    router = APIRouter(route_class=Guarded) if guarded else APIRouter()
    router.get("/v1/new" if guarded else "/livez")(_answers)
    with pytest.raises(RouteWithoutRule, match="states no permission" if guarded else "asks nobody"):
        require_rules(router.routes, Guarded)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, TestClient]]:
    """Everybody, and nobody, before a store without any data."""
    with open_store(str(tmp_path_factory.mktemp("matrix") / "a.db")) as store:
        app = create_app(store, TENANT, load_models(rules_only=True), login=Login(passwords=CHEAP))

        def client(headers: dict[str, str]) -> TestClient:
            return TestClient(app, base_url="http://localhost", headers=headers, follow_redirects=False)

        found = {"nobody": client({}), "program": client({"Authorization": f"Bearer {key_for(store)}"})}
        for role in Role:
            session = session_for(store, f"{role}@firm.example", role)
            found[role.value] = client({"Cookie": f"hourtrail_session={session}", "X-CSRF-Token": csrf_token(session)})
        yield found


# What ends a session comes last.
@pytest.mark.parametrize(
    "route", sorted((f"{method} {path}" for method, path in RULES), key=lambda row: "sign-out" in row)
)
def test_everybody_is_let_in_or_refused_as_the_table_says(clients: dict[str, TestClient], route: str) -> None:
    method, path = route.split(" ")
    address = re.sub(r"\{date\}", "2026-03-02", path)
    address = re.sub(r"\{\w+\}", "x", address)
    row = expected()[route]
    for name, client in clients.items():
        answer = client.request(method, address, json={} if method == "POST" and path.startswith("/v1") else None)
        refused = answer.status_code == 403 and "this needs" in answer.text.lower()
        if row[name] == "open":
            assert answer.status_code != 403, name
        elif name == "nobody":
            assert answer.status_code == 401, name
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert path.startswith("/v1") == (answer.headers["content-type"] == "application/problem+json")
        else:
            assert refused == (row[name] == "-"), (name, answer.status_code, answer.text)
            assert answer.status_code != 401, name
            if refused and path.startswith("/v1"):
                assert answer.json()["type"] == "urn:hourtrail:problem:missing-permission"


def test_no_program_is_ever_given_what_only_people_may() -> None:
    assert not set(SCOPES) & PEOPLE_ONLY
    assert not set(permissions_of_scopes(PEOPLE_ONLY)) & PEOPLE_ONLY
    people_only = [row for row in RULES.values() if row.needs and set(row.needs) <= PEOPLE_ONLY]
    program = Principal(kind=ANYBODY.kind, id="p", name="p", permissions=permissions_of_scopes(SCOPES))
    assert people_only
    assert not any(rule.lets(program) for rule in people_only)
