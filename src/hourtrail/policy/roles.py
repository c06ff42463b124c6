"""What each role may, how far, and which roles nobody holds together, as ``files/data_access.toml`` has it."""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Final

from hourtrail.domain.access import PEOPLE_ONLY, REACHES, Permission, Permissions, Reach, Role
from hourtrail.domain.errors import InvalidInput
from hourtrail.policy.approval_routing import approval_routing
from hourtrail.policy.data_access import Conflict, data_access

VERSION: Final = data_access().version

ROLES: Final[Mapping[Role, Mapping[Permission, Reach]]] = data_access().roles

SCOPES: Final = data_access().scopes
"""What a program can be given, each for everybody's records. Nothing that only people may (``PEOPLE_ONLY``)."""

CONFLICTS: Final = data_access().conflicts

ACTS: Final = approval_routing().refused
"""Conflicts of duties that are refused at the act, whatever the roles."""


def permissions_of(roles: Iterable[Role]) -> Permissions:
    """The union of what the roles may; of two reaches the wider one."""
    found: dict[Permission, Reach] = {Permission.SIGNED_IN: Reach.OWN}
    for role in roles:
        for permission, reach in ROLES[role].items():
            held = found.get(permission)
            if held is None or REACHES.index(reach) > REACHES.index(held):
                found[permission] = reach
    return found


def permissions_of_scopes(scopes: Iterable[Permission]) -> Permissions:
    """What a program with these scopes may; a scope that programs are not given any more counts for nothing."""
    return {Permission.SIGNED_IN: Reach.OWN, **{scope: Reach.ALL for scope in scopes if scope in SCOPES}}


def conflicts_among(roles: Collection[Role]) -> tuple[Conflict, ...]:
    """The conflicts that somebody with these roles has."""
    pairs = {frozenset(pair) for pair in combinations(set(roles), 2)}
    return tuple(row for row in CONFLICTS if frozenset((row.one, row.other)) in pairs)


def scopes_named(names: Iterable[str]) -> tuple[Permission, ...]:
    """Scopes by their names, without doubles, in the policy's order. Raises InvalidInput for one that programs cannot have."""
    wanted = set(names)
    known = {scope.value for scope in SCOPES}
    unknown = sorted(wanted - known)
    if unknown:
        people = sorted(name for name in unknown if name in PEOPLE_ONLY)
        why = "is only for people" if people else "is no scope"
        raise InvalidInput(f"{(people or unknown)[0][:60]!r} {why}; there are {', '.join(sorted(known))}")
    return tuple(scope for scope in SCOPES if scope.value in wanted)
