"""Each firm signs in with its own identity provider: two real ones on this machine, and nobody of the one gets in at the other."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from oidc_provider_mock import User, run_server_in_thread
from starlette.testclient import TestClient
from tests.serving.conftest import CHEAP
from tests.tenancy.houses import NINE, House

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import tenant_of_secret
from hourtrail.domain.errors import HourtrailError, InvalidInput, NotAllowed
from hourtrail.domain.settings import SignIn, TenantSettings
from hourtrail.flows.identity.people import NewAccount, add_account
from hourtrail.flows.tenant_settings import change_own_settings
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login
from hourtrail_serving.own_providers import SECRETS, secrets_of_tenants
from hourtrail_serving.provider import Provider
from hourtrail_serving.tenancy import Tenants

# What the provider's own code still calls; it runs in a thread of this process.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

LEA = "lea@people.example"
"""The same address is known to every provider here, as it would be to one that lets anybody claim it."""


def provider(stack: ExitStack, subject: str) -> str:
    """The issuer of a provider that knows one person."""
    user = User(sub=subject, claims={"email": LEA, "email_verified": True})
    server = stack.enter_context(run_server_in_thread(user_claims=(user,), require_nonce=True))
    return f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """``acme`` and ``beta`` with a provider each, ``gamma`` with the installation's, ``delta`` whose secret is missing."""
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(tmp_path_factory.mktemp("own") / "a.db")))
        shared = Provider(issuer=provider(stack, "u-shared"), client_id="all", client_secret="s")
        login = Login(passwords=CHEAP, provider=shared)
        secrets = {"acme": "of acme", "beta": "of beta"}
        app = create_app(store, Tenants(None), load_models(rules_only=True), login=login, secrets=secrets)
        found = House(app, store)
        for name in ("acme", "beta", "gamma", "delta"):
            own = {"issuer": provider(stack, f"u-{name}"), "client": f"hourtrail-{name}"} if name != "gamma" else {}
            found.make(name, sign_in=own, brand={"hosts": [f"{name}.example"]})
            add_account(store, name, NewAccount(login=LEA, roles=(Role.CONSULTANT,)), "test", passwords=CHEAP)
        app.state.tenancy.look()
        yield found


def away(client: TestClient, at: str) -> httpx2.Response:
    client.cookies.clear()
    return client.get(f"{at}/sign-in/provider", params={"onward": "/v1/me"})


def came_back(client: TestClient, sent: httpx2.Response, subject: str) -> httpx2.Response:
    """Sign in at the provider to which the browser was sent, and come back."""
    with httpx2.Client() as browser:
        back = browser.post(sent.headers["location"], data={"sub": subject})
    assert back.status_code in {302, 303}, back.text
    return client.get(str(back.headers["location"]).replace("http://localhost/", "/"))


@pytest.mark.parametrize(("host", "at"), [("localhost", "/at/{}"), ("{}.example", "")])
@pytest.mark.parametrize("name", ["acme", "beta", "gamma"])
def test_each_firm_is_sent_to_its_own_provider_and_signs_in_there(firms: House, name: str, host: str, at: str) -> None:
    client = firms.client(host.format(name))
    sent = away(client, at.format(name))
    expected = settings(firms.store, name).sign_in.issuer or firms.app.state.tenancy.login.provider.issuer
    assert sent.headers["location"].startswith(f"{expected}/")
    client_id = parse_qs(urlsplit(sent.headers["location"]).query)["client_id"]
    assert client_id == [f"hourtrail-{name}" if name != "gamma" else "all"]
    done = came_back(client, sent, f"u-{name}" if name != "gamma" else "u-shared")
    assert done.status_code == 303, done.text
    assert tenant_of_secret(done.cookies["hourtrail_session"]) == name


def settings(store: Store, name: str) -> TenantSettings:
    with store.tenant(name, read_only=True) as db:
        return db.settings()


@pytest.mark.parametrize("header", ["X-Tenant", "X-Forwarded-Host", "Tenant", "X-Original-Host", "Forwarded"])
def test_no_header_chooses_the_provider(firms: House, header: str) -> None:
    client = firms.client("acme.example")
    sent = client.get("/sign-in/provider", headers={header: "beta.example"})
    assert sent.headers["location"].startswith(settings(firms.store, "acme").sign_in.issuer)


