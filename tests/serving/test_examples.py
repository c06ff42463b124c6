"""The examples of the document are real: each was asked of the sample firm, and fits its schema; every code is described."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from tests.serving.conftest import TENANT, Site
from tests.serving.examples_run import Asked, ask_everything
from tests.serving.good_requests import MEETING

import hourtrail_serving
from hourtrail.store import Store
from hourtrail_serving.guards import HEADERS
from hourtrail_serving.header_words import OWN
from hourtrail_serving.openapi_examples import FILE
from hourtrail_serving.problems import CODES, TYPE_BASE
from hourtrail_serving.served import HEAVY_AT_ONCE

EXAMPLES: Final = Path(hourtrail_serving.__file__).parent / FILE
REFERENCE: Final = Path(__file__).parents[2] / "docs" / "reference" / "http-api.md"
MOST_SHOWN: Final = 2
WITHOUT: Final = {"/v1/audit/export", "/v1/people/{person}/export", "/v1/models/{name}/card"}
"""They answer files."""
EVERYWHERE: Final = {name.lower() for name in HEADERS} | {"content-type", "content-length"}
"""Headers that no operation declares: every answer carries them."""
SECRETS: Final = re.compile(r"ht[a-z]_[\w-]{20,}(\.\w+)?")


def document(site: Site) -> dict[str, Any]:
    return dict(site.get("/openapi.json"))


def operations(found: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in found["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def declared(answer: dict[str, Any]) -> set[str]:
    return {name.lower() for name in answer.get("headers", {})}


def fitting(schema: dict[str, Any], found: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": found["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def shortened(value: Any) -> Any:
    """Lists with their first members alone, and no secret, though it were one that has long ended."""
    if isinstance(value, list):
        return [shortened(one) for one in value[:MOST_SHOWN]]
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return SECRETS.sub("hta_…", value) if isinstance(value, str) else value


def test_every_operation_answers_its_example_as_the_document_says(
    store: Store, standing: Site, update_golden: bool
) -> None:
    """Asked anew each time: what is told of it may be other than the example, but not of another form."""
    found, asked = document(standing), list(ask_everything(store))
    assert [(row.key, row.body) for row in asked if row.status >= 300] == []
    by_key = {(method, path): operation for method, path, operation in operations(found)}
    for row in asked:
        assert _faults(found, by_key[row.key], row) == [], row.key
    assert {path for _, path in set(by_key) - {row.key for row in asked}} == WITHOUT
    if update_golden:
        known = {by_key[row.key]["operationId"]: _example(row) for row in asked if row.kind == "application/json"}
        EXAMPLES.write_text(json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _faults(found: dict[str, Any], operation: dict[str, Any], row: Asked) -> list[str]:
    told = operation["responses"][str(row.status)]
    faults = [f"undeclared header {name}" for name in row.headers - EVERYWHERE - declared(told)]
    answer = told["content"][row.kind]
    faults += fitting(answer["schema"], found, row.body)
    if row.request is not None and "/oauth/" not in row.path:
        faults += fitting(operation["requestBody"]["content"]["application/json"]["schema"], found, row.request)
    return faults


def _example(row: Asked) -> dict[str, Any]:
    shown = {"kind": row.kind, "answer": shortened(row.body)}
    return shown if row.request is None else {"request": shortened(row.request), **shown}


def test_every_example_that_is_shown_fits_its_schema(standing: Site) -> None:
    found = document(standing)
    for method, path, operation in operations(found):
        bodies = list(operation.get("requestBody", {}).get("content", {}).items())
        for status, answer in operation["responses"].items():
            bodies += [
                (kind, content)
                for kind, content in answer.get("content", {}).items()
                if path not in WITHOUT or status >= "4"
            ]
        for kind, content in bodies:
            if kind != "text/csv":
                assert "example" in content, (method, path, kind, "make interface")
                assert fitting(content["schema"], found, content["example"]) == [], (
                    method,
                    path,
                    kind,
                    "make interface",
                )


def test_every_code_stands_in_the_reference_and_none_that_is_not_given() -> None:
    table = REFERENCE.read_text(encoding="utf-8").partition("## Errors")[2].partition("\n## ")[0]
    told = {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", table, re.MULTILINE)}
    assert told == {(int(status), code) for code, (status, _) in CODES.items()}


def test_the_codes_of_a_refusal_are_told_where_it_may_come(standing: Site) -> None:
    refusals = document(standing)["paths"]["/v1/decisions:batch"]["post"]["responses"]
    assert "`one-by-one`" in refusals["409"]["description"]
    assert "`mode-not-proven`" not in refusals["409"]["description"]
    assert refusals["403"]["content"]["application/problem+json"]["example"]["type"].startswith(TYPE_BASE)


@pytest.mark.parametrize("word", ["hta_", "hts_", "htk_"])
def test_no_secret_is_shown(word: str) -> None:
    assert re.findall(rf"{word}[\w-]{{20,}}", EXAMPLES.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("score_activities", ("suggestions", "suggestions.0.candidates", "suggestions.0.reasons")),
        ("post_checks", ("findings",)),
        ("list_invoices", ("invoices",)),
        ("list_disputes", ("disputes",)),
        ("get_trail", ("approvals", "corrected", "findings", "evidence", "suggestion.routing")),
        ("list_findings", ("items",)),
    ],
)
def test_an_example_shows_what_the_operation_is_for(operation: str, members: tuple[str, ...]) -> None:
    answer = json.loads(EXAMPLES.read_text(encoding="utf-8"))[operation]["answer"]
    for member in members:
        value = answer
        for part in member.split("."):
            value = value[int(part) if part.isdigit() else part]
        assert value, member


def test_the_examples_come_from_the_shipped_model() -> None:
    answer = json.loads(EXAMPLES.read_text(encoding="utf-8"))["score_activities"]["answer"]
    assert (answer["model"]["name"], answer["degraded"]) == ("ranker", None)
    assert answer["suggestions"][0]["band"] == "suggest"


@pytest.mark.parametrize(
    ("method", "path", "body", "bearer", "status", "sent"),
    [
        ("GET", "/v1/me", None, "", 200, {"ratelimit", "ratelimit-policy"}),
        ("GET", "/v1/suggestions", None, "", 422, {"ratelimit", "ratelimit-policy"}),
        ("GET", "/v1/suggestions/{suggestion}", None, "", 404, {"ratelimit", "ratelimit-policy"}),
        ("GET", "/v1/me", None, "wrong", 401, {"www-authenticate"}),
        ("GET", "/v1/accounts", None, "", 403, {"www-authenticate", "ratelimit"}),
        ("POST", "/v1/oauth/token", {"grant_type": "client_credentials"}, "", 401, {"ratelimit", "pragma"}),
        ("POST", "/v1/suggestions:score", {"activities": [MEETING]}, "", 503, {"retry-after", "ratelimit"}),
    ],
)
def test_the_headers_of_a_refusal_are_declared(
    standing: Site, method: str, path: str, body: Any, bearer: str, status: int, sent: set[str]
) -> None:
    operation = document(standing)["paths"][path][method.lower()]
    more: dict[str, Any] = {"data": body} if "oauth" in path else {"json": body}
    if bearer:
        more["headers"] = {"Authorization": f"Bearer {bearer}"}
    with ExitStack() as stack:
        if status == 503:
            for _ in range(HEAVY_AT_ONCE):
                stack.enter_context(standing.app.state.tenancy.served(TENANT).heavy())
        answer = standing.http.request(method, path.replace("{suggestion}", "none"), **more)
    assert answer.status_code == status, answer.text
    told = {name.lower() for name in answer.headers} - EVERYWHERE - {"date", "server"}
    assert sent <= told
    assert told <= declared(operation["responses"][str(status)])


def test_what_is_sent_too_often_says_when_to_come_back(standing: Site) -> None:
    for _, path, operation in operations(document(standing)):
        for status, answer in operation["responses"].items():
            if status in {"429", "503"}:
                assert "retry-after" in declared(answer), (path, status)


def test_each_operation_with_headers_of_its_own_is_one(standing: Site) -> None:
    assert set(OWN) <= {operation["operationId"] for _, _, operation in operations(document(standing))}
