"""A refusal says in the product's words what is wrong, where, and what to do; never in those of a library."""

import re
from typing import Any, Final, get_args

import pytest
from pydantic_core.core_schema import ErrorType
from tests.serving.conftest import Site

from hourtrail_serving.fault_words import _WORDS

SCORE: Final = "/v1/suggestions:score"
LIBRARIES: Final = re.compile(
    r"[Tt]uple|dictionary|valid (string|integer|boolean|list)|[Ii]nput should|should (have|match)|Field required|"
    r"Extra inputs|error parsing|Method Not Allowed|pydantic|^\d+:|\\x00"
)


def refused(site: Site, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = site.http.request(method, path, **more)
    body: dict[str, Any] = answer.json()
    told = [body["detail"], *(row["reason"] for row in body.get("errors", ()))]
    assert [words for words in told if LIBRARIES.search(words)] == []
    return answer.status_code, body


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"\xff\xfe{", 400, "cannot be read; send one JSON object in UTF-8"),
        (b"{", 422, "the body is not JSON: Expecting property name enclosed in double quotes, at character 1"),
        (b"hallo", 422, "the body is not JSON: Expecting value, at character 0"),
        (b"", 422, "send a JSON object as the body"),
        (b"[]", 422, "the body must be a JSON object"),
        (b'"x"', 422, "the body must be a JSON object"),
    ],
)
def test_a_body_that_is_none(standing: Site, content: bytes, status: int, says: str) -> None:
    told, body = refused(standing, "POST", SCORE, content=content, headers={"Content-Type": "application/json"})
    assert told == status
    assert says in body["detail"]
    assert all(row["at"] == "" for row in body.get("errors", ()))


@pytest.mark.parametrize(
    ("path", "body", "at", "says"),
    [
        (SCORE, {"activities": []}, "activities", "at least 1 row"),
        (SCORE, {"activities": ["x"]}, "activities.0", "a JSON object"),
        (SCORE, {"activities": {"a": 1}}, "activities", "a JSON list"),
        (SCORE, {}, "activities", "is missing; send it"),
        (SCORE, {"activities": [{}], "taks": 1}, "taks", "is not known here"),
        (SCORE, {"activities": [{}] * 2001}, "activities", "at most 2,000 rows"),
        ("/v1/decisions", {"suggestion": "a\0b", "verdict": "accept"}, "suggestion", "U+0000"),
        ("/v1/decisions", {"suggestion": "", "verdict": "accept"}, "suggestion", "at least 1 character"),
        ("/v1/decisions", {"suggestion": "s", "verdict": "maybe"}, "verdict", "one of 'accept', 'edit'"),
        ("/v1/decisions", {"suggestion": "s", "verdict": "edit", "minutes": "x"}, "minutes", "a whole number"),
        ("/v1/decisions", {"suggestion": "s", "verdict": "edit", "minutes": 0}, "minutes", "1 or more"),
        ("/v1/decisions", {"suggestion": "s", "verdict": "edit", "billable": "so"}, "billable", "true or false"),
        ("/v1/decisions", {"suggestion": "s", "verdict": "edit", "narrative": 5}, "narrative", "a text"),
    ],
)
def test_a_member_that_does_not_fit(standing: Site, path: str, body: Any, at: str, says: str) -> None:
    status, told = refused(standing, "POST", path, json=body)
    assert status == 422
    assert [row["reason"] for row in told["errors"] if row["at"] == at and says in row["reason"]] != [], told


def test_what_an_address_takes_and_how_much(standing: Site) -> None:
    assert refused(standing, "DELETE", "/v1/suggestions") == (
        405,
        {
            "type": "urn:hourtrail:problem:method-not-allowed", "title": "Method Not Allowed", "status": 405,
            "detail": "DELETE does nothing at this address; it takes GET",
        },
    )  # fmt: skip
    status, body = refused(standing, "POST", SCORE, content=b"x" * 5_300_000)
    assert (status, body["detail"]) == (413, "the request's body is larger than 5,242,880 bytes; send less at once")


def test_every_kind_of_fault_that_has_words_is_one_of_pydantics() -> None:
    assert set(_WORDS) <= set(get_args(ErrorType))
