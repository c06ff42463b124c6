"""What would break a program that was written for an earlier document of the interface: the rules of the data contracts.

Adding is a minor change; removing or renaming an operation, a parameter, a member of an answer, or a value that may be sent,
and asking for more than before, are major ones.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
Document = Mapping[str, Any]


def broken(before: Document, now: Document) -> list[str]:
    """Each thing that would break, in a sentence."""
    return sorted(set(_operations(before, now)))


def _operations(before: Document, now: Document) -> Iterator[str]:
    for path, item in before["paths"].items():
        for method, old in item.items():
            at = f"{method.upper()} {path}"
            new = now["paths"].get(path, {}).get(method)
            if new is None:
                yield f"{at} is gone"
                continue
            if new["operationId"] != old["operationId"]:
                yield f"{at} is called {new['operationId']}, no more {old['operationId']}"
            yield from _parameters(at, old, new, before, now)
            yield from _bodies(at, old, new, before, now)
            yield from _answers(at, old, new, before, now)


def _parameters(at: str, old: Schema, new: Schema, before: Document, now: Document) -> Iterator[str]:
    known, there = ({(row["in"], row["name"]): row for row in one.get("parameters", ())} for one in (old, new))
    for place, row in known.items():
        if place not in there:
            yield f"{at} takes no {place[1]} any more"
        else:
            yield from _sent(f"{at} {place[1]}", row["schema"], there[place]["schema"], before, now)
    for place, row in there.items():
        if row.get("required") and not known.get(place, {}).get("required"):
            yield f"{at} now needs {place[1]}"


def _bodies(at: str, old: Schema, new: Schema, before: Document, now: Document) -> Iterator[str]:
    was, is_now = old.get("requestBody"), new.get("requestBody")
    if is_now is not None and is_now.get("required") and not (was or {}).get("required"):
        yield f"{at} now needs a body"
    for kind, content in (was or {"content": {}})["content"].items():
        there = (is_now or {"content": {}})["content"].get(kind)
        if there is None:
            yield f"{at} takes no {kind} any more"
        else:
            yield from _sent(at, content["schema"], there["schema"], before, now)


def _answers(at: str, old: Schema, new: Schema, before: Document, now: Document) -> Iterator[str]:
    for status, answer in old["responses"].items():
        if not status.startswith("2"):
            continue
        there = new["responses"].get(status)
        if there is None:
            yield f"{at} answers no {status} any more"
            continue
        for kind, content in answer.get("content", {}).items():
            if kind not in there.get("content", {}):
                yield f"{at} answers no {kind} any more"
            else:
                yield from _told(f"{at} {status}", content["schema"], there["content"][kind]["schema"], before, now)


def _resolved(schema: Schema, document: Document) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _kinds(schema: Schema) -> set[str]:
    """The types that a schema allows; a choice of whole schemas is looked into elsewhere."""
    if "anyOf" in schema:
        return {kind for one in schema["anyOf"] for kind in _kinds(one)}
    if "const" in schema:
        return set()
    kind = schema.get("type", ())
    return {kind} if isinstance(kind, str) else set(kind)


def _sent(at: str, old: Schema, new: Schema, before: Document, now: Document, depth: int = 0) -> Iterator[str]:
    """What a program sends: it must go on being taken."""
    old, new = _resolved(old, before), _resolved(new, now)
    if (lost := _kinds(old) - _kinds(new)) and _kinds(new):
        yield f"{at} takes no {', '.join(sorted(lost))} any more"
    if "enum" in new and (gone := [value for value in old.get("enum", ()) if value not in new["enum"]]):
        yield f"{at} takes no {gone[0]!r} any more"
    for word, stricter in (
        ("maxLength", -1),
        ("maxItems", -1),
        ("maximum", -1),
        ("minLength", 1),
        ("minItems", 1),
        ("minimum", 1),
    ):
        if word in new and (word not in old or (new[word] - old[word]) * stricter > 0):
            yield f"{at} has a narrower {word}"
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{at} now needs {name}"
    if depth < 8:
        for name, member in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{at} takes no {name} any more"
            else:
                yield from _sent(f"{at} {name}", member, new["properties"][name], before, now, depth + 1)
        yield from _choices(_sent, at, old, new, before, now, depth)


def _told(at: str, old: Schema, new: Schema, before: Document, now: Document, depth: int = 0) -> Iterator[str]:
    """What a program reads: it must go on being there, in the type that it was."""
    old, new = _resolved(old, before), _resolved(new, now)
    if (more := _kinds(new) - _kinds(old)) and _kinds(old):
        yield f"{at} may now be {', '.join(sorted(more))}"
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        yield f"{at} {name} is not always there any more"
    if depth < 8:
        for name, member in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{at} {name} is gone"
            else:
                yield from _told(f"{at} {name}", member, new["properties"][name], before, now, depth + 1)
        yield from _choices(_told, at, old, new, before, now, depth)


def _choices(
    look: Any, at: str, old: Schema, new: Schema, before: Document, now: Document, depth: int
) -> Iterator[str]:
    """Into the items of a list, and into the one schema that may be null."""
    if "items" in old and "items" in new:
        yield from look(f"{at}[]", old["items"], new["items"], before, now, depth + 1)
    olds, news = ([one for one in schema.get("anyOf", ()) if one.get("type") != "null"] for schema in (old, new))
    if len(olds) == len(news) == 1:
        yield from look(at, olds[0], news[0], before, now, depth + 1)


def _lean(value: Any) -> Any:
    """Without what no program depends on."""
    if isinstance(value, dict):
        kept = {
            name: one
            for name, one in value.items()
            if name != "example" and not (name == "description" and isinstance(one, str))
        }
        return {name: _lean(one) for name, one in kept.items()}
    return [_lean(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    here = Path(__file__).parent
    document = _lean(json.loads((here / "openapi.json").read_text(encoding="utf-8")))
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    (here / "openapi-frozen.json").write_text(text + "\n", encoding="utf-8")
