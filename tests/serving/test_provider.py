"""Signing in with the firm's identity provider: a real OpenID Connect provider on this machine, and what it may not bring about."""

import base64
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from oidc_provider_mock import User, run_server_in_thread
from starlette.testclient import TestClient
from tests.serving.conftest import CHEAP, TENANT

from hourtrail.domain.access import Role
from hourtrail.flows.identity.people import NewAccount, add_account, disable
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving import provider as module
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login
from hourtrail_serving.journey import COOKIE, Journey
from hourtrail_serving.provider import Provider, ProviderSilent, _Known

# What the provider's own code still calls; it runs in a thread of this process.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

LEA, MAX, EVE, ZOE = (f"{name}@firm.example" for name in ("lea", "max", "eve", "zoe"))
USERS = (
    User(sub="u-lea", claims={"email": LEA, "email_verified": True}),
    User(sub="u-max", claims={"email": MAX, "email_verified": True}),
    User(sub="u-eve", claims={"email": LEA, "email_verified": False}),
    User(sub="u-zoe", claims={"email": ZOE, "email_verified": True}),
    User(sub="u-stranger", claims={"email": "stranger@else.example", "email_verified": True}),
)


@dataclass(frozen=True)
class Firm:
    """A server whose people sign in at the provider."""

    store: Store
    client: TestClient
    provider: Provider

    def authorised(self, subject: str, onward: str = "/v1/me") -> str:
        """Where the provider sends the browser back to once ``subject`` has signed in there."""
        self.client.cookies.clear()
        away = self.client.get("/sign-in/provider", params={"onward": onward})
        assert away.status_code == 303
        asked = parse_qs(urlsplit(away.headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["nonce"] != asked["state"]
        with httpx2.Client() as browser:
            back = browser.post(away.headers["location"], data={"sub": subject})
        assert back.status_code in {302, 303}, back.text
        return str(back.headers["location"])

    def sign_in(self, subject: str) -> httpx2.Response:
        return self.client.get(self.authorised(subject))


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder: Path = tmp_path_factory.mktemp("firm")
    with (
        run_server_in_thread(user_claims=USERS, require_nonce=True) as server,
        open_store(str(folder / "a.db")) as store,
    ):
        issuer = f"http://localhost:{server.server_port}"
        provider = Provider(issuer=issuer, client_id="hourtrail", client_secret="not known to anybody")
        app = create_app(store, TENANT, load_models(rules_only=True), login=Login(passwords=CHEAP, provider=provider))
        for login in (LEA, MAX):
            add_account(store, TENANT, NewAccount(login=login, roles=(Role.CONSULTANT,)), "test", passwords=CHEAP)
        local = NewAccount(login=ZOE, password="a local password")
        add_account(store, TENANT, local, "test", passwords=CHEAP)
        with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
            yield Firm(store, client, provider)


def test_who_signs_in_there_is_signed_in_here(firm: Firm) -> None:
    assert "Sign in with your organisation" in firm.client.get("/sign-in").text
    for _ in range(2):  # bound at the first time, known by the subject at the second
        done = firm.sign_in("u-lea")
        assert (done.status_code, done.headers["location"]) == (303, "/v1/me"), done.text
        me = firm.client.get("/v1/me").json()
        assert (me["person"], me["roles"]) == (LEA, ["consultant"])
        assert COOKIE not in firm.client.cookies
    with firm.store.tenant(TENANT, read_only=True) as db:
        told = [event.action.text for event in db.audit_events() if event.action.verb in {"bound", "started"}]
    assert told == ["person:account:bound", "person:session:started", "person:session:started"]


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("u-stranger", "nobody added an account for them"),
        ("u-eve", "the provider does not vouch for the address"),
        ("u-zoe", "an account with a password is not taken over"),
    ],
)
def test_whom_the_provider_knows_is_not_whom_the_firm_lets_in(firm: Firm, subject: str, why: str) -> None:
    answer = firm.sign_in(subject)
    assert (answer.status_code, "hourtrail_session" in answer.headers.get("set-cookie", "")) == (401, False), why
    assert "An administrator has to add it first".lower() in answer.text.lower()


def test_a_closed_account_stays_closed(firm: Firm) -> None:
    assert firm.sign_in("u-max").status_code == 303
    disable(firm.store, TENANT, MAX, "test")
    assert firm.sign_in("u-max").status_code == 401


def test_an_answer_that_was_not_asked_for_in_this_browser_is_refused(firm: Firm) -> None:
    address = firm.authorised("u-lea")
    mine = firm.client.cookies.get(COOKIE)
    query = parse_qs(urlsplit(address).query)
    code, state = query["code"][0], query["state"][0]
    for cookie, sent in (
        ("", {"code": code, "state": state}),
        (mine, {"code": code, "state": "another"}),
        (mine, {"code": code}),
        (mine, {"state": state}),
        (mine, {"error": "access_denied", "state": state}),
        ("x.y", {"code": code, "state": state}),
        (str(Journey.begun("/")), {"code": code, "state": state}),
        ("\u00e4.\u00e4.\u00e4.\u00e4", {"code": code, "state": "\u00e4"}),
    ):
        firm.client.cookies.clear()
        headers = {"Cookie": f"{COOKIE}={cookie}".encode("latin-1")}
        answer = firm.client.get("/sign-in/provider/back", params=sent, headers=headers)
        assert (answer.status_code, "hourtrail_session" in answer.headers.get("set-cookie", "")) == (401, False), sent
        assert "begin again" in answer.text.lower()


