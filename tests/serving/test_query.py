"""Parameters that an operation does not take are refused: a filter that was misspelt would answer another question."""

import httpx2
import pytest
from tests.serving.conftest import ADA, Site


@pytest.mark.parametrize(
    ("path", "names", "takes"),
    [
        (f"/v1/suggestions?person={ADA}&stauts=open", ["stauts"], "cursor, from, limit, person, status, to"),
        (f"/v1/time-entries?persn={ADA}&person={ADA}&x=1&x=2", ["persn", "x"], "person"),
        ("/v1/me?bogus=1", ["bogus"], "this address takes none"),
        ("/v1/suggestions/none?person=a", ["person"], "this address takes none"),
    ],
)
def test_unknown_parameters_are_named_with_those_that_there_are(
    standing: Site, path: str, names: list[str], takes: str
) -> None:
    answer = standing.http.get(path)
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["type"] == "urn:hourtrail:problem:invalid-input"
    assert [(row["in"], row["at"]) for row in body["errors"]] == [("query", name) for name in names]
    assert takes in body["detail"]


def test_known_ones_are_taken_and_nobody_learns_of_them_before_they_are_known(standing: Site) -> None:
    listed = standing.http.delete("/v1/activities?source=psa&external_id=none-1&external_id=none-2")
    assert listed.status_code == 200, listed.text
    assert httpx2.get(f"{standing.url}/v1/me?bogus=1").status_code == 401
    assert httpx2.get(f"{standing.url}/livez?now=1").status_code == 200
