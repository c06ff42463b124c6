"""Programs: API keys and OAuth 2 client secrets, their rotation with overlap, and the short-lived tokens they fetch."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hourtrail.domain.access import Permission
from hourtrail.domain.accounts import (
    VISIBLE,
    NotSignedIn,
    Program,
    Secret,
    SecretKind,
    is_secret,
    new_secret,
    secret_digest,
)
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.store import Store, TenantStore

LONGEST_LIFE: Final = timedelta(days=400)
"""A key that nobody had to renew for longer than that is one that nobody remembers."""

TOKEN_LIFE: Final = timedelta(minutes=30)
"""Of an access token. It is looked up, so it can also be revoked before."""

LONGEST_OVERLAP: Final = timedelta(days=30)

UNKNOWN_CLIENT: Final = "this client is not known by this secret"

LONG_LIVED: Final = (SecretKind.API_KEY, SecretKind.CLIENT_SECRET)


@dataclass(frozen=True, slots=True)
class Made:
    """A new secret: what is kept of it, and the secret itself, which is told once."""

    kept: Secret
    program: Program
    secret: str

    def to_json(self) -> dict[str, Any]:
        """As commands tell it, this once."""
        return {**secret_to_json(self.kept, self.program, self.kept.created_at), "secret": self.secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """What a program gets: scopes, and for how long."""

    kind: SecretKind
    program: str
    scopes: tuple[Permission, ...]
    life: timedelta


class ScopeRefused(InvalidInput):
    """A token was asked for with more than its client secret holds."""


def secret_to_json(row: Secret, program: Program, now: datetime) -> dict[str, Any]:
    """A secret without the secret."""
    return {
        "id": row.id,
        "kind": row.kind.name.lower(),
        "program": program.name,
        "client_id": program.id,
        "visible": row.visible,
        "scopes": [scope.value for scope in row.scopes],
        "state": "disabled" if program.disabled_at else row.state(now),
        "created_at": format_instant(row.created_at),
        "created_by": row.created_by,
        "expires_at": format_instant(row.expires_at) if row.expires_at else None,
        "revoked_at": format_instant(row.revoked_at) if row.revoked_at else None,
        "last_used_at": format_instant(row.last_used_at) if row.last_used_at else None,
        "replaces": row.replaces or None,
    }


def create_secret(store: Store, tenant: str, new: NewSecret, actor: str, *, now: datetime | None = None) -> Made:
    """A secret for a program, which is made where there is none of that name.

    Raises InvalidInput for no scope, no name, or a life beyond ``LONGEST_LIFE``.
    """
    at = now or datetime.now(UTC)
    if not new.scopes:
        raise InvalidInput("name what the program may do with --scope, at least once")
    if not timedelta(0) < new.life <= LONGEST_LIFE:
        raise InvalidInput(f"a secret lives 1 to {LONGEST_LIFE.days} days")
    name = new.program.strip()
    if not name or len(name) > 100:
        raise InvalidInput("a program needs a name of 1 to 100 characters")
    with store.tenant(tenant) as db:
        program = db.find_program(name)
        if program is None:
            program = Program(id=f"app_{secrets.token_hex(8)}", name=name, created_at=at, created_by=actor)
            db.add_program(program)
        return _add(db, program, new.kind, new.scopes, expires_at=at + new.life, actor=actor, at=at)


def rotate(
    store: Store, tenant: str, named: str, overlap: timedelta, actor: str, *, now: datetime | None = None
) -> Made:
    """A new secret with the same scopes and life; the old one works for ``overlap`` longer, so that nothing stands still.

    Raises NotFound, Conflict for one that works no more, InvalidInput for an overlap beyond ``LONGEST_OVERLAP``.
    """
    at = now or datetime.now(UTC)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput(f"the old secret can work 0 to {LONGEST_OVERLAP.days} days longer")
    with store.tenant(tenant) as db:
        old = db.secret_named(named, *LONG_LIVED)
        if old.state(at) != "active" or old.expires_at is None:
            raise Conflict(f"{old.visible}… is {old.state(at)}; create a new one")
        made = _add(
            db, db.program(old.program), old.kind, old.scopes, expires_at=at + (old.expires_at - old.created_at),
            actor=actor, at=at, replaces=old.id,
        )  # fmt: skip
        db.shorten_secret(old, min(old.expires_at, at + overlap), actor, at)
    return made


def revoke(
    store: Store, tenant: str, named: str, actor: str, *, reason: str = "", now: datetime | None = None
) -> Secret:
    """End a key or client secret now. Raises NotFound, Conflict when it is revoked."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.secret_named(named, *LONG_LIVED)
        if row.revoked_at is not None:
            raise Conflict(f"{row.visible}… was revoked on {row.revoked_at.date()}")
        db.revoke_secret(row, actor, at, reason)
    return row


