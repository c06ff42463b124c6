"""The OpenAPI document as people read it: operations by topic, what each takes and answers, and the schemas that these name."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

Document = Mapping[str, Any]

_NAMES: Final[dict[str, str]] = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object",
    "null": "null", "anything": "anything",
}  # fmt: skip
_FORMATS: Final[dict[str, str]] = {"date": "date", "date-time": "time with offset"}
_DEPTH: Final = 3
"""Levels of members shown in one table; what lies deeper is in the example."""


@dataclass(frozen=True, slots=True)
class Member:
    """One parameter or member: its name (dotted where it lies deeper), what it may be, and what it means."""

    name: str
    kind: str
    schema: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent or answered in one media type: the named schema, its members and an example as text; each may be empty."""

    media: str
    kind: str
    schema: str
    members: tuple[Member, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status of an operation."""

    status: str
    words: str
    headers: tuple[str, ...]
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request that can be made."""

    id: str
    method: str
    path: str
    title: str
    words: str
    topic: str
    needs: tuple[str, ...]
    is_deprecated: bool
    parameters: tuple[tuple[str, Member], ...]
    request: tuple[Body, ...]
    answers: tuple[Answer, ...]


def said(text: str) -> Markup:
    """Words of the document: paragraphs, and code between backticks."""
    parts = [re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(part))) for part in text.split("\n\n") if part]
    return Markup("".join(f"<p>{part}</p>" for part in parts))  # noqa: S704 - each part is escaped above


def operations(document: Document) -> list[Operation]:
    """All of them, in the document's order."""
    return [
        _operation(document, method, path, one)
        for path, item in document["paths"].items()
        for method, one in item.items()
    ]


def schemas(document: Document) -> dict[str, tuple[str, tuple[Member, ...]]]:
    """Each named schema: what it is, and its members."""
    found = document["components"]["schemas"]
    return {
        name: (str(one.get("description", "")) or kind_of(one)[0], tuple(members(one)))
        for name, one in sorted(found.items())
    }


def _operation(document: Document, method: str, path: str, one: Mapping[str, Any]) -> Operation:
    needs = sorted({name for way in one.get("security", ()) for names in way.values() for name in names})
    rows = one.get("parameters", ())
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        title=one.get("summary", ""),
        words=one.get("description", ""),
        topic=next(iter(one.get("tags", ())), "other"),
        needs=tuple(needs),
        is_deprecated=one.get("deprecated", False),
        parameters=tuple((row["in"], _member(row["name"], row["schema"], row)) for row in rows),
        request=tuple(_bodies(document, one.get("requestBody", {}))),
        answers=tuple(
            Answer(
                status=status,
                words=answer.get("description", ""),
                headers=tuple(answer.get("headers", ())),
                bodies=tuple(_bodies(document, answer)),
            )
            for status, answer in one["responses"].items()
        ),
    )


def _bodies(document: Document, holder: Mapping[str, Any]) -> Iterator[Body]:
    for media, content in holder.get("content", {}).items():
        schema = content.get("schema", {})
        kind, name = kind_of(schema)
        whole = document["components"]["schemas"].get(name, schema) if name else schema
        example = content.get("example", "")
        text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        yield Body(media=media, kind=kind, schema=name, members=tuple(members(whole)), example=text)


def members(schema: Mapping[str, Any], *, within: str = "", depth: int = 1) -> Iterator[Member]:
    """The members of an object, those of objects inside of it by dotted names; what has a name of its own is only named."""
    needed = set(schema.get("required", ()))
    for name, one in schema.get("properties", {}).items():
        yield _member(f"{within}{name}", one, {"required": name in needed})
        inner, mark = (one.get("items", {}), "[].") if one.get("type") == "array" else (one, ".")
        if depth < _DEPTH:
            yield from members(inner, within=f"{within}{name}{mark}", depth=depth + 1)


def _member(name: str, schema: Mapping[str, Any], row: Mapping[str, Any]) -> Member:
    kind, link = kind_of(schema)
    words = str(row.get("description") or schema.get("description", ""))
    return Member(name=name, kind=kind, schema=link, required=bool(row.get("required")), words=words)


def kind_of(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What a value may be, in words, and the named schema that says more of it."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return name, name
    for way in ("anyOf", "oneOf"):
        if way in schema:
            kinds = [kind_of(one) for one in schema[way]]
            return " or ".join(dict.fromkeys(kind for kind, _ in kinds)), next((link for _, link in kinds if link), "")
    if schema.get("type") == "array":
        inner, link = kind_of(schema.get("items", {}))
        return f"list of {inner}", link
    return _plain(schema), ""


def _plain(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(_NAMES[one] for one in kind)
    if kind == "string" and "format" in schema:
        return _FORMATS.get(schema["format"], str(schema["format"]))
    return _NAMES[kind] + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low:,.10g} to {high:,.10g}"
    if low is not None:
        return f", {low:,.10g} or more"
    return "" if high is None else f", at most {high:,.10g}"
