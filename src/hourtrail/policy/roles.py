"""What each role may, how far, and which roles nobody holds together. Data: a change here is a change of policy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from hourtrail.domain.access import PEOPLE_ONLY, REACHES, Permission, Permissions, Reach, Role
from hourtrail.domain.errors import InvalidInput

VERSION: Final = "1"

_P, _OWN, _TEAM, _ALL = Permission, Reach.OWN, Reach.TEAM, Reach.ALL

ROLES: Final[dict[Role, dict[Permission, Reach]]] = {
    Role.CONSULTANT: {
        _P.SUGGESTIONS_READ: _OWN, _P.SUGGESTIONS_COMPUTE: _OWN, _P.SUGGESTIONS_SCORE: _OWN, _P.DECISIONS_READ: _OWN,
        _P.DECISIONS_WRITE: _OWN, _P.ENTRIES_READ: _OWN, _P.ENTRIES_SUBMIT: _OWN, _P.TRAILS_READ: _OWN,
        # Raw activity is its owner's: no other role, and no program, reads it.
        _P.ACTIVITIES_READ: _OWN, _P.PEOPLE_EXPORT: _OWN,
    },
    # What is submitted, of their own team; a draft is its author's business.
    Role.APPROVER: {_P.ENTRIES_READ: _TEAM, _P.ENTRIES_APPROVE: _TEAM, _P.TRAILS_READ: _TEAM},
    Role.REVIEWER: {
        _P.ENTRIES_READ: _ALL, _P.ENTRIES_CLEAR: _ALL, _P.TRAILS_READ: _ALL, _P.DECISIONS_READ: _ALL,
        _P.FINDINGS_READ: _ALL, _P.CHECKS_RUN: _ALL, _P.FINDINGS_REVIEW: _ALL, _P.PRECISION_READ: _ALL, _P.MODELS_READ: _ALL,
        _P.AUTO_POST_STOP: _ALL, _P.POLICIES_READ: _ALL,
    },
    Role.FINANCE: {
        _P.ENTRIES_READ: _ALL, _P.TRAILS_READ: _ALL, _P.BILLING_READ: _ALL, _P.DRAFTS_WRITE: _ALL, _P.DRAFTS_POST: _ALL,
        _P.DISPUTES_WRITE: _ALL, _P.RATES_PROPOSE: _ALL, _P.RATES_APPROVE: _ALL, _P.AUTO_POST_STOP: _ALL,
        _P.POLICIES_READ: _ALL, _P.DIRECTORY_READ: _ALL, _P.RECORDS_READ: _ALL, _P.USAGE_READ: _ALL, _P.CHECKS_RUN: _ALL,
    },
    Role.ML_ENGINEER: {
        _P.SUGGESTIONS_SCORE: _ALL, _P.PRECISION_READ: _ALL, _P.MODELS_READ: _ALL, _P.MODELS_PROMOTE: _ALL,
        _P.POLICIES_READ: _ALL,
    },
    # Sets up programs and tries them out; what a program may is its scopes, below.
    Role.INTEGRATOR: {
        _P.SUGGESTIONS_SCORE: _ALL, _P.CHECKS_RUN: _ALL, _P.ACCOUNTS_READ: _ALL, _P.ACTIVITIES_WRITE: _ALL, _P.DIRECTORY_READ: _ALL,
        _P.DIRECTORY_WRITE: _ALL, _P.PRICES_WRITE: _ALL, _P.RECORDS_READ: _ALL, _P.RECORDS_WRITE: _ALL,
    },
    # Sees which accounts there are, how much is used and on what terms, here and at the tenants that name this one as their
    # partner; and no activity, suggestion or entry at all.
    Role.PARTNER_ADMIN: {
        _P.ACCOUNTS_READ: _ALL, _P.USAGE_READ: _ALL, _P.SETTINGS_READ: _ALL, _P.TENANTS_READ: _ALL,
    },
    # Sets the terms on which the firm works, and sees that they are kept; takes part in none of it.
    Role.ADMIN: {
        _P.ACCOUNTS_READ: _ALL, _P.AUDIT_READ: _ALL, _P.MODELS_READ: _ALL, _P.MODELS_PROMOTE: _ALL, _P.MODE_WRITE: _ALL,
        _P.AUTO_POST_ORDER: _ALL, _P.AUTO_POST_STOP: _ALL, _P.POLICIES_READ: _ALL, _P.DIRECTORY_READ: _ALL,
        # People and projects, but not what they cost: prices are the integrator's, or two people's.
        _P.DIRECTORY_WRITE: _ALL, _P.USAGE_READ: _ALL, _P.SETTINGS_READ: _ALL, _P.SETTINGS_WRITE: _ALL,
        # What is held about somebody, at their request, and its erasure: both are told by the trail.
        _P.PEOPLE_EXPORT: _ALL, _P.PEOPLE_ERASE: _ALL,
    },
    # Everything that people did, and nothing that waits for its owner's word.
    Role.AUDITOR: {
        _P.DECISIONS_READ: _ALL, _P.ENTRIES_READ: _ALL, _P.TRAILS_READ: _ALL, _P.FINDINGS_READ: _ALL,
        _P.PRECISION_READ: _ALL, _P.BILLING_READ: _ALL, _P.ACCOUNTS_READ: _ALL, _P.AUDIT_READ: _ALL, _P.AUDIT_EXPORT: _ALL,
        _P.MODELS_READ: _ALL, _P.POLICIES_READ: _ALL, _P.DIRECTORY_READ: _ALL, _P.RECORDS_READ: _ALL, _P.USAGE_READ: _ALL,
        _P.SETTINGS_READ: _ALL,
    },
}  # fmt: skip

SCOPES: Final = (
    _P.SUGGESTIONS_READ, _P.SUGGESTIONS_COMPUTE, _P.SUGGESTIONS_SCORE, _P.DECISIONS_READ, _P.DECISIONS_WRITE,
    _P.ENTRIES_READ, _P.ENTRIES_SUBMIT, _P.TRAILS_READ, _P.FINDINGS_READ, _P.CHECKS_RUN, _P.PRECISION_READ, _P.BILLING_READ, _P.ON_BEHALF,
    _P.AUDIT_READ, _P.MODELS_READ, _P.POLICIES_READ, _P.ACTIVITIES_WRITE, _P.DIRECTORY_READ, _P.DIRECTORY_WRITE,
    _P.PRICES_WRITE, _P.RECORDS_READ, _P.RECORDS_WRITE, _P.USAGE_READ,
)  # fmt: skip
"""What a program can be given, each for everybody's records. Nothing that only people may (``PEOPLE_ONLY``)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two roles that nobody holds together, and why."""

    one: Role
    other: Role
    reason: str