def secrets_of(store: Store, tenant: str, *kinds: SecretKind) -> list[tuple[Secret, Program]]:
    """Keys, client secrets or both, oldest first."""
    with store.tenant(tenant, read_only=True) as db:
        programs = {row.id: row for row in db.programs()}
        return [(row, programs[row.program]) for row in db.secrets(*kinds)]


def issue_token(
    store: Store, tenant: str, client_id: str, client_secret: str, scopes: Sequence[Permission] | None,
    *, now: datetime | None = None,
) -> Made:  # fmt: skip
    """An access token for a client: OAuth 2 client credentials (RFC 6749, 4.4). ``scopes`` narrows; None takes all.

    Raises NotSignedIn for a client that is not known by this secret, ScopeRefused for a scope beyond the secret's.
    """
    at = now or datetime.now(UTC)
    # Read first: whoever knows no secret must not make anybody wait for the writer.
    held, program = _known_client(store, tenant, client_id, client_secret, at)
    with store.tenant(tenant) as db:
        db.require_active()
        # Noting its use holds its row: who revokes or rotates it waits, and then ends this token too. Looked at again
        # behind that, for one that was revoked meanwhile.
        db.use_secret(held.id, at)
        held = db.secret_named(held.id, SecretKind.CLIENT_SECRET)
        if held.state(at) != "active":
            raise NotSignedIn(UNKNOWN_CLIENT)
        wanted = held.scopes if scopes is None else tuple(scopes)
        beyond = [scope.value for scope in wanted if scope not in held.scopes]
        if beyond or not wanted:
            raise ScopeRefused(f"this client does not hold {', '.join(beyond) or 'any scope'}")
        end = min(at + TOKEN_LIFE, held.expires_at or at + TOKEN_LIFE)
        return _add(
            db, program, SecretKind.ACCESS_TOKEN, wanted, expires_at=end, actor=f"program:{program.id}", at=at,
            replaces=held.id,
        )  # fmt: skip


def _known_client(
    store: Store, tenant: str, client_id: str, client_secret: str, at: datetime
) -> tuple[Secret, Program]:
    found = None
    if is_secret(client_secret, SecretKind.CLIENT_SECRET):
        with store.tenant(tenant, read_only=True) as db:
            found = db.secret_of(secret_digest(client_secret))
    if (
        found is None
        or found[0].state(at) != "active"
        or found[1].disabled_at is not None
        or not hmac.compare_digest(found[1].id.encode(), client_id.encode("utf-8", "surrogatepass"))
    ):
        raise NotSignedIn(UNKNOWN_CLIENT)
    return found


def _add(
    db: TenantStore,
    program: Program,
    kind: SecretKind,
    scopes: Sequence[Permission],
    *,
    expires_at: datetime,
    actor: str,
    at: datetime,
    replaces: str = "",
) -> Made:
    text = new_secret(kind, db.tenant)
    row = Secret(
        id=f"sec_{secrets.token_hex(8)}", program=program.id, kind=kind, visible=text[:VISIBLE],
        digest=secret_digest(text), scopes=tuple(scopes), created_at=at, created_by=actor, expires_at=expires_at,
        replaces=replaces,
    )  # fmt: skip
    db.add_secret(row)
    return Made(row, program, text)