def test_a_code_of_one_firms_provider_opens_no_door_of_another(firms: House) -> None:
    client = firms.client()
    begun = away(client, "/at/acme")
    cookie = str(client.cookies["hourtrail_provider"])
    with httpx2.Client() as browser:
        back = browser.post(begun.headers["location"], data={"sub": "u-acme"})
    address = str(back.headers["location"]).replace("http://localhost/", "/")
    # The journey's cookie says under whose name it was begun; somebody writes another firm's there.
    client.cookies.clear()
    forged = client.get(address, headers={"Cookie": f"hourtrail_provider={cookie.replace('acme', 'beta')}"})
    assert (forged.status_code, "hourtrail_session" in forged.headers.get("set-cookie", "")) == (401, False)
    with firms.store.tenant("beta", read_only=True) as db:
        bound = db.account_of_subject(settings(firms.store, "acme").sign_in.issuer, "u-acme")
    assert bound is None


def test_without_its_secret_a_firm_has_no_provider_and_never_the_installations(firms: House) -> None:
    client = firms.client()
    sent = away(client, "/at/delta")
    assert (sent.status_code, "location" in sent.headers) == (401, False)
    assert "Sign in with your organisation" not in client.get("/at/delta/sign-in").text
    assert "Sign in with your organisation" in client.get("/at/acme/sign-in").text


def test_while_a_firms_settings_cannot_be_read_no_providers_word_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(str(tmp_path / "a.db")) as store:
        shared = Provider(issuer="https://login.example", client_id="all", client_secret="s")
        login = Login(passwords=CHEAP, provider=shared)
        app = create_app(store, Tenants(None), load_models(rules_only=True), login=login, secrets={"acme": "s"})
        House(app, store).make("acme", sign_in={"issuer": "https://own.example", "client": "us"})
        tenancy = app.state.tenancy

        def silent(_store: Store, _name: str, *, read_only: bool = False) -> None:
            del read_only
            raise HourtrailError("the database does not answer")

        monkeypatch.setattr(Store, "tenant", silent)
        assert tenancy.served("acme").login.provider is None
        monkeypatch.undo()
        assert tenancy.served("acme").login.provider.issuer == "https://own.example"
        assert tenancy.served("acme").login.remembered is login.remembered


def test_another_provider_takes_the_place_of_the_first_within_seconds(firms: House) -> None:
    tenancy = firms.app.state.tenancy
    firms.make("epsilon", sign_in={"issuer": "https://one.example", "client": "us"})
    tenancy.own_providers.secrets = {**tenancy.own_providers.secrets, "epsilon": "s"}
    assert tenancy.served("epsilon").login.provider.issuer == "https://one.example"
    with firms.store.tenant("epsilon") as db:
        db.change_settings(
            {"sign_in": {"issuer": "https://two.example", "client": "us"}}, actor="op", at=NINE, reason=""
        )
    later = tenancy.clock() + 10
    tenancy.clock = lambda: later
    assert tenancy.served("epsilon").login.provider.issuer == "https://two.example"


def test_a_firms_own_administrator_does_not_choose_who_vouches_for_its_people(firms: House) -> None:
    wanted = {"sign_in": {"issuer": "https://evil.example", "client": "us"}}
    version = settings(firms.store, "acme").version
    with pytest.raises(NotAllowed, match="sign_in"):
        change_own_settings(firms.store, "acme", wanted, "kim", reason="", based_on=version)


@pytest.mark.parametrize(
    ("issuer", "client"),
    [
        ("https://login.example", ""), ("", "us"), ("http://login.example", "us"), ("ftp://login.example", "us"), ("login", "us"),
        ("https://", "us"), ("https://[", "us"), ("https://a@login.example", "us"), ("https://login.example?x=1", "us"),
        ("javascript:alert(1)", "us"), ("http://localhost.evil.example", "us"), ("https://login.example\n", "us"),
    ],
)  # fmt: skip
def test_what_is_no_provider_is_refused(issuer: str, client: str) -> None:
    with pytest.raises(InvalidInput, match="sign_in"):
        SignIn(issuer=issuer, client=client)


def test_secrets_are_read_from_their_file_and_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRETS, raising=False)
    assert secrets_of_tenants() == {}
    file = tmp_path / "secrets.toml"
    monkeypatch.setenv(SECRETS, str(file))
    with pytest.raises(InvalidInput, match="cannot be read"):
        secrets_of_tenants()
    file.write_text('acme = "word of ours"\n"b.c" = "another"\n', encoding="utf-8")
    assert secrets_of_tenants() == {"acme": "word of ours", "b.c": "another"}
    for wrong in ('acme = "word of ours"\nbeta = 7\n', 'acme = "word of ours\n', "[acme]\nsecret = 'word of ours'\n"):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(InvalidInput) as caught:
            secrets_of_tenants()
        assert "word of ours" not in str(caught.value)
