"""Programs: keys and tokens that work, end, rotate and are revoked; what they may say for a person; what is no credential at all."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import ADA, BEN, CHEAP, DANA, TENANT, Site

from hourtrail.domain.access import Permission, Role
from hourtrail.domain.accounts import NotSignedIn, SecretKind, new_secret
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound
from hourtrail.flows.identity import programs
from hourtrail.flows.identity.programs import (
    LONG_LIVED,
    Made,
    NewSecret,
    create_secret,
    issue_token,
    revoke,
    rotate,
    secrets_of,
)
from hourtrail.flows.identity.recognise import by_secret
from hourtrail.policy.roles import SCOPES
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import REMEMBERED, Login, Remembered
from hourtrail_serving.pace import Pace

READ = (Permission.SUGGESTIONS_READ,)
FORM = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(str(tmp_path_factory.mktemp("programs") / "a.db")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clock() -> list[float]:
    return [0.0]


@pytest.fixture(scope="module")
def client(empty: Store, clock: list[float]) -> TestClient:
    login = Login(passwords=CHEAP, remembered=Remembered(clock=lambda: clock[0]))
    return TestClient(create_app(empty, TENANT, load_models(rules_only=True), login=login), base_url="http://localhost")


def made(
    empty: Store, kind: SecretKind = SecretKind.API_KEY, scopes: tuple[Permission, ...] = READ, **more: Any
) -> Made:
    new = NewSecret(
        kind=kind, program=more.pop("program", "psa"), scopes=scopes, life=more.pop("life", timedelta(days=90))
    )
    return create_secret(empty, TENANT, new, "test", **more)


def ask(client: TestClient, secret: str, path: str = "/v1/suggestions?person=x") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_does_what_its_scopes_say_and_no_more(client: TestClient, empty: Store) -> None:
    key = made(empty).secret
    assert ask(client, key) == 200
    refused = client.get("/v1/time-entries?person=x", headers={"Authorization": f"Bearer {key}"})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:hourtrail:problem:missing-permission")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    me = client.get("/v1/me", headers={"Authorization": f"bearer {key}"}).json()
    assert (me["kind"], me["name"], me["person"]) == ("program", "psa", "")
    assert me["permissions"] == {"self:read": "own", "suggestions:read": "all"}


def test_only_what_cannot_be_guessed_back_is_kept(empty: Store) -> None:
    one, two = made(empty), made(empty)
    assert one.secret != two.secret
    assert len(one.secret.removesuffix(f".{TENANT}")) == 47  # 256 bits behind the kind, then whose it is
    with empty.tenant(TENANT, read_only=True) as db:
        rows = db.secrets(SecretKind.API_KEY)
        trail = [str(payload) for _, payload in db.audit_trail()]
    assert one.kept.visible == one.secret[:12]
    assert not [row for row in (*map(str, rows), *trail) if one.secret in row]
    assert {row.digest for row in rows} >= {one.kept.digest, two.kept.digest}


def test_a_key_ends_and_is_revoked_within_seconds(client: TestClient, empty: Store, clock: list[float]) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    assert ask(client, made(empty, life=timedelta(days=1), now=past).secret) == 401
    living = made(empty)
    assert ask(client, living.secret) == 200
    revoke(empty, TENANT, living.kept.visible, "test", reason="in a log")
    clock[0] += REMEMBERED
    assert ask(client, living.secret) == 401
    with pytest.raises(Conflict, match="was revoked"):
        revoke(empty, TENANT, living.kept.id, "test")
    with pytest.raises(NotFound):
        revoke(empty, TENANT, "htk_nothing", "test")


def test_rotation_leaves_the_old_key_working_for_a_while(empty: Store) -> None:
    now = datetime.now(UTC)
    old = made(empty, now=now)
    new = rotate(empty, TENANT, old.kept.visible, timedelta(days=7), "test", now=now)
    assert (new.kept.scopes, new.kept.replaces, new.program) == (READ, old.kept.id, old.program)
    for later, works in ((6, True), (8, False)):
        at = now + timedelta(days=later)
        assert by_secret(empty, TENANT, new.secret, now=at)[0].name == "psa"
        if works:
            assert by_secret(empty, TENANT, old.secret, now=at)[0].name == "psa"
        else:
            with pytest.raises(NotSignedIn):
                by_secret(empty, TENANT, old.secret, now=at)
    states = {row.id: row.state(now + timedelta(days=8)) for row, _ in secrets_of(empty, TENANT, *LONG_LIVED)}
    assert (states[old.kept.id], states[new.kept.id]) == ("expired", "active")
    with pytest.raises(InvalidInput):
        rotate(empty, TENANT, new.kept.visible, timedelta(days=31), "test")


@pytest.mark.parametrize(
    "change", [{"scopes": ()}, {"life": timedelta(0)}, {"life": timedelta(days=401)}, {"program": " "}]
)
def test_a_key_without_bounds_is_not_made(empty: Store, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        made(empty, **change)


def test_use_is_noted_to_the_minute(empty: Store) -> None:
    row, now = made(empty), datetime.now(UTC)
    for seconds in (0, 30, 61):
        by_secret(empty, TENANT, row.secret, now=now + timedelta(seconds=seconds))
    with empty.tenant(TENANT, read_only=True) as db:
        assert db.secret_named(row.kept.id, *LONG_LIVED).last_used_at == now + timedelta(seconds=61)


def test_a_client_fetches_a_token_by_basic_or_by_form_and_narrows_it(
    client: TestClient, empty: Store, clock: list[float]
) -> None:
    own = made(empty, SecretKind.CLIENT_SECRET, (*READ, Permission.DECISIONS_READ), program="oauth")
    name, secret = own.program.id, own.secret
    whole = client.post("/v1/oauth/token", data=FORM, auth=(name, secret))
    assert whole.status_code == 200, whole.text
    assert (whole.headers["cache-control"], whole.headers["pragma"]) == ("no-store", "no-cache")
    answer = whole.json()
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "suggestions:read decisions:read")
    assert 1700 < answer["expires_in"] <= 1800
    narrow = {**FORM, "client_id": name, "client_secret": secret, "scope": "suggestions:read"}
    token = client.post("/v1/oauth/token", data=narrow).json()["access_token"]
    assert ask(client, token) == 200
    assert ask(client, token, "/v1/decisions/x") == 403
    assert ask(client, answer["access_token"], "/v1/decisions/x") == 404
    assert ask(client, secret) == 401, "a client secret is shown to the token endpoint alone"
    with pytest.raises(NotSignedIn):
        by_secret(empty, TENANT, token, now=datetime.now(UTC) + timedelta(minutes=31))
    revoke(empty, TENANT, own.kept.visible, "test")
    clock[0] += REMEMBERED
    assert ask(client, token) == 401, "the tokens go with the secret"
    assert client.post("/v1/oauth/token", data=FORM, auth=(name, secret)).status_code == 401


def test_a_token_ends_with_the_secret_it_was_fetched_with(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    old = made(empty, SecretKind.CLIENT_SECRET, program="leaked")
    fetched = issue_token(empty, TENANT, old.program.id, old.secret, None)
    new = rotate(empty, TENANT, old.kept.id, timedelta(minutes=5), "test", now=now)
    other = issue_token(empty, TENANT, old.program.id, new.secret, None)
    soon = now + timedelta(minutes=6)
    with pytest.raises(NotSignedIn):
        by_secret(empty, TENANT, fetched.secret, now=soon)
    assert by_secret(empty, TENANT, other.secret, now=soon)[0].name == "leaked"

    known = programs._known_client

    def known_and_then_revoked(*asked: Any) -> Any:
        found = known(*asked)
        revoke(empty, TENANT, new.kept.id, "test")
        return found

    monkeypatch.setattr(programs, "_known_client", known_and_then_revoked)
    with pytest.raises(NotSignedIn):
        issue_token(empty, TENANT, old.program.id, new.secret, None)


def test_the_token_endpoint_refuses_as_the_standard_says(client: TestClient, empty: Store) -> None:
    own = made(empty, SecretKind.CLIENT_SECRET, program="standard")
    other = made(empty, SecretKind.CLIENT_SECRET, program="another")
    key = made(empty)
    pair = (own.program.id, own.secret)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"data": FORM}, 401, "invalid_client"),
        ({"data": FORM, "auth": (own.program.id, other.secret)}, 401, "invalid_client"),
        ({"data": FORM, "auth": (own.program.id, new_secret(SecretKind.CLIENT_SECRET, TENANT))}, 401, "invalid_client"),
        ({"data": FORM, "auth": (key.program.id, key.secret)}, 401, "invalid_client"),
        ({"data": FORM, "headers": {"Authorization": "Basic \u00e4\u00f6".encode("latin-1")}}, 401, "invalid_client"),
        ({"data": FORM, "headers": {"Authorization": f"Bearer {own.secret}"}}, 401, "invalid_client"),
        ({"data": FORM, "headers": {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()}}, 401, "invalid_client"),
        ({"data": {**FORM, "client_secret": own.secret}, "auth": pair}, 400, "invalid_request"),
        ({"data": {"grant_type": "password"}, "auth": pair}, 400, "unsupported_grant_type"),
        ({"data": {}, "auth": pair}, 400, "invalid_request"),
        ({"json": FORM, "auth": pair}, 400, "invalid_request"),
        ({"content": b"grant_type=client_credentials&grant_type=x", "auth": pair, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "invalid_request"),
        ({"data": {**FORM, "scope": "decisions:write"}, "auth": pair}, 400, "invalid_scope"),
        ({"data": {**FORM, "scope": "entries:approve"}, "auth": pair}, 400, "invalid_scope"),
        ({"data": {**FORM, "scope": '"\\\u00e4'}, "auth": pair}, 400, "invalid_scope"),
    ]  # fmt: skip
    for sent, status, code in cases:
        answer = client.post("/v1/oauth/token", **sent)
        assert (answer.status_code, answer.json()["error"]) == (status, code), (sent, answer.text)
        assert answer.json()["error_description"].isascii()
        assert (status == 401) == ("www-authenticate" in answer.headers)


ODD: tuple[bytes, ...] = (
    b"", b"Bearer", b"Bearer ", b"Bearer x", b"Basic eDp5", b"Bearer " + b"A" * 8000, b"Bearer \xff\xfe", b"Bearer htk_" + b"A" * 43,
    b"Bearer hta_" + b"A" * 43, b"Bearer hts_" + b"A" * 43, b"Bearer htk_" + b"'" * 43, b"Digest x", b"Bearer a b c", b"Bearer eyJhbGciOiJub25lIn0.e30.",
)  # fmt: skip


@pytest.mark.parametrize("header", ODD)
def test_what_is_no_credential_is_a_problem_and_nothing_is_read_or_kept(
    client: TestClient, empty: Store, header: bytes
) -> None:
    with empty.tenant(TENANT, read_only=True) as db:
        before = db.audit_head()
    for method, path in (("GET", "/v1/suggestions"), ("POST", "/v1/decisions")):
        answer = client.request(
            method, path, headers={"Authorization": header}, content=b"{" if method == "POST" else None
        )
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.json()["type"] == "urn:hourtrail:problem:not-signed-in"
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    with empty.tenant(TENANT, read_only=True) as db:
        assert db.audit_head() == before


def test_each_principal_has_its_share_of_a_minute(empty: Store) -> None:
    now = [30.0]
    login = Login(passwords=CHEAP, pace=Pace(of_a_person=1, of_a_program=2, clock=lambda: now[0]))
    app = create_app(empty, TENANT, load_models(rules_only=True), login=login)
    client = TestClient(app, base_url="http://localhost")
    one, other = made(empty, program="one").secret, made(empty, program="other").secret

    def me(secret: str) -> Any:
        return client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"})

    assert [me(one).headers["ratelimit"] for _ in range(2)] == ['"minute";r=1;t=30', '"minute";r=0;t=30']
    refused = me(one)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:hourtrail:problem:too-many-requests")
    assert (refused.headers["retry-after"], refused.headers["ratelimit-policy"]) == ("30", '"minute";q=2;w=60')
    assert me(other).status_code == 200
    now[0] += 30
    assert me(one).status_code == 200
    assert "ratelimit" not in client.get("/livez").headers


def test_a_tenant_does_not_know_another_ones_keys(client: TestClient, empty: Store) -> None:
    new = NewSecret(kind=SecretKind.API_KEY, program="psa", scopes=SCOPES, life=timedelta(days=1))
    foreign = create_secret(empty, "another tenant", new, "test").secret
    assert ask(client, foreign) == 401
    with pytest.raises(NotFound):
        revoke(empty, "another tenant", made(empty).kept.visible, "test")


def test_a_program_carries_a_persons_word_only_when_it_may(site: Site) -> None:
    row = site.open_suggestions(BEN)[0]
    body = {"suggestion": row["id"], "verdict": "accept"}
    unnamed = site.http.post("/v1/decisions", json=body)
    assert (unnamed.status_code, "actor" in unnamed.json()["detail"]) == (422, True)
    new = NewSecret(
        kind=SecretKind.API_KEY, program="no voice", scopes=(Permission.DECISIONS_WRITE,), life=timedelta(days=1)
    )
    voiceless = create_secret(site.store, TENANT, new, "test").secret
    refused = site.http.post(
        "/v1/decisions", json={**body, "actor": BEN}, headers={"Authorization": f"Bearer {voiceless}"}
    )
    assert (refused.status_code, "people:on_behalf" in refused.json()["detail"]) == (403, True)
    assert site.get(f"/v1/suggestions/{row['id']}")["status"] == "open"
    done = site.http.post("/v1/decisions", json={**body, "actor": BEN})
    assert (done.status_code, done.json()["decision"]["actor"]) == (201, BEN)


def test_a_program_that_only_decides_is_shown_no_day(site: Site) -> None:
    row = site.open_suggestions(BEN)[0]
    scopes = (Permission.DECISIONS_WRITE, Permission.ON_BEHALF)
    new = NewSecret(kind=SecretKind.API_KEY, program="only decides", scopes=scopes, life=timedelta(days=1))
    key = {"Authorization": f"Bearer {create_secret(site.store, TENANT, new, 'test').secret}"}
    form = {"verdict": "accept", "person": BEN, "as": BEN, "date": row["date"], "revision": "1", "shown_at": row["end"]}
    wrong = site.http.post("/day/decide", data={**form, "suggestion": "sug_0"}, headers=key)
    assert wrong.status_code == 403
    assert row["narrative"] not in wrong.text
    assert site.http.get("/day", params={"person": BEN, "date": row["date"]}, headers=key).status_code == 403


def test_people_see_what_is_theirs_and_their_teams(site: Site) -> None:
    ben, ada = (site.person(who, Role.CONSULTANT) for who in (BEN, ADA))
    row = site.open_suggestions(BEN)[0]
    assert {found["person"] for found in ben.get("/v1/suggestions").json()["suggestions"]} == {BEN}
    assert ada.get("/v1/suggestions", params={"person": BEN}).json()["type"] == "urn:hourtrail:problem:out-of-reach"
    there, not_there = (ada.get(f"/v1/suggestions/{name}") for name in (row["id"], "sug_0"))
    assert there.status_code == not_there.status_code == 404
    assert there.json()["detail"].replace(row["id"], "sug_0") == not_there.json()["detail"], (
        "which of them exists is not told"
    )
    assert ada.get(f"/v1/weeks/{BEN}/2026-03-04").status_code == 403
    assert ada.post("/v1/decisions", json={"suggestion": row["id"], "verdict": "accept"}).status_code == 404
    named = ada.post("/v1/decisions", json={"suggestion": row["id"], "verdict": "accept", "actor": BEN})
    assert named.json()["type"] == "urn:hourtrail:problem:out-of-reach"
    told = ben.post("/v1/decisions", json={"suggestion": row["id"], "verdict": "accept"}).json()
    decision, entry = told["decision"]["id"], told["time_entries"][0]["id"]
    assert told["decision"]["actor"] == BEN
    for path in (f"/v1/decisions/{decision}", f"/v1/time-entries/{entry}", f"/v1/time-entries/{entry}/trail"):
        assert (ben.get(path).status_code, ada.get(path).status_code) == (200, 404), path
    assert ada.post("/v1/decisions", json={"suggestion": decision, "verdict": "undo"}).status_code == 404
    assert ada.post(f"/v1/time-entries/{entry}/status", json={"status": "submitted"}).status_code == 404
    dana = site.person(DANA, Role.APPROVER)
    path = f"/v1/time-entries/{entry}"
    assert (dana.get(path).status_code, dana.get(f"{path}/trail").status_code) == (404, 404), "a draft"
    assert ben.post(f"{path}/status", json={"status": "submitted"}).status_code == 200
    assert (dana.get(path).status_code, dana.get(f"{path}/trail").status_code) == (200, 200)
    assert dana.get("/v1/suggestions", params={"person": BEN}).status_code == 403
    listed = dana.get("/v1/time-entries", params={"person": BEN}).json()["time_entries"]
    assert entry in {found["id"] for found in listed}
    assert "draft" not in {found["status"] for found in listed}
    chloe = site.person("chloe@northlight.example", Role.APPROVER)
    assert chloe.post(f"{path}/status", json={"status": "approved"}).status_code == 404, "not of her team"
    assert dana.post(f"{path}/status", json={"status": "approved"}).json()["status"] == "approved"
    finance = site.person("fin@northlight.example", Role.FINANCE)
    assert finance.get(path).status_code == 200
    assert finance.post(f"{path}/status", json={"status": "rejected"}).status_code == 403
    partner = site.person("partner@northlight.example", Role.PARTNER_ADMIN)
    assert {
        partner.get(one).status_code
        for one in (path, f"{path}/trail", "/v1/suggestions", "/day?person=x&date=2026-03-02")
    } == {403}
    accounts = partner.get("/v1/accounts").json()
    assert {"psa"} <= {found["program"] for found in accounts["programs"]}
    assert not [found for found in accounts["programs"] if "secret" in found or "digest" in found]
    assert not [found for found in accounts["accounts"] if "password" in found]


def test_colleagues_confirmed_work_is_not_told_by_scoring(site: Site) -> None:
    activity = {"source": "csv", "external_id": "1", "kind": "call", "person": BEN, "start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z", "title": "Portal"}  # fmt: skip
    ada, ben = (site.person(who, Role.CONSULTANT) for who in (ADA, BEN))
    assert ada.post("/v1/suggestions:score", json={"activities": [activity]}).status_code == 403
    assert ben.post("/v1/suggestions:score", json={"activities": [activity]}).status_code == 200
