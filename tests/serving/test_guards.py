"""What stands before every request: foreign hosts and origins, sizes, headers, and errors that tell nothing of the inside."""

from collections.abc import Iterator
from unittest.mock import Mock

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import ADA, Site

from hourtrail.domain.accounts import SecretKind, new_secret
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.app import MOST_BYTES, create_app
from hourtrail_serving.gate import Login

FORM = {"suggestion": "sug", "verdict": "accept", "as": ADA, "person": ADA, "date": "2026-03-03", "revision": "1", "shown_at": "2026-03-03T18:00:00Z"}  # fmt: skip


@pytest.fixture(scope="module")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server that asks nobody who they are, whatever name it was given."""
    with open_store(str(tmp_path_factory.mktemp("open") / "a.db")) as store:
        login = Login(required=False)
        yield TestClient(create_app(store, "t", load_models(rules_only=True), names=["hours.example"], login=login))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "192.168.1.5", "localhost."]
)
def test_own_names_and_plain_addresses_are_answered(standing: Site, host: str) -> None:
    assert standing.http.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "a@localhost.evil"]
)
def test_foreign_names_are_refused_before_anything_is_read(standing: Site, host: str) -> None:
    response = standing.http.get("/v1/suggestions", params={"person": ADA}, headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


def test_a_name_of_ours_is_answered(store: Store) -> None:
    client = TestClient(create_app(store, "t", load_models(rules_only=True), names=["Hours.example"]))
    assert client.get("/livez", headers={"Host": "hours.example:8000"}).status_code == 200
    assert client.get("/livez", headers={"Host": "other.example"}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:8000"}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "192.168.1.5"}, 421),
        ({"Host": "0.0.0.0:8000"}, 421),
        ({"Host": "hours.example"}, 421),
        ({"Host": "127.0.0.1", "X-Forwarded-For": "198.51.100.7"}, 421),
        ({"Host": "localhost", "Forwarded": "for=198.51.100.7"}, 421),
        ({"Host": "localhost", "Via": "1.1 proxy"}, 421),
    ],
)
def test_without_a_login_only_this_machine_itself_is_answered(
    open_door: TestClient, headers: dict[str, str], status: int
) -> None:
    assert open_door.get("/v1/me", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, False),
        ({"Origin": "OWN"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://127.0.0.1:1"}, False),
    ],
)
@pytest.mark.parametrize("path", ["/day/decide", "/v1/decisions"])
def test_another_sites_page_cannot_decide(standing: Site, path: str, headers: dict[str, str], passes: bool) -> None:
    sent = {name: standing.url if value == "OWN" else value for name, value in headers.items()}
    # The suggestion does not exist: what passes the guard is answered 404 or 422.
    response = standing.http.post(path, data=FORM, headers=sent)
    assert (response.status_code == 403) is not passes
    if not passes:
        assert response.json()["type"] == "urn:hourtrail:problem:foreign-origin"


@pytest.mark.parametrize(
    "path", ["/day?person=ada&date=2026-03-03", "/", "/livez", "/no", "/static/keys.js", "/v1/suggestions"]
)
def test_every_answer_carries_the_headers(standing: Site, path: str) -> None:
    headers = standing.http.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    # no-referrer would make browsers send "Origin: null" with our own forms.
    assert headers["referrer-policy"] == "same-origin"


def test_a_body_that_is_too_large_is_refused_told_or_streamed(standing: Site) -> None:
    def stream() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 65536 + 2):
            yield b" " * 65536

    headers = {"Content-Type": "application/json"}
    for content in (b" " * (MOST_BYTES + 1), stream()):
        response = standing.http.post("/v1/suggestions:score", content=content, headers=headers)
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:hourtrail:problem:too-large"
        assert "larger than" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"suggestion": "\\ud800"}', b"\xff\xfe", b"[" * 100_000, b'{"minutes": 1e400}'],
)
def test_what_is_no_body_is_a_problem(standing: Site, body: bytes) -> None:
    response = standing.http.post("/v1/decisions", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in response.text


def test_an_unexpected_error_tells_nothing_of_the_inside() -> None:
    broken = Mock(spec=Store)
    broken.tenant.side_effect = RuntimeError("secret detail of the inside")
    client = TestClient(
        create_app(broken, "t", load_models(rules_only=True)),
        headers={"Authorization": f"Bearer {new_secret(SecretKind.API_KEY, 't')}"},
        base_url="http://localhost",
        raise_server_exceptions=False,
    )
    response = client.get("/v1/suggestions", params={"person": "ada"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_methods_that_do_not_exist_are_problems(standing: Site) -> None:
    response = standing.http.delete("/v1/decisions/x")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"] == "GET"
    assert standing.http.patch("/v1/activities").headers["allow"] == "DELETE, GET, POST"
    act = standing.http.get(f"/v1/timesheets/{ADA}/2026-03-02:submit")
    assert (act.status_code, act.headers["allow"]) == (405, "POST"), "an act is no week with an odd name"


def test_the_server_does_not_serve_other_files(standing: Site) -> None:
    for path in ("/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        with httpx2.Client(base_url=standing.url) as client:
            assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/day?person=ada&date=2026-13-99", "/review?from=x"])
def test_an_address_that_was_mistyped_in_a_browser_is_answered_with_a_page(open_door: TestClient, path: str) -> None:
    shown = open_door.get(path, headers={"Host": "127.0.0.1", "Accept": "text/html,application/xhtml+xml"})
    assert (shown.status_code, shown.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "<h1>This address does not fit</h1>" in shown.text
    assert "is not a date; write it like 2026-03-02" in shown.text
    told = open_door.get(path, headers={"Host": "127.0.0.1", "Accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
