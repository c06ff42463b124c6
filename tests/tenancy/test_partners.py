"""A partner's administrator looks after the firms that name the partner: reads how they stand, and does nothing inside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.tenancy.houses import NINE, House, house
from tests.tenancy.marked import digest, dump
from tests.tenancy.walking import Names, asks, routes

from hourtrail.domain.access import Role
from hourtrail.domain.tenant import TenantState
from hourtrail.flows.tenants import set_state
from hourtrail.store import open_store
from hourtrail_serving.access import RULES, SAFE

PARTS = ("", "/settings", "/accounts", "/usage")


@pytest.fixture
def firms(tmp_path: Path) -> Iterator[House]:
    """Partners ``north`` and ``south``, who look after ``acme`` and ``beta``; ``loner`` has none."""
    with open_store(str(tmp_path / "a.db")) as store, house(store) as found:
        for name in ("north", "south", "loner"):
            found.make(name)
        found.make("acme", administration={"partner": "north"})
        found.make("beta", administration={"partner": "south"})
        for name in ("acme", "beta", "loner"):
            found.session(name, f"kim@{name}.example", Role.ADMIN)
        yield found


def boss(firms: House, partner: str) -> TestClient:
    return firms.person(partner, f"boss@{partner}.example", Role.PARTNER_ADMIN)


def seen(client: TestClient) -> list[str]:
    return [row["tenant"] for row in client.get("/v1/tenants").json()["tenants"]]


def test_each_partner_sees_its_own_firms_and_of_all_others_not_that_there_are_any(firms: House) -> None:
    north, south = boss(firms, "north"), boss(firms, "south")
    assert (seen(north), seen(south)) == (["acme", "north"], ["beta", "south"])
    for part in PARTS:
        assert north.get(f"/v1/tenants/acme{part}").status_code == 200, part
        refused = [north.get(f"/v1/tenants/{name}{part}") for name in ("beta", "south", "loner", "nobody")]
        assert [one.status_code for one in refused] == [404] * 4, part
        # The words are the same whether there is such a firm or not, but for its name.
        words = {
            one.json()["detail"].replace(name, "NAME")
            for name, one in zip(("beta", "south", "loner", "nobody"), refused, strict=True)
        }
        assert len(words) == 1, words


def test_a_firm_that_takes_another_partner_is_gone_from_the_first_one_at_once(firms: House) -> None:
    north, south = boss(firms, "north"), boss(firms, "south")
    with firms.store.tenant("acme") as db:
        db.change_settings({"administration": {"partner": "south"}}, actor="op", at=NINE, reason="sold")
    assert (seen(north), seen(south)) == (["north"], ["acme", "beta", "south"])
    assert north.get("/v1/tenants/acme/accounts").status_code == 404


def test_no_firm_makes_itself_or_another_a_partner(firms: House) -> None:
    """The word is the operator's: neither side can say it over the API, whatever else it sends along."""
    for name in ("north", "acme", "loner"):
        admin = firms.person(name, f"kim@{name}.example", Role.ADMIN)
        for partner in ("north", "south", name):
            now = admin.get("/v1/settings").json()
            document = {**now["settings"], "administration": {"partner": partner}}
            answer = admin.put("/v1/settings", json={"settings": document, "reason": "mine"})
            same = now["settings"]["administration"]["partner"] == partner
            assert answer.status_code == (200 if same else 403), (name, partner, answer.text)
    assert seen(boss(firms, "south")) == ["beta", "south"]


WRITES = [(method, route) for method, route in routes() if method not in SAFE and not RULES[method, route.path].is_open]


def test_a_partner_changes_nothing_inside_a_firm_and_gives_itself_no_role_there(firms: House) -> None:
    """Every route that writes, with the firm's names in every place, by the partner's administrator."""
    assert len(WRITES) > 25
    before = {name: digest(dump(firms.store, name)) for name in ("acme", "beta", "loner")}
    client, done = firms.person("north", "boss@north.example", Role.PARTNER_ADMIN, Role.ADMIN), 0
    for method, route in WRITES:
        if "sign-out" in route.path:
            continue
        names = Names(
            {"tenant": ["acme"], "firm": ["acme"], "person": ["kim@acme.example"], "actor": ["kim@acme.example"]}
        )
        for ask in list(asks(method, route, names))[:4]:
            headers = {**dict(ask.headers), "X-Tenant": "acme", "Host": "localhost"}
            answer = client.request(
                method, ask.path, params=dict(ask.query), json=ask.json, data=ask.form, headers=headers
            )
            assert answer.status_code < 500, (str(ask), answer.text[:300])
            done += answer.is_success
    assert done, "nothing was carried out anywhere, so this proves nothing"
    assert {name: digest(dump(firms.store, name)) for name in before} == before


def test_a_role_at_the_partner_is_none_at_the_firm(firms: House) -> None:
    """The same person, known at both: what they may follows from the firm whose session they show."""
    both = "pat@people.example"
    at_north = firms.person("north", both, Role.PARTNER_ADMIN)
    at_acme = firms.person("acme", both, Role.CONSULTANT)
    assert seen(at_north) == ["acme", "north"]
    assert at_acme.get("/v1/tenants").status_code == 403
    assert at_north.get("/v1/suggestions", params={"person": both}).status_code == 403
    assert at_acme.get("/v1/me").json()["roles"] == ["consultant"]


def test_a_suspended_partner_looks_after_nobody_and_sees_a_suspended_firm_as_such(firms: House) -> None:
    north, south = boss(firms, "north"), boss(firms, "south")
    set_state(firms.store, "acme", TenantState.SUSPENDED, "op", reason="unpaid")
    assert north.get("/v1/tenants/acme").json()["state"] == "suspended"
    set_state(firms.store, "south", TenantState.SUSPENDED, "op", reason="unpaid")
    for path in ("/v1/tenants", "/v1/tenants/beta/accounts"):
        answer = south.get(path)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:hourtrail:problem:tenant-suspended")