def test_behind_https_no_other_host_of_the_domain_begins_a_sign_in_for_somebody(firm: Firm) -> None:
    login = Login(passwords=CHEAP, provider=firm.provider, public_url="https://hours.example")
    app = create_app(firm.store, TENANT, load_models(rules_only=True), names=["hours.example"], login=login)
    client = TestClient(app, base_url="https://hours.example", follow_redirects=False)
    began = client.get("/sign-in/provider").headers["set-cookie"]
    assert began.startswith("__Host-hourtrail_provider=")
    assert all(words in began for words in ("HttpOnly", "SameSite=lax", "Path=/;", "Secure"))
    planted = {"Cookie": f"{COOKIE}=s.n.v.%2F."}
    client.cookies.clear()
    back = client.get("/sign-in/provider/back", params={"code": "x", "state": "s"}, headers=planted)
    assert "was not begun in this browser" in back.text
    assert back.headers["set-cookie"].startswith('__Host-hourtrail_provider="";'), "used once, whatever came of it"
    assert "Path=/;" in back.headers["set-cookie"]


def test_a_code_is_good_once(firm: Firm) -> None:
    address = firm.authorised("u-lea")
    cookie = firm.client.cookies.get(COOKIE)
    assert firm.client.get(address).status_code == 303
    firm.client.cookies.clear()
    again = firm.client.get(address, headers={"Cookie": f"{COOKIE}={cookie}"})
    assert again.status_code == 401


KEY, OTHERS = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True), ({"nonce": "another"}, False), ({"nonce": None}, False), ({"aud": "somebody else"}, False),
        ({"aud": ["somebody else", "hourtrail"], "azp": "hourtrail"}, True),
        ({"aud": ["somebody else", "hourtrail"], "azp": "somebody else"}, False),
        ({"iss": "https://evil.example"}, False), ({"exp": 1}, False), ({"exp": None}, False), ({"sub": None}, False),
        ({"key": OTHERS}, False), ({"alg": "HS256"}, False), ({"alg": "none"}, False),
    ],
)  # fmt: skip
def test_an_identity_token_is_believed_only_when_everything_fits(change: dict[str, Any], good: bool) -> None:
    provider = Provider(issuer="https://login.example", client_id="hourtrail", client_secret="s")
    provider._known = _Known({}, KeySet([KEY]), float("inf"))
    now = 4_000_000_000
    claims = {"iss": "https://login.example", "aud": "hourtrail", "sub": "u", "iat": 1, "exp": now, "nonce": "n"}
    claims |= {name: value for name, value in change.items() if name in {*claims, "azp"}}
    claims = {name: value for name, value in claims.items() if value is not None}
    algorithm = change.get("alg", "RS256")
    if algorithm == "none":
        token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."
    elif algorithm == "HS256":
        # The oldest trick: the public key, which everybody has, as the shared secret.
        parts = (json.dumps(part).encode() for part in ({"alg": "HS256"}, claims))
        signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        signature = hmac.digest(KEY.as_pem(private=False), signed, "sha256")
        token = b".".join((signed, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()
    else:
        token = jwt.encode({"alg": "RS256"}, claims, change.get("key", KEY))
    if good:
        assert provider._claims(token, "n")["sub"] == "u"
    else:
        with pytest.raises(Exception, match=re.compile(r"\w")) as caught:
            provider._claims(token, "n")
        assert type(caught.value).__module__.startswith("joserfc")


def test_a_provider_that_is_silent_is_a_page_and_no_traceback(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "a.db")) as store:
        silent = Provider(issuer="http://127.0.0.1:9", client_id="x", client_secret="secret of ours")
        app = create_app(store, TENANT, load_models(rules_only=True), login=Login(passwords=CHEAP, provider=silent))
        client = TestClient(app, base_url="http://localhost", follow_redirects=False)
        for path in ("/sign-in/provider", "/sign-in/provider/back?code=x&state=s"):
            answer = client.get(path, headers={"Cookie": f"{COOKIE}=s.n.v.%2F."})
            assert answer.status_code == 401
            assert "does not answer" in answer.text
            assert "secret of ours" not in answer.text + repr(silent)


def test_a_silent_provider_is_asked_by_one_at_a_time_and_not_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def silent(_http: object, url: str) -> dict[str, Any]:
        asked.append(url)
        raise httpx2.ConnectTimeout("silent")

    monkeypatch.setattr(module, "_json", silent)
    own = Provider(issuer="https://login.example", client_id="hourtrail", client_secret="s")
    for _ in range(2):
        with pytest.raises(ProviderSilent):
            own.address(Journey.begun("/"), "https://hours.example/back")
    assert len(asked) == 1
    own._silent_until = 1.0  # a while ago: it is asked again, and nobody waits behind who asks
    with own._lock, pytest.raises(ProviderSilent):
        own.address(Journey.begun("/"), "https://hours.example/back")
    with pytest.raises(ProviderSilent):
        own.address(Journey.begun("/"), "https://hours.example/back")
    assert len(asked) == 2
