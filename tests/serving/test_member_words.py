"""The document says what its topics, parameters and the members of what a program meets first mean."""

from typing import Any

import pytest
from tests.serving.conftest import Site

from hourtrail_serving.member_words import CORE, EVERYWHERE, MEMBER_WORDS, SCHEMA_WORDS, TAGS


def nameless(schema: dict[str, Any], at: str = "") -> list[str]:
    own = [f"{at}{name}" for name, one in schema.get("properties", {}).items() if not one.get("description")]
    inner = [fault for name, one in schema.get("properties", {}).items() for fault in nameless(one, f"{at}{name}.")]
    deeper = [fault for one in (schema.get("items"), *schema.get("anyOf", ())) if one for fault in nameless(one, at)]
    return own + inner + deeper


@pytest.mark.parametrize("name", CORE)
def test_each_member_of_what_a_program_meets_first_says_what_it_means(standing: Site, name: str) -> None:
    schema = standing.get("/openapi.json")["components"]["schemas"][name]
    assert schema["description"]
    assert nameless(schema) == []


def test_each_topic_and_parameter_says_what_it_is(standing: Site) -> None:
    document = standing.get("/openapi.json")
    operations = [one for item in document["paths"].values() for one in item.values()]
    assert {row["name"] for row in document["tags"]} == {tag for one in operations for tag in one["tags"]} == set(TAGS)
    assert all(row["description"] for row in document["tags"])
    assert document["servers"]
    missing = [
        (one["operationId"], row["name"])
        for one in operations
        for row in one.get("parameters", ())
        if not row.get("description")
    ]
    assert missing == []


def test_no_words_are_kept_for_what_is_not_there(standing: Site) -> None:
    schemas = standing.get("/openapi.json")["components"]["schemas"]
    assert set(SCHEMA_WORDS) <= set(schemas)
    members: set[str] = set()
    waiting: list[Any] = [*schemas.values()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            members |= set(one.get("properties", {}))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    assert EVERYWHERE <= set(MEMBER_WORDS) <= members