_AUDITED: Final = "who audits the firm's work takes no part in it"
_NO_ACTIVITY: Final = "a partner's administrator sees nobody's activity, whichever way"

CONFLICTS: Final = (
    *(Conflict(Role.AUDITOR, role, _AUDITED) for role in Role if role is not Role.AUDITOR),
    *(
        Conflict(Role.PARTNER_ADMIN, role, _NO_ACTIVITY)
        for role in Role
        if role not in {Role.PARTNER_ADMIN, Role.ADMIN, Role.AUDITOR}
    ),
    Conflict(Role.APPROVER, Role.FINANCE, "who approves hours does not invoice them"),
    Conflict(Role.REVIEWER, Role.FINANCE, "who clears hours does not invoice them"),
    Conflict(Role.ADMIN, Role.FINANCE, "who grants roles does not post invoices"),
    Conflict(Role.ADMIN, Role.INTEGRATOR, "who grants roles does not set the prices that are billed"),
    Conflict(Role.ADMIN, Role.APPROVER, "who grants roles does not approve hours"),
    Conflict(Role.ML_ENGINEER, Role.APPROVER, "who makes the model does not approve what it proposed"),
    Conflict(Role.ML_ENGINEER, Role.REVIEWER, "who makes the model does not give the verdicts by which it is judged"),
    Conflict(Role.INTEGRATOR, Role.APPROVER, "who holds the keys that send other people's words does not approve them"),
    Conflict(Role.INTEGRATOR, Role.REVIEWER, "who holds the keys that send other people's words does not clear them"),
    Conflict(Role.INTEGRATOR, Role.FINANCE, "who holds the keys that send other people's words does not invoice them"),
)

ACTS: Final = (
    "nobody approves, rejects, reviews or clears their own time",
    "nobody approves a rate that they proposed",
    "nobody audits an entry that they cleared",
    "no program, service or model approves, reviews, clears, drafts or posts",
    "nobody enables an auto-post order that they proposed",
    "nobody promotes a model that they trained",
)
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
