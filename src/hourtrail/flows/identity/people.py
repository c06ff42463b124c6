"""Accounts of people: adding, closing, passwords; and their roles, granted and revoked for ever, conflicts refused."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import Account, RoleChange, login_name, require_strength
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed
from hourtrail.domain.instants import format_instant
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.policy.data_access import Conflict as RoleConflict
from hourtrail.policy.roles import conflicts_among
from hourtrail.store import Store, TenantStore
from hourtrail.store.accounts import roles_held


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is known of somebody who gets an account. Without a password they sign in with the identity provider."""

    login: str
    name: str = ""
    person: str = ""
    password: str = ""
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """An account with the roles it holds now."""

    account: Account
    roles: tuple[Role, ...]

    def to_json(self) -> dict[str, Any]:
        """As commands and the API tell it; the hash stays inside."""
        row = self.account
        return {
            "id": row.id,
            "login": row.login,
            "name": row.name,
            "person": row.person,
            "roles": [role.value for role in self.roles],
            "signs_in_with": "password" if row.password else "identity provider",
            "created_at": format_instant(row.created_at),
            "disabled_at": format_instant(row.disabled_at) if row.disabled_at else None,
        }


def new_password() -> str:
    """A password for somebody who has none yet: 120 random bits."""
    return secrets.token_urlsafe(15)


def add_account(
    store: Store, tenant: str, new: NewAccount, actor: str, *, passwords: Passwords, now: datetime | None = None
) -> Holder:
    """A new account with its first roles, in one transaction.

    ``person`` is the login name where it is left out. Raises Conflict for a login name that is taken, InvalidInput for a
    weak password, NotAllowed for roles that conflict.
    """
    at = now or datetime.now(UTC)
    login = login_name(new.login)
    if new.password:
        require_strength(new.password, login)
    row = Account(
        id=f"acc_{secrets.token_hex(8)}", login=login, name=new.name.strip() or login, person=new.person.strip() or login,
        password=passwords.hashed(new.password) if new.password else "", issuer="", subject="", created_at=at,
    )  # fmt: skip
    with store.tenant(tenant) as db:
        db.add_account(row, actor)
        _grant(db, row, new.roles, actor=actor, reason="", at=at)
    return Holder(row, tuple(role for role in Role if role in new.roles))


def accounts(store: Store, tenant: str) -> list[Holder]:
    """Every account with its roles, by login name."""
    with store.tenant(tenant, read_only=True) as db:
        held: dict[str, list[tuple[Role, int, bool]]] = {}
        for row in db.role_changes():
            held.setdefault(row.account, []).append((row.role, row.place, row.granted))
        return [Holder(row, roles_held(held.get(row.id, ()))) for row in db.accounts()]


def disable(store: Store, tenant: str, login: str, actor: str, *, now: datetime | None = None) -> Account:
    """Close an account; its sessions end. Nothing that it did is touched. Raises NotFound, Conflict when it is closed."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.account(login_name(login))
        if row.disabled_at is not None:
            raise Conflict(f"the account {row.login!r} was disabled on {row.disabled_at.date()}")
        db.change_account(row.id, actor, at, "disabled", disabled_at=at)
    return row


def enable(store: Store, tenant: str, login: str, actor: str, *, now: datetime | None = None) -> Account:
    """Open a closed account again. Raises NotFound, Conflict when it is open."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.account(login_name(login))
        if row.disabled_at is None:
            raise Conflict(f"the account {row.login!r} is not disabled")
        db.change_account(row.id, actor, at, "enabled", disabled_at=None)
    return row


def set_password(
    store: Store,
    tenant: str,
    login: str,
    password: str,
    actor: str,
    *,
    passwords: Passwords,
    now: datetime | None = None,
) -> Account:
    """Give an account another password; its sessions end. Raises NotFound, InvalidInput for a weak one."""
    at = now or datetime.now(UTC)
    name = login_name(login)
    require_strength(password, name)
    hashed = passwords.hashed(password)
    with store.tenant(tenant) as db:
        row = db.account(name)
        db.change_account(row.id, actor, at, "password_set", password=hashed)
    return row


def grant(
    store: Store,
    tenant: str,
    login: str,
    roles: Sequence[Role],
    actor: str,
    *,
    reason: str = "",
    now: datetime | None = None,
) -> Holder:
    """Grant roles. Raises NotFound, NotAllowed for roles that conflict with each other or with those held."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.account(login_name(login))
        _grant(db, row, roles, actor=actor, reason=reason, at=at)
        return Holder(row, _held(db, row.id))


def revoke(
    store: Store,
    tenant: str,
    login: str,
    roles: Sequence[Role],
    actor: str,
    *,
    reason: str = "",
    now: datetime | None = None,
) -> Holder:
    """Revoke roles. Raises NotFound, InvalidInput for one that is not held."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.account(login_name(login))
        missing = [role.value for role in roles if role not in _held(db, row.id)]
        if missing:
            raise InvalidInput(f"{row.login!r} does not hold {', '.join(missing)}")
        _change(db, row.id, roles, actor=actor, reason=reason, at=at, granted=False)
        return Holder(row, _held(db, row.id))


def standing_conflicts(store: Store, tenant: str) -> list[tuple[Holder, tuple[RoleConflict, ...]]]:
    """Accounts whose roles conflict: granted under an older policy, as a newer one refuses them."""
    found = [(holder, conflicts_among(holder.roles)) for holder in accounts(store, tenant)]
    return [(holder, conflicts) for holder, conflicts in found if conflicts]


def _grant(db: TenantStore, row: Account, roles: Sequence[Role], *, actor: str, reason: str, at: datetime) -> None:
    held = _held(db, row.id)
    conflicts = conflicts_among({*held, *roles})
    new = [role for role in dict.fromkeys(roles) if role not in held]
    if new and conflicts:
        first = conflicts[0]
        raise NotAllowed(
            f"{row.login} cannot be {first.one} and {first.other}: {first.reason}. Give the role to somebody else, or revoke"
            " the other one first"
        )
    _change(db, row.id, new, actor=actor, reason=reason, at=at, granted=True)


def _change(
    db: TenantStore, account: str, roles: Sequence[Role], *, actor: str, reason: str, at: datetime, granted: bool
) -> None:
    places: dict[Role, int] = {}
    for row in db.role_changes(account):
        places[row.role] = row.place
    db.add_role_changes(
        [
            RoleChange(
                account=account,
                role=role,
                place=places.get(role, 0) + 1,
                granted=granted,
                actor=actor,
                reason=reason,
                at=at,
            )
            for role in dict.fromkeys(roles)
        ]
    )


def _held(db: TenantStore, account: str) -> tuple[Role, ...]:
    return roles_held((row.role, row.place, row.granted) for row in db.role_changes(account))
