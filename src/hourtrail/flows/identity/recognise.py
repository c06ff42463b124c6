"""Who a request comes from: a cookie's session or a program's secret, each by one indexed query."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hourtrail.domain.access import Principal, PrincipalKind
from hourtrail.domain.accounts import NotSignedIn, SecretKind, Session, is_secret, secret_digest
from hourtrail.policy.roles import permissions_of, permissions_of_scopes
from hourtrail.store import Store

IDLE: Final = timedelta(hours=1)
"""A session that nothing was asked with for that long has ended."""

NOTED: Final = timedelta(minutes=1)
"""How exactly use is noted; so that a busy page does not write with every request."""

ENDED: Final = "you are not signed in, or no longer; sign in again"
UNKNOWN: Final = "this key or token is not known here, has expired, or was revoked"


def by_session(store: Store, tenant: str, secret: str, *, now: datetime | None = None) -> tuple[Principal, datetime]:
    """The person whose browser holds this session, and until when that holds at the latest.

    Raises NotSignedIn, TenantSuspended.
    """
    at = now or datetime.now(UTC)
    if not is_secret(secret, SecretKind.SESSION):
        raise NotSignedIn(ENDED)
    with store.tenant(tenant, read_only=True) as db:
        found = db.session_of(secret_digest(secret))
        if found is None:
            raise NotSignedIn(ENDED)
        session, account, roles = found
        if session.closed_at is not None or account.disabled_at is not None or at >= _ends(session):
            raise NotSignedIn(ENDED)
        # Only whoever was recognised is told.
        db.require_active()
    if at - session.seen_at >= NOTED:
        with store.tenant(tenant) as db:
            db.see_session(session.id, at)
    who = Principal(
        kind=PrincipalKind.PERSON, id=account.id, name=account.name, permissions=permissions_of(roles),
        person=account.person, roles=roles, credential=session.id,
    )  # fmt: skip
    return who, session.ends_at


def by_secret(store: Store, tenant: str, secret: str, *, now: datetime | None = None) -> tuple[Principal, datetime]:
    """The program that holds this API key or access token, and until when that holds. Raises NotSignedIn, TenantSuspended."""
    at = now or datetime.now(UTC)
    if not is_secret(secret, SecretKind.API_KEY, SecretKind.ACCESS_TOKEN):
        raise NotSignedIn(UNKNOWN)
    with store.tenant(tenant, read_only=True) as db:
        found = db.secret_of(secret_digest(secret))
        if found is None:
            raise NotSignedIn(UNKNOWN)
        held, program = found
        if held.state(at) != "active" or program.disabled_at is not None or held.expires_at is None:
            raise NotSignedIn(UNKNOWN)
        db.require_active()
    if held.last_used_at is None or at - held.last_used_at >= NOTED:
        with store.tenant(tenant) as db:
            db.use_secret(held.id, at)
    who = Principal(
        kind=PrincipalKind.PROGRAM, id=program.id, name=program.name, permissions=permissions_of_scopes(held.scopes),
        credential=held.id,
    )  # fmt: skip
    return who, held.expires_at


def _ends(session: Session) -> datetime:
    return min(session.ends_at, session.seen_at + IDLE)
