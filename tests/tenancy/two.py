"""Two tenants on one store, everything of the one marked, and a walk of the other over all that is not its own."""

from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient
from tests.tenancy.houses import House
from tests.tenancy.marked import NINE, Marks, digest, dump, fill_marked, marks_in, names_of, plant_everywhere
from tests.tenancy.walking import Ask, Names, asks, routes

from hourtrail.domain.access import Principal, PrincipalKind, Role
from hourtrail.policy.roles import SCOPES, permissions_of, permissions_of_scopes
from hourtrail.store import Store
from hourtrail.store.schema import metadata
from hourtrail_serving.access import RULES

WIDE = {"limits": {"person_per_minute": 100_000, "program_per_minute": 1_000_000}}


@dataclass
class Two:
    """The tenants ``alder``, whose things are asked for, and ``birch``, who asks."""

    house: House
    alder: Marks
    birch: Marks
    names: Names
    before: dict[str, str]

    @property
    def store(self) -> Store:
        return self.house.store

    def changed(self) -> list[str]:
        """The tables of alder that are not what they were."""
        now = digest(dump(self.store, self.alder.tenant))
        return [name for name, rows in self.before.items() if now[name] != rows]


def filled(found: House, folder: Path) -> Two:
    alder, birch = Marks("alder"), Marks("birch")
    for marks in (alder, birch):
        fill_marked(found.store, marks, folder)
        with found.store.tenant(marks.tenant) as db:
            db.change_settings({**WIDE, "brand": {"product": marks.code}}, actor=marks.ada, at=NINE, reason=marks.code)
    cursors = _used(found, alder)
    planted = plant_everywhere(found.store, alder)
    print("planted in", ", ".join(planted))  # noqa: T201 - read when something fails
    names = Names(names_of(found.store, alder.tenant, alder), cursors)
    assert all(metadata.tables[name] is not None for name in planted)
    return Two(found, alder, birch, names, digest(dump(found.store, alder.tenant)))


def _used(found: House, marks: Marks) -> list[str]:
    """What alder's own program does first: a kept answer, a text in the vector memory, cursors of its lists."""
    program = found.program(marks.tenant)
    activity = {"source": "x", "external_id": "1", "kind": "meeting", "person": marks.ada, "start": "2026-03-05T09:00:00Z",
                "end": "2026-03-05T10:00:00Z", "title": f"Portal {marks.text}"}  # fmt: skip
    assert program.post("/v1/suggestions:score", json={"activities": [activity]}).status_code == 200
    [row, *_] = program.get("/v1/suggestions", params={"person": marks.ada, "status": "open"}).json()["suggestions"]
    body = {"suggestion": row["id"], "verdict": "reject", "actor": marks.ada, "note": marks.text}
    assert program.post("/v1/decisions", json=body, headers={"Idempotency-Key": "shared"}).status_code == 201
    found.person(marks.tenant, marks.ada, Role.CONSULTANT)
    cursors = []
    for method, route in routes():
        if method == "GET" and route.path.startswith("/v1") and "{" not in route.path:
            answer = program.get(
                route.path, params={"limit": "1", "person": marks.ada, "from": "2026-02-01", "to": "2026-03-31"}
            )
            if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
                cursor = answer.json().get("next_cursor")
                cursors += [cursor] if cursor else []
    return cursors


def clients_of(found: House, tenant: str, marks: Marks) -> dict[str, TestClient]:
    """A program with every scope, and somebody in each role; nobody holds two of them, so that none is in the way."""
    people = {role.value: found.person(tenant, f"{role}@{marks.code}.example", role) for role in Role}
    return {"program": found.program(tenant), **people}


def _who(method: str, path: str) -> list[str]:
    """Who may call the route: the program, and the first role."""
    rule = RULES[method, path]
    held = {"program": permissions_of_scopes(SCOPES), **{role.value: permissions_of([role]) for role in Role}}
    may = [
        name for name, permissions in held.items()
        if rule.lets(Principal(kind=PrincipalKind.PERSON, id="", name="", permissions=permissions))
    ]  # fmt: skip
    return may[:2]


def sent_by(client: TestClient, ask: Ask) -> str:
    """The whole answer as text: headers too."""
    answer = client.request(
        ask.method,
        ask.path,
        params=dict(ask.query),
        json=ask.json,
        data=ask.form,
        headers={"Accept": "*/*", **dict(ask.headers)},
    )
    assert answer.status_code != 500, f"{ask}: {answer.text[:300]}"
    return f"{dict(answer.headers)}\n{answer.text}"


def walk(
    two: Two, clients: dict[str, TestClient] | None = None, *, methods: frozenset[str] | None = None, only: str = ""
) -> list[str]:
    """Every route asked by birch for what is alder's; every leak that was found, in words."""
    clients = clients or clients_of(two.house, two.birch.tenant, two.birch)
    leaks: list[str] = []
    for method, route in routes():
        if (methods is not None and method not in methods) or not route.path.startswith(only):
            continue
        for number, who in enumerate(_who(method, route.path)):
            for ask in list(asks(method, route, two.names))[: None if number == 0 else 3]:
                text = sent_by(clients[who], ask)
                found = marks_in(text, two.alder, two.names.sent)
                if found:
                    leaks.append(f"{who}: {ask}: {found}")
        if len(leaks) > 20:
            break
    return [*leaks, *(f"something changed alder's {name}" for name in two.changed())]


def vector_leaks(two: Two) -> list[str]:
    """Texts of alder that birch finds in the memory of vectors."""
    shared = two.house.app.state.tenancy.vectors
    kept = list(shared._kept)
    own = two.house.app.state.tenancy.served(two.birch.tenant).vectors
    alders = {digest for fingerprint, digest in kept if fingerprint.startswith(f"{two.alder.tenant}\x1f")} or {
        digest for _, digest in kept
    }
    fingerprints = {fingerprint.rpartition("\x1f")[2] for fingerprint, _ in kept}
    return [digest for fingerprint in fingerprints for digest in own.vectors(fingerprint, sorted(alders))]
