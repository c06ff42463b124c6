"""One server, many tenants: whose data a request is about follows from what it shows, and from nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.conftest import CHEAP
from tests.tenancy.houses import NINE, House, house

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import SecretKind, csrf_token, new_secret, tenant_of_secret
from hourtrail.domain.tenant import TenantState
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.flows.tenants import set_state
from hourtrail.store import Store, open_store
from hourtrail.store.tenants import NOBODYS
from hourtrail.wiring import load_models
from hourtrail_serving.gate import Login
from hourtrail_serving.served import Busy
from hourtrail_serving.tenancy import Tenancy, Tenants

WORD = "a long enough word"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "a.db")) as opened:
        yield opened


@pytest.fixture
def both(store: Store) -> Iterator[House]:
    with house(store) as found:
        for name in ("acme", "beta"):
            found.make(name, brand={"product": f"{name} hours", "hosts": [f"{name}.example"]})
        found.app.state.tenancy.look()
        yield found


def logins(answer: object) -> list[str]:
    return [row["login"] for row in answer.json()["accounts"]]  # type: ignore[attr-defined]


def test_a_session_and_a_key_lead_to_their_own_tenant(both: House) -> None:
    for name in ("acme", "beta"):
        client = both.person(name, f"kim@{name}.example", Role.ADMIN)
        assert logins(client.get("/v1/accounts")) == [f"kim@{name}.example"]
        assert client.get("/v1/settings").json()["tenant"] == name
        assert both.program(name).get("/v1/me").json()["name"] == "psa"


def test_no_header_no_host_and_no_body_chooses_another_tenant(both: House) -> None:
    kim = both.person("acme", "kim@acme.example", Role.ADMIN)
    for headers in (
        {"Host": "beta.example"},
        {"X-Tenant": "beta"},
        {"X-Forwarded-Host": "beta.example"},
        {"Tenant": "beta"},
    ):
        assert kim.get("/v1/settings", headers=headers).json()["tenant"] == "acme"
    for query in ("tenant=beta", "firm=beta"):
        answer = kim.get(f"/v1/settings?{query}")
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:hourtrail:problem:invalid-input")


def test_another_tenants_name_behind_a_secret_makes_it_unknown(both: House) -> None:
    secret = both.key("acme")
    both.session("beta", "ben@beta.example", Role.ADMIN)
    assert tenant_of_secret(secret) == "acme"
    assert both.client(Authorization=f"Bearer {secret}").get("/v1/me").status_code == 200
    bare = secret.removesuffix(".acme")
    for forged in (
        f"{bare}.beta",
        bare,
        f"{bare}.nobody",
        f"{bare}.{NOBODYS}",
        f"{secret}.beta",
        f"{bare}.ACME",
        f"{bare}.",
    ):
        answer = both.client(Authorization=f"Bearer {forged}").get("/v1/me")
        assert (answer.status_code, answer.json()["detail"]) == (
            401, "this key or token is not known here, has expired, or was revoked",
        )  # fmt: skip


def test_an_unknown_tenant_costs_the_same_queries_as_an_unknown_key(
    both: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Store.tenant

    def counted(self: Store, name: str, *, read_only: bool = False) -> object:
        asked.append(name)
        return real(self, name, read_only=read_only)

    monkeypatch.setattr(Store, "tenant", counted)
    for tenant in ("acme", "nobody"):
        asked.clear()
        secret = new_secret(SecretKind.API_KEY, tenant)
        assert both.client(Authorization=f"Bearer {secret}").get("/v1/me").status_code == 401
        assert asked == [tenant]


def test_tokens_are_given_by_the_tenant_of_the_clients_secret(both: House) -> None:
    from datetime import timedelta  # noqa: PLC0415 - this test's own

    from hourtrail.policy.roles import SCOPES  # noqa: PLC0415 - as above

    new = NewSecret(kind=SecretKind.CLIENT_SECRET, program="psa", scopes=SCOPES, life=timedelta(days=1))
    made = create_secret(both.store, "beta", new, "test")
    form = {"grant_type": "client_credentials", "client_id": made.program.id, "client_secret": made.secret}
    token = both.client("acme.example").post("/v1/oauth/token", data=form).json()["access_token"]
    assert tenant_of_secret(token) == "beta"
    assert both.client(Authorization=f"Bearer {token}").get("/v1/settings").status_code == 403
    form["client_secret"] = made.secret.replace(".beta", ".acme")
    assert both.client().post("/v1/oauth/token", data=form).status_code == 401


def test_people_sign_in_at_their_own_host_or_under_their_firms_name(both: House) -> None:
    both.session("acme", "kim@acme.example", Role.CONSULTANT)
    form = {"login": "kim@acme.example", "password": WORD}
    assert "acme hours" in both.client("acme.example").get("/sign-in").text
    done = both.client("acme.example").post("/sign-in", data=form)
    assert (done.status_code, tenant_of_secret(done.cookies["hourtrail_session"])) == (303, "acme")
    page = both.client().get("/at/acme/sign-in")
    assert 'action="/at/acme/sign-in"' in page.text
    assert both.client().post("/at/acme/sign-in", data=form).status_code == 303
    for wrong in ("beta", "nobody"):
        refused = both.client().post(f"/at/{wrong}/sign-in", data=form)
        assert refused.status_code == 401
        assert "not right" in refused.text
    assert both.client("beta.example").post("/sign-in", data=form).status_code == 401
    assert both.client("beta.example").post("/at/acme/sign-in", data=form).status_code == 401, (
        "a firm's host is its own"
    )


def test_at_no_tenants_door_the_firm_is_asked_for(both: House) -> None:
    page = both.client().get("/sign-in").text
    assert 'name="firm"' in page
    assert 'name="password"' not in page
    assert 'action="/at/acme/sign-in"' in both.client().get("/sign-in?firm=acme").text
    there, not_there = (both.client().get(f"/at/{name}/sign-in").text for name in ("acme", "nobody"))
    assert there.replace("acme hours", "Hourtrail").count("form") == not_there.count("form")
    assert both.client().get("/at/%3Cscript%3E/sign-in").text.count("<script") == 0


def test_attempts_at_a_tenant_that_there_is_not_are_counted_and_closed_too(both: House) -> None:
    form = {"login": "kim@acme.example", "password": "wrong wrong wrong"}
    client = both.client()
    codes = [client.post("/at/nobody/sign-in", data=form).status_code for _ in range(7)]
    assert codes[:5] == [401] * 5
    assert codes[-1] == 429
    assert [word.tenant for word in both.store.tenants()] == ["acme", "beta"]


def test_a_session_of_another_firm_ends_when_the_browser_signs_in_again(both: House) -> None:
    old = both.session("beta", "ben@beta.example", Role.ADMIN)
    both.session("acme", "kim@acme.example", Role.ADMIN)
    cookie = {"Cookie": f"hourtrail_session={old}"}
    assert both.client(**cookie).get("/v1/me").status_code == 200
    form = {"login": "kim@acme.example", "password": WORD}
    assert both.client(**cookie).post("/at/acme/sign-in", data=form).status_code == 303
    assert both.client(**cookie).get("/v1/me").status_code == 401


def test_a_tenant_that_is_not_served_here_is_unknown_here(store: Store) -> None:
    with house(store, "acme", "beta") as found:
        for name in ("acme", "gamma"):
            found.make(name)
        secret = found.key("gamma")
        assert found.client(Authorization=f"Bearer {secret}").get("/v1/me").status_code == 401
        assert found.client(Authorization=f"Bearer {found.key('acme')}").get("/v1/me").status_code == 200
        session = found.session("gamma", "kim@gamma.example", Role.ADMIN)
        assert found.client(Cookie=f"hourtrail_session={session}").get("/v1/me").status_code == 401
        assert 'action="/at/gamma/sign-in"' in found.client().get("/at/gamma/sign-in").text
        form = {"login": "kim@gamma.example", "password": WORD}
        assert found.client().post("/at/gamma/sign-in", data=form).status_code == 401


def test_a_new_tenant_and_its_host_are_served_without_a_restart(both: House) -> None:
    assert both.client("gamma.example").get("/sign-in").status_code == 421
    both.make("gamma", brand={"hosts": ["gamma.example"]})
    assert both.program("gamma").get("/v1/me").status_code == 200
    both.app.state.tenancy.look()
    assert both.client("gamma.example").get("/sign-in").status_code == 200


def test_a_host_that_two_claim_leads_to_neither(both: House) -> None:
    with both.store.tenant("beta") as db:
        db.change_settings({"brand": {"hosts": ["acme.example"]}}, actor="op", at=NINE, reason="past the check")
    both.app.state.tenancy.look()
    assert both.client("acme.example").get("/sign-in").status_code == 421


def test_a_suspended_tenant_is_told_so_and_goes_on_where_it_was(both: House) -> None:
    kim, psa = both.person("acme", "kim@acme.example", Role.CONSULTANT), both.program("acme")
    ben = both.person("beta", "ben@beta.example", Role.CONSULTANT)
    set_state(both.store, "acme", TenantState.SUSPENDED, "op", reason="unpaid")
    for client in (kim, psa):
        answer = client.get("/v1/me")
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:hourtrail:problem:tenant-suspended")
        assert "unpaid" not in answer.text
    assert kim.get("/day").status_code == 403
    right = both.client().post("/at/acme/sign-in", data={"login": "kim@acme.example", "password": WORD})
    assert (right.status_code, "suspended" in right.text) == (403, True)
    wrong = both.client().post("/at/acme/sign-in", data={"login": "kim@acme.example", "password": "wrong wrong"})
    assert (wrong.status_code, "suspended" in wrong.text) == (401, False)
    assert ben.get("/v1/me").status_code == 200
    set_state(both.store, "acme", TenantState.ACTIVE, "op", reason="paid")
    assert kim.get("/v1/me").status_code == psa.get("/v1/me").status_code == 200


def test_with_one_tenant_secrets_from_before_they_named_one_still_work(store: Store) -> None:
    with house(store, "Old Name") as found:
        secret = found.key("Old Name")
        assert tenant_of_secret(secret) == ""
        assert found.client(Authorization=f"Bearer {secret}").get("/v1/me").status_code == 200
        assert found.client().get("/sign-in").text.count('name="password"') == 1


def tenancy(store: Store, *, most: int = 3) -> Tenancy:
    models = load_models(rules_only=True)
    return Tenancy(
        store=store, tenants=Tenants(None), login=Login(passwords=CHEAP), load=lambda _name: models, most=most
    )


def test_what_is_kept_in_memory_is_bounded_and_the_tenants_own(store: Store) -> None:
    found = tenancy(store)
    served = [found.served(f"t{number}") for number in range(5)]
    assert [found.at_hand(f"t{number}") is not None for number in range(5)] == [False, False, True, True, True]
    assert {id(one.models) for one in served} == {id(served[0].models)}, "one encoder for all"
    served[3].vectors.put_vectors("f", {"secret text": b"1"})
    assert served[3].vectors.vectors("f", ["secret text"]) == {"secret text": b"1"}
    assert served[4].vectors.vectors("f", ["secret text"]) == {}


def test_one_tenant_never_computes_on_all_places(store: Store) -> None:
    found = tenancy(store)
    greedy, other = found.served("greedy"), found.served("other")
    with greedy.heavy(), greedy.heavy(), greedy.heavy():
        with pytest.raises(Busy, match="your share"), greedy.heavy():
            pass
        with other.heavy(), pytest.raises(Busy, match="being computed"), other.heavy():
            pass


def test_settings_are_taken_over_within_seconds_and_places_stay(store: Store) -> None:
    found = tenancy(store)
    now = [0.0]
    found.clock = lambda: now[0]
    before = found.served("t")
    with store.tenant("t") as db:
        db.change_settings({"brand": {"product": "Ours"}}, actor="op", at=NINE, reason="")
    assert found.served("t").settings.brand.product == "Hourtrail"
    now[0] = 5.0
    after = found.served("t")
    assert after.settings.brand.product == "Ours"
    assert (after.own_places, after.places, after.vectors) == (before.own_places, before.places, before.vectors)


def test_a_share_of_requests_is_the_tenants_own_word(both: House) -> None:
    with both.store.tenant("acme") as db:
        db.change_settings({"limits": {"program_per_minute": 10}}, actor="op", at=NINE, reason="")
    psa, other = both.program("acme"), both.program("beta")
    codes = [psa.get("/v1/me").status_code for _ in range(12)]
    assert codes == [200] * 10 + [429] * 2
    answer = other.get("/v1/me")
    assert (answer.status_code, answer.headers["ratelimit-policy"]) == (200, '"minute";q=6000;w=60')


def test_a_form_of_one_firms_page_does_nothing_with_a_session_of_another(both: House) -> None:
    acme = both.session("acme", "kim@acme.example", Role.CONSULTANT)
    beta = both.session("beta", "kim@beta.example", Role.CONSULTANT)
    client = both.client(Cookie=f"hourtrail_session={acme}")
    answer = client.post("/sign-out", data={"csrf": csrf_token(beta)})
    assert answer.status_code == 403
    assert client.get("/v1/me").status_code == 200
