"""Whether somebody named on the command line, or in a job, holds the permission that the act needs.

The HTTP API asks before each endpoint; here the same roles are asked where a person is only named. A firm without any account
has no roles to ask: whoever runs the command then answers for it.
"""

from hourtrail.domain.access import MissingPermission, Permission, Role
from hourtrail.domain.errors import See
from hourtrail.policy.roles import ROLES, permissions_of
from hourtrail.store import TenantStore
from hourtrail.store.accounts import roles_held


def roles_of_person(db: TenantStore, person: str) -> tuple[Role, ...]:
    """The roles of every open account of this person, or of this login name; empty where there is none."""
    name = person.strip().casefold()
    mine = [
        row.id
        for row in db.accounts()
        if row.disabled_at is None and name in {row.person.casefold(), row.login.casefold()}
    ]
    held = {
        role
        for account in mine
        for role in roles_held((row.role, row.place, row.granted) for row in db.role_changes(account))
    }
    return tuple(role for role in Role if role in held)


def require_authority(db: TenantStore, person: str, permission: Permission) -> None:
    """Raises MissingPermission unless this person's roles hold the permission, or the firm has no account at all."""
    if not db.has_accounts():
        return
    held = roles_of_person(db, person)
    if permission in permissions_of(held):
        return
    may = " or ".join(role.value for role, permissions in ROLES.items() if permission in permissions)
    is_now = ", ".join(role.value for role in held) or "nobody with a role here"
    raise MissingPermission(
        f"this needs {permission}, which {may} has; {person} is {is_now}. An administrator can grant a role"
    ).seeing(See.ROLES)
