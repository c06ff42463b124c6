"""Reasons for every candidate where they are asked for, and no slower answer where they are not."""

from tests.serving.conftest import ADA, Site

from hourtrail_serving.scoring import MOST_EXPLAINED

COMMIT = {
    "source": "git", "external_id": "c1", "kind": "commit", "person": ADA, "start": "2026-03-12T14:00:00Z",
    "title": "PORTAL-43 Keep the session", "container": "northlight/portal", "reference": "PORTAL-43",
}  # fmt: skip


def test_every_candidate_is_explained_where_that_is_asked_for(standing: Site) -> None:
    body = {"activities": [COMMIT]}
    plain = standing.http.post("/v1/suggestions:score", json=body).json()
    full = standing.http.post("/v1/suggestions:score", json={**body, "explain": "all"}).json()
    assert standing.http.post("/v1/suggestions:score", json={**body, "explain": "first"}).json() == plain
    (short,), (told,) = plain["suggestions"], full["suggestions"]
    assert all(set(row) == {"client", "project", "task", "confidence"} for row in short["candidates"])
    first, second = told["candidates"][:2]
    assert first["reasons"] == told["reasons"][: len(first["reasons"])] != []
    assert first["leans_on"] == told["leans_on"] != []
    assert second["reasons"] != first["reasons"]
    assert all({"reasons", "leans_on"} <= set(row) for row in told["candidates"])
    without = [{name: row[name] for name in short["candidates"][0]} for row in told["candidates"]]
    assert {**told, "candidates": without} == short, "reasons change no answer"


def test_so_much_explaining_at_once_is_refused(standing: Site) -> None:
    rows = [{**COMMIT, "external_id": f"c{number}"} for number in range(MOST_EXPLAINED + 1)]
    answer = standing.http.post("/v1/suggestions:score", json={"activities": rows, "explain": "all"})
    assert answer.status_code == 422
    assert "at most 200" in answer.json()["detail"]
    wrong = standing.http.post("/v1/suggestions:score", json={"activities": [COMMIT], "explain": "some"})
    assert wrong.json()["errors"][0]["reason"] == "must be one of 'first' or 'all'"
