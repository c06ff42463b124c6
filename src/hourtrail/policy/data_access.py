"""Who may read and change what. Data: ``files/data_access.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hourtrail.domain.access import PEOPLE_ONLY, Permission, Reach, Role
from hourtrail.domain.errors import InvalidInput
from hourtrail.policy.shipped import PolicyFile, read_policy

FILE: Final = "data_access.toml"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two roles that nobody holds together, and why."""

    one: Role
    other: Role
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAccess:
    """The policy: permissions of each role with their reach, scopes that programs can be given, and roles kept apart."""

    version: str
    roles: Mapping[Role, Mapping[Permission, Reach]]
    scopes: tuple[Permission, ...]
    conflicts: tuple[Conflict, ...]


@cache
def data_access() -> DataAccess:
    """The policy of this program."""
    return parsed(read_policy(FILE))


def parsed(file: PolicyFile) -> DataAccess:
    """The policy that a file states. Raises InvalidInput, naming the member, for one that leaves a role out, names what does
    not exist, gives programs what only people may, or says of two roles twice that nobody holds both.
    """
    file.only(("roles", "programs", "nobody_is_both"))
    told = file.table("roles")
    roles = {file.word(Role, f"roles.{name}", name): _held(file, f"roles.{name}", body) for name, body in told.items()}
    if missing := [role for role in Role if role not in roles]:
        raise InvalidInput(f"{file.name}: roles.{missing[0]}: missing; a role that may nothing has an empty table")
    scopes = file.words(Permission, "programs.scopes", file.table("programs").get("scopes"))
    if human := [scope for scope in scopes if scope in PEOPLE_ONLY]:
        raise InvalidInput(f"{file.name}: programs.scopes: {human[0]} is only for people")
    return DataAccess(version=file.version, roles=roles, scopes=scopes, conflicts=_conflicts(file))


def _held(file: PolicyFile, where: str, body: object) -> dict[Permission, Reach]:
    if not isinstance(body, dict):
        raise InvalidInput(f"{file.name}: {where}: must be a table, like [{where}]")
    held: dict[Permission, Reach] = {}
    for name, permissions in body.items():
        at = f"{where}.{name}"
        reach = file.word(Reach, at, name)
        for permission in file.words(Permission, at, permissions):
            if permission in held:
                raise InvalidInput(f"{file.name}: {at}: {permission} stands under {held[permission]} already")
            held[permission] = reach
    return held


def _conflicts(file: PolicyFile) -> tuple[Conflict, ...]:
    rows: list[Conflict] = []
    pairs: set[frozenset[Role]] = set()
    told: Any = file.body.get("nobody_is_both")
    if not isinstance(told, list) or not all(isinstance(body, dict) for body in told):
        raise InvalidInput(f"{file.name}: nobody_is_both: must be tables, like [[nobody_is_both]]")
    for number, body in enumerate(told, start=1):
        at = f"nobody_is_both {number}"
        one, reason = file.word(Role, f"{at}.one", body.get("one")), body.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidInput(f"{file.name}: {at}.reason: missing; say why nobody is both")
        for other in file.words(Role, f"{at}.others", body.get("others")):
            pair = frozenset((one, other))
            if len(pair) == 1 or pair in pairs:
                raise InvalidInput(f"{file.name}: {at}.others: {one} and {other} stand there already, or are one role")
            pairs.add(pair)
            rows.append(Conflict(one, other, reason))
    return tuple(rows)
