"""Signing in with a password: the session it gives, what ends it, and what whoever guesses learns (nothing)."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from starlette.testclient import TestClient
from tests.databases import KINDS, database, postgresql_server
from tests.serving.conftest import CHEAP, TENANT, key_for

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import NotSignedIn, SecretKind, SignInRefused, csrf_token, new_secret
from hourtrail.flows.identity import sign_in as flow
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account, disable, revoke, set_password
from hourtrail.flows.identity.recognise import IDLE, by_session
from hourtrail.flows.identity.sign_in import FREE_OF_ACCOUNT, SESSION_LIFE, Attempt
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import REMEMBERED, Login, Remembered

ANA, PASSWORD = "ana@firm.example", "correct horse battery"
COOKIE = "hourtrail_session"


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        yield stack.enter_context(open_store(stack.enter_context(database(request.param, folder, server))))


_numbers = iter(range(10_000))


@pytest.fixture
def ana(store: Store) -> str:
    """The login name of a new account."""
    login = f"ana{next(_numbers)}@firm.example"
    new = NewAccount(login=login, password=PASSWORD, roles=(Role.CONSULTANT,))
    add_account(store, TENANT, new, "test", passwords=CHEAP)
    return login


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def client(store: Store, clock: list[float]) -> TestClient:
    """A browser without pages, before a server that remembers nobody longer than its clock says."""
    login = Login(passwords=CHEAP, remembered=Remembered(clock=lambda: clock[0]))
    app = create_app(store, TENANT, load_models(rules_only=True), login=login)
    return TestClient(
        app, base_url="http://localhost", follow_redirects=False, client=(f"192.0.2.{next(_numbers) % 250}", 1)
    )


def sign_in(client: TestClient, login: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in", data={"login": login, "password": password, **more})


def test_a_session_is_given_kept_and_closed(client: TestClient, ana: str, store: Store) -> None:
    assert client.get("/").status_code == 401
    done = sign_in(client, f"  {ana.upper()} ", onward="/day?person=x&date=2026-03-02")
    assert (done.status_code, done.headers["location"]) == (303, "/day?person=x&date=2026-03-02")
    cookie = done.headers["set-cookie"]
    assert all(words in cookie for words in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Max-Age" not in cookie
    assert "Secure" not in cookie, "a browser would not send it back to http://127.0.0.1"
    secret = client.cookies[COOKIE]
    me = client.get("/v1/me").json()
    assert (me["person"], me["csrf_token"]) == (ana, csrf_token(secret))
    own_script = client.post("/v1/decisions", json={}, headers={"X-CSRF-Token": me["csrf_token"]})
    assert own_script.status_code == 422, "past the gate, and then no decision"
    page = client.get("/")
    assert f"Signed in as <strong>{ana}</strong>" in page.text
    assert client.post("/sign-out", data={"csrf": csrf_token(secret)}).headers["location"] == "/sign-in"
    assert COOKIE not in client.cookies
    client.cookies[COOKIE] = secret
    again = client.get("/v1/me")
    assert (again.status_code, again.json()["type"]) == (401, "urn:hourtrail:problem:not-signed-in")
    with store.tenant(TENANT, read_only=True) as db:
        mine = [event.action.text for event in db.audit_events() if event.actor == ana]
        assert db.verify_audit()[1] == []
    assert mine == ["person:session:started", "person:session:closed"]


def test_a_session_is_no_bearer_token_and_a_bearer_token_no_session(client: TestClient, ana: str, store: Store) -> None:
    sign_in(client, ana)
    session = client.cookies[COOKIE]
    assert client.get("/v1/me").status_code == 200, "and is remembered as a cookie"
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {session}"}).status_code == 401
    key = key_for(store, f"of {ana}")
    client.cookies.clear()
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/v1/me", headers={"Cookie": f"{COOKIE}={key}"}).status_code == 401


def test_behind_https_the_cookie_is_for_this_host_and_https_alone(store: Store, ana: str) -> None:
    login = Login(passwords=CHEAP, public_url="https://hours.example")
    app = create_app(store, TENANT, load_models(rules_only=True), names=["hours.example"], login=login)
    client = TestClient(app, base_url="https://hours.example", follow_redirects=False)
    cookie = sign_in(client, ana).headers["set-cookie"]
    assert cookie.startswith("__Host-hourtrail=hts_")
    assert all(words in cookie for words in ("HttpOnly", "SameSite=lax", "Path=/", "Secure"))
    assert "Domain" not in cookie


def test_signing_in_again_gives_another_session_and_ends_the_old_one(client: TestClient, ana: str) -> None:
    sign_in(client, ana)
    old = client.cookies[COOKIE]
    assert client.get("/v1/me").status_code == 200
    sign_in(client, ana)
    new = client.cookies[COOKIE]
    assert new != old
    assert client.get("/v1/me").status_code == 200
    client.cookies.clear()
    client.cookies[COOKIE] = old
    assert client.get("/v1/me").status_code == 401


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", ["hts_" + "A" * 43, "x", "", "\u00e4" * 10, "hts_" + "B" * 4000])
def test_a_session_that_somebody_planted_is_never_taken_over(client: TestClient, ana: str, planted: str) -> None:
    headers = {"Cookie": f"{COOKIE}={planted}".encode("latin-1")}
    answer = client.post("/sign-in", data={"login": ana, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303
    assert not answer.headers["set-cookie"].startswith(f"{COOKIE}={planted};")
    assert client.get("/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("becomes", ["another password", "closed"])
def test_what_is_taken_away_while_a_password_is_verified_lets_nobody_in(store: Store, ana: str, becomes: str) -> None:
    class Slow(Passwords):
        """Whose account changes while it computes. Its cost is another one, so that the hash would be renewed."""

        def verified(self, known: str, password: str) -> bool:
            right = super().verified(known, password)
            if becomes == "closed":
                disable(store, TENANT, ana, "test")
            else:
                set_password(store, TENANT, ana, "another horse battery", "test", passwords=CHEAP)
            return right

    attempt = Attempt(login=ana, password=PASSWORD, address="192.0.2.251")
    with pytest.raises(SignInRefused):
        flow.sign_in(store, TENANT, attempt, passwords=Slow(memory_kib=16, passes=1))
    with store.tenant(TENANT, read_only=True) as db:
        kept = db.account(ana)
        assert db.verify_audit()[1] == []
        started = [event for event in db.audit_events() if (event.actor, event.action.verb) == (ana, "started")]
    assert CHEAP.verified(kept.password, PASSWORD) is (becomes == "closed"), "the old password does not come back"
    assert started == []


def test_every_refusal_says_the_same_and_nothing_of_it_is_kept(client: TestClient, ana: str, store: Store) -> None:
    closed = f"closed-{ana}"
    add_account(store, TENANT, NewAccount(login=closed, password=PASSWORD), "test", passwords=CHEAP)
    disable(store, TENANT, closed, "test")
    add_account(store, TENANT, NewAccount(login=f"sso-{ana}"), "test", passwords=CHEAP)
    told = set()
    for login, password in (
        (ana, "wrong"), (ana, ""), (f"nobody-{ana}", PASSWORD), (closed, PASSWORD), (f"sso-{ana}", PASSWORD), (f"sso-{ana}", ""),
        (ana, "x" * 2000), ("\u0131" * 300, PASSWORD), (" ", PASSWORD), (ana, f"{PASSWORD}\u0000"), (f"{ana}\u0000", PASSWORD),
    ):  # fmt: skip
        answer = sign_in(client, login, password)
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), (login, password)
        told.add(answer.text.split('role="alert"')[1].split("</p>")[0])
    assert len(told) == 1
    with store.tenant(TENANT, read_only=True) as db:
        payloads = [str(payload) for event, payload in db.audit_trail() if event.action.verb == "refused"]
        objects = {event.object_id for event in db.audit_events() if event.action.verb == "refused"}
    assert len(payloads) >= 10
    assert not [row for row in payloads if "nobody" in row or "wrong" in row or PASSWORD in row]
    assert not [name for name in objects if "firm.example" in name]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_login_that_does_not_exist_costs_what_a_wrong_password_costs(ana: str, store: Store) -> None:
    passwords = Passwords(memory_kib=8192, passes=1)
    known = passwords.hashed(PASSWORD)

    def seconds(hashed: str) -> float:
        took = []
        for _ in range(9):
            start = perf_counter()
            assert not passwords.verified(hashed, "wrong")
            took.append(perf_counter() - start)
        return median(took)

    assert 0.5 < seconds("") / seconds(known) < 2


def test_failures_close_the_door_for_longer_and_longer_whether_the_account_exists_or_not(
    client: TestClient, ana: str, store: Store
) -> None:
    for login in (ana, f"nobody-{ana}"):
        codes = [sign_in(client, login, "wrong").status_code for _ in range(FREE_OF_ACCOUNT + 1)]
        assert codes == [401] * FREE_OF_ACCOUNT + [429]
        closed = sign_in(client, login)
        assert closed.status_code == 429, "the right password does not open it"
        assert 1 <= int(closed.headers["retry-after"]) <= 2
        assert "Too many failed attempts" in closed.text
    # The rows of an hour ago are forgotten, so that guessing fills no table.
    with store.tenant(TENANT) as db:
        db.forget_failures([], before=datetime.now(UTC) + timedelta(hours=1))
    assert sign_in(client, ana).status_code == 303


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_one_address_cannot_try_everybody(store: Store, client: TestClient) -> None:
    codes = [sign_in(client, f"guess{number}@firm.example", "wrong").status_code for number in range(52)]
    assert codes[:50] == [401] * 50
    assert 429 in codes[50:]


def test_a_session_ends_when_nobody_used_it_and_when_its_day_is_over(
    client: TestClient, ana: str, store: Store
) -> None:
    now, minute = datetime.now(UTC), timedelta(minutes=1)

    def at(later: timedelta) -> str:
        return by_session(store, TENANT, client.cookies[COOKIE], now=now + later)[0].person

    sign_in(client, ana)
    assert at(IDLE - minute) == ana
    with pytest.raises(NotSignedIn):
        at(2 * IDLE)
    client.cookies.clear()
    sign_in(client, ana)
    for times in range(1, 13):  # in use all day, with no pause of an hour
        assert at(times * (IDLE - minute)) == ana
    with pytest.raises(NotSignedIn):
        at(SESSION_LIFE + minute)


def test_what_an_administrator_takes_away_is_gone_within_seconds(
    client: TestClient, ana: str, store: Store, clock: list[float]
) -> None:
    sign_in(client, ana)
    assert client.get("/v1/time-entries").status_code == 200
    revoke(store, TENANT, ana, [Role.CONSULTANT], "test")
    clock[0] += REMEMBERED
    answer = client.get("/v1/time-entries")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hourtrail:problem:missing-permission")
    set_password(store, TENANT, ana, "another horse battery", "test", passwords=CHEAP)
    clock[0] += REMEMBERED
    assert client.get("/v1/me").status_code == 401, "a new password ends every session"
    assert sign_in(client, ana, "another horse battery").status_code == 303


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "token",
    [None, "", "0" * 64, "\u00e4", pytest.param(csrf_token(new_secret(SecretKind.SESSION, TENANT)), id="another's")],
)
@pytest.mark.parametrize("path", ["/day/decide", "/sign-out", "/v1/decisions"])
def test_a_form_without_the_token_of_its_session_changes_nothing(
    client: TestClient, ana: str, path: str, token: str | None
) -> None:
    sign_in(client, ana)
    form = {} if token is None else {"csrf": token}
    answer = client.post(path, data=form)
    assert answer.status_code == 403
    assert "token of your session" in answer.text
    if path.startswith("/v1"):
        assert answer.json()["type"] == "urn:hourtrail:problem:forged-form"
    else:
        assert "Not for you" in answer.text
    assert client.get("/v1/me").status_code == 200


def test_another_sites_page_cannot_sign_anybody_in(client: TestClient, ana: str) -> None:
    answer = client.post(
        "/sign-in", data={"login": ana, "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "x", ""])  # fmt: skip
def test_nobody_is_sent_elsewhere(client: TestClient, ana: str, onward: str) -> None:
    done = sign_in(client, ana, onward=onward)
    assert done.headers["location"] == "/"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_cost_of_a_password_is_owasps(store: Store, ana: str) -> None:
    assert Passwords().hashed("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    with store.tenant(TENANT, read_only=True) as db:
        known = db.account(ana).password
    client = TestClient(
        create_app(store, TENANT, load_models(rules_only=True), login=Login()),
        base_url="http://localhost",
        follow_redirects=False,
    )
    assert sign_in(client, ana).status_code == 303
    with store.tenant(TENANT, read_only=True) as db:
        assert db.account(ana).password.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "hashed anew at today's cost"
    assert known != ana


def test_no_secret_is_in_the_database_or_the_log(
    client: TestClient, ana: str, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(0):
        sign_in(client, ana, "wrong but secret")
        sign_in(client, ana)
    secret = client.cookies[COOKIE]
    assert not any(text in caplog.text for text in (secret, PASSWORD, "wrong but secret"))
    if store.engine.dialect.name == "sqlite":
        file = Path(store.engine.url.database or "")
        raw = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        assert ana.encode() in raw
        assert not any(text.encode() in raw for text in (secret, PASSWORD, "wrong but secret"))
