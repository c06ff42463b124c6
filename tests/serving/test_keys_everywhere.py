"""Whatever changes something is done once however often it is sent: by its key, or by what it is."""

from itertools import pairwise
from typing import Any, Final

from tests.serving.conftest import ADA, TENANT, Site
from tests.serving.examples_run import ORDER, ask_everything

from hourtrail.store import Store
from hourtrail_serving.access import SAFE

WITHOUT: Final = {
    (
        "POST",
        "/v1/oauth/token",
    ): "kept answers would hold secrets; a second token is as good as the first, and both end soon",
    ("POST", "/v1/checks"): "changes nothing",
    ("POST", "/v1/suggestions:score"): "changes nothing",
    ("POST", "/v1/audit:verify"): "changes nothing",
    ("POST", "/v1/suggestions:compute"): "reconciles: a second run finds what the first one made, and changes nothing",
    ("DELETE", "/v1/activities"): "what is withdrawn already stays so",
}
"""Operations that take no key, each with the reason."""


def writing(site: Site) -> dict[tuple[str, str], Any]:
    paths = site.app.openapi()["paths"]
    return {
        (method.upper(), path): operation
        for path, item in paths.items()
        for method, operation in item.items()
        if method.upper() not in SAFE
    }


def takes_key(operation: Any) -> bool:
    return any((row["in"], row["name"]) == ("header", "Idempotency-Key") for row in operation.get("parameters", ()))


def test_whatever_changes_something_takes_a_key_or_is_listed_with_the_reason(standing: Site) -> None:
    without = {key for key, operation in writing(standing).items() if not takes_key(operation)}
    assert without == set(WITHOUT)
    assert set(writing(standing)) <= {row[:2] for row in ORDER}, "so that the test below asks it"


def size(store: Store) -> int:
    with store.tenant(TENANT, read_only=True) as db:
        return db.audit_size()


def test_what_is_sent_twice_with_one_key_is_done_once_and_answered_alike(standing: Site, store: Store) -> None:
    keyed = {key for key, operation in writing(standing).items() if takes_key(operation)}
    asked, sizes = [], [size(store)]
    for row in ask_everything(store, twice=True):
        asked.append(row)
        sizes.append(size(store))
    pairs = [
        (first, second, sizes[number + 2] - sizes[number + 1])
        for number, (first, second) in enumerate(pairwise(asked))
        if number % 2 == 0 and first.key in keyed
    ]
    assert {first.key for first, _, _ in pairs} == keyed
    assert [first.key for first, _, _ in pairs if first.status >= 400] == []
    assert [(first.key, second.body) for first, second, _ in pairs if first.body != second.body] == []
    assert [first.key for first, _, more in pairs if more] == [], "nothing was logged the second time"


def test_a_key_of_a_move_belongs_to_that_move(site: Site) -> None:
    (entry,) = site.decide(site.open_suggestions()[0]).json()["time_entries"]
    path, key = f"/v1/time-entries/{entry['id']}/status", {"Idempotency-Key": "k-1"}
    submitted = site.http.post(path, json={"status": "submitted", "actor": ADA}, headers=key)
    again = site.http.post(path, json={"status": "submitted", "actor": ADA}, headers=key)
    assert (submitted.status_code, again.json(), again.headers["etag"]) == (
        200,
        submitted.json(),
        submitted.headers["etag"],
    )
    other = site.http.post(path, json={"status": "draft", "actor": ADA}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:hourtrail:problem:key-reused")
