"""Walks every route of the application with another tenant's names in every place of a request that takes a text.

What a route takes is read from the application itself, so a route that was added this morning is walked this evening.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from hourtrail_serving.app import ROUTERS

DAY, INSTANT = "2026-03-03", "2026-03-03T10:00:00+01:00"
MOST_NAMES = 5
"""Values tried in one place of an address."""

LIKE = {
    "week": DAY, "date": DAY, "from": "2026-03-01", "to": "2026-03-31", "as_of": INSTANT, "shown_at": INSTANT,
    "kind": "people", "verdict": "accept", "status": "submitted", "mode": "shadow", "limit": "1",
}  # fmt: skip


@dataclass
class Names:
    """What the other tenant's things are called, by what they are."""

    by_kind: Mapping[str, Sequence[str]]
    cursors: Sequence[str] = ()
    sent: set[str] = field(default_factory=set)
    turn: int = 0

    def of(self, name: str, most: int = MOST_NAMES) -> list[str]:
        """For a place of this name: what fits it first, then one of everything else."""
        if name == "cursor":
            return list(self.cursors)[:most] or ["x"]
        fitting = [value for kind, values in self.by_kind.items() if kind in name or name in kind for value in values]
        # Those that fit, then some others: others for each place, so that over all places every kind is tried.
        self.turn += 1
        kinds = list(self.by_kind.values())
        others = [kinds[(self.turn * 7 + step) % len(kinds)][0] for step in range(most)]
        found = list(dict.fromkeys([*([LIKE[name]] if name in LIKE else []), *fitting[: most - 2], *others]))[:most]
        self.sent.update(found)
        return found

    def one(self, name: str, turn: int = 0) -> str:
        """One of them, another one in another turn."""
        fitting = [value for kind, values in self.by_kind.items() if kind in name or name in kind for value in values]
        every = fitting or [values[0] for values in self.by_kind.values()]
        value = LIKE.get(name) or every[turn % len(every)]
        self.sent.add(value)
        return value


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: Any = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query)} {str(self.json or self.form or '')[:300]}"


def routes() -> list[tuple[str, APIRoute]]:
    """Every method and route; what ends a session comes last."""
    found = [(method, route) for router in ROUTERS for route in router.routes for method in sorted(route.methods)]
    return sorted(found, key=lambda row: ("sign-out" in row[1].path, row[0] != "GET"))


def asks(method: str, route: APIRoute, names: Names) -> Iterator[Ask]:
    """Requests to one route: names in its address, in each of its queries, in its body."""
    parameters = [param for dependant in _flat(route.dependant) for param in dependant.query_params]
    query = {
        param.alias: _text(_schema(param), param.alias, names) for param in parameters if param.field_info.is_required()
    }
    (first, *paths), (body, *bodies) = _paths(route.path, names), _bodies(route, names)
    plain = tuple(query.items())
    yield Ask(method, first, plain, *body)
    for path in paths:
        yield Ask(method, path, plain, *body)
    for other in bodies:
        yield Ask(method, first, plain, *other)
    for param in parameters:
        for value in names.of(param.alias, 2):
            yield Ask(method, first, tuple({**query, param.alias: value}.items()), *body)


def _flat(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)


def _paths(path: str, names: Names) -> Iterator[str]:
    places = re.findall(r"\{(\w+)\}", path)
    if not places:
        yield path
        return
    # One place is walked through while the others hold what fits them.
    for place in places:
        for value in names.of(place):
            filled = {other: value if other == place else names.one(other) for other in places}
            yield re.sub(r"\{(\w+)\}", lambda found, filled=filled: _quoted(filled[found[1]]), path)


def _quoted(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - this helper's own

    return quote(text, safe="")


def _bodies(route: APIRoute, names: Names) -> Iterator[tuple[Any, Any]]:
    params = [param for dependant in _flat(route.dependant) for param in dependant.body_params]
    if not params:
        yield None, None
        return
    for turn in range(3):
        for param in params:
            schema = _schema(param)
            made = _made(schema, param.alias, names, schema.get("$defs", {}), turn)
            is_form = type(param.field_info).__name__ == "Form"
            yield (None, _flat_form(made)) if is_form else (made, None)


def _schema(param: Any) -> dict[str, Any]:
    return TypeAdapter(param.field_info.annotation).json_schema()


def _flat_form(made: Any) -> dict[str, str]:
    # The token of the session is a header's business here.
    return {name: str(value) for name, value in made.items() if name != "csrf"} if isinstance(made, dict) else {}


def _text(schema: Mapping[str, Any], name: str, names: Names) -> str:
    made = _made(schema, name, names, schema.get("$defs", {}), 0)
    return str(made) if not isinstance(made, list | dict) else "x"


def _made(
    schema: Mapping[str, Any], name: str, names: Names, defs: Mapping[str, Any], turn: int, depth: int = 0
) -> Any:
    """A value of the schema, with the other tenant's names in its texts."""
    again = {"names": names, "defs": defs, "turn": turn, "depth": depth + 1}
    if "$ref" in schema:
        return _made(defs[schema["$ref"].rpartition("/")[2]], name, **again)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            options = [one for one in schema[choice] if one.get("type") != "null"]
            return _made(options[turn % len(options)], name, **again)
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties")
        if properties is None or depth > 6:
            return _row(names, turn)
        # What has to be there alone, then everything: both ways are ways in.
        wanted = schema.get("required") if turn == 0 and schema.get("required") else properties
        return {key: _made(properties[key], key, **again) for key in wanted}
    if kind == "array":
        return [_made(schema.get("items", {}), name, **again)]
    if kind in {"integer", "number"}:
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return bool(turn % 2)
    if schema.get("format") == "date":
        return DAY
    return INSTANT if schema.get("format") == "date-time" else names.one(name, turn)


def _row(names: Names, turn: int) -> dict[str, Any]:
    """A row of some contract: whatever a contract names a thing by."""
    keys = (
        "id",
        "source",
        "external_id",
        "person",
        "client",
        "project",
        "task",
        "contract",
        "suggestion",
        "series",
        "container",
    )
    row: dict[str, Any] = {key: names.one(key, turn) for key in keys}
    return {
        **row, "kind": "meeting", "start": INSTANT, "end": "2026-03-03T11:00:00+01:00", "title": "x", "date": DAY,
        "minutes": 60, "amount": "1.00", "currency": "EUR", "name": "x", "received_on": DAY,
    }  # fmt: skip
