"""Signing in and out: equal work and equal words for every refusal, and doors that close for longer with each failure."""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from hourtrail.domain.accounts import (
    LONGEST_LOGIN,
    LONGEST_PASSWORD,
    Account,
    SecretKind,
    Session,
    SignInRefused,
    TooManyFailures,
    new_secret,
    secret_digest,
)
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.store import Store, TenantStore

SESSION_LIFE: Final = timedelta(hours=12)
"""A session ends then, however busy it is: one working day."""

FREE_OF_ACCOUNT: Final = 5
FREE_OF_ADDRESS: Final = 50
"""Failures before the door closes: of one login name, and of one address behind which a whole office may sit."""

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""The wait doubles with each further failure. It ends by itself, so that nobody can lock somebody else out for good."""

REMEMBERED: Final = timedelta(hours=1)
"""A failure that nothing followed for that long is forgotten; so is its row."""

REFUSED: Final = "the login name or the password is not right, or the account is closed"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. ``secret`` goes into the browser's cookie and nowhere else."""

    secret: str
    session: Session
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody typed, and from where. ``previous`` is the cookie's session, which a new one replaces."""

    login: str
    password: str
    address: str
    previous: str = ""


def sign_in(
    store: Store, tenant: str, attempt: Attempt, *, passwords: Passwords, now: datetime | None = None
) -> SignedIn:
    """A session for whoever knows the password.

    The failure is counted before the password is looked at and taken back when it is right: of a thousand guesses at the
    same moment no more than the free ones are even tried. Raises SignInRefused, TooManyFailures; TenantSuspended only to
    whoever knows the password.
    """
    at = now or datetime.now(UTC)
    login = attempt.login.strip().lower()[: LONGEST_LOGIN + 1]
    of_account, of_address = f"account:{_short(login)}", f"address:{_network(attempt.address)}"
    # Read first: who is locked out must not make anybody wait for the writer. Looked at again before it is counted.
    with store.tenant(tenant, read_only=True) as db:
        _require_open(db, (of_account, of_address), at)
    with store.tenant(tenant) as db:
        _require_open(db, (of_account, of_address), at)
        _count(db, of_account, FREE_OF_ACCOUNT, at)
        _count(db, of_address, FREE_OF_ADDRESS, at)
        account = db.find_account(login)
    known = account.password if account is not None else ""
    right = passwords.verified(known, attempt.password) and len(attempt.password) <= LONGEST_PASSWORD
    if account is None or not right or account.disabled_at is not None:
        why = "disabled" if right else "password"
        _refused(store, tenant, account, why, address=attempt.address, at=at)
        raise SignInRefused(REFUSED)
    fresh = passwords.hashed(attempt.password) if passwords.outdated(known) else ""
    done = _let_in(store, tenant, account, attempt, fresh=fresh, of_account=of_account, of_address=of_address, at=at)
    if done is None:
        _refused(store, tenant, account, "password", address=attempt.address, at=at)
        raise SignInRefused(REFUSED)
    return done


def _let_in(
    store: Store,
    tenant: str,
    verified: Account,
    attempt: Attempt,
    *,
    fresh: str,
    of_account: str,
    of_address: str,
    at: datetime,
) -> SignedIn | None:
    """The session; None where the account was given another password, or closed, while this one was verified."""
    with store.tenant(tenant) as db:
        account = db.find_account(verified.login, held=True)
        if account is None or account.password != verified.password or account.disabled_at is not None:
            return None
        db.require_active()
        db.forget_failures([of_account], before=at - REMEMBERED)
        # Only this attempt's: whoever has an account must not wipe out what they failed at on others.
        failures = db.sign_in_failures(of_address, at - REMEMBERED)
        db.note_failure(of_address, max(0, failures - 1), at, at)
        if fresh:
            db.rehash(account.id, fresh)
        return _start(db, account, "password", address=attempt.address, previous=attempt.previous, at=at)


def start_session(
    store: Store,
    tenant: str,
    account: Account,
    how: str,
    *,
    address: str = "",
    previous: str = "",
    now: datetime | None = None,
) -> SignedIn:
    """A session for somebody who was recognised otherwise: by the identity provider.

    Raises SignInRefused when the account is closed, TenantSuspended.
    """
    at = now or datetime.now(UTC)
    if account.disabled_at is not None:
        _refused(store, tenant, account, "disabled", address=address, at=at)
        raise SignInRefused(REFUSED)
    with store.tenant(tenant) as db:
        db.require_active()
        return _start(db, account, how, address=address, previous=previous, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What an identity provider says of somebody who signed in there."""

    issuer: str
    subject: str
    email: str
    email_verified: bool


def account_for(store: Store, tenant: str, who: Identified, address: str, *, now: datetime | None = None) -> Account:
    """The account of somebody whom the identity provider named.

    The first time, an account that was added for the identity provider is bound to the subject when the provider vouches
    for the mail address; from then on the subject alone counts, since addresses are given to other people. An account with
    a password is never taken over this way. Raises SignInRefused.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        known = db.account_of_subject(who.issuer, who.subject)
        if known is not None:
            return known
        named = db.find_account(who.email.strip().lower()) if who.email and who.email_verified else None
        if named is not None and not named.password and not named.subject and named.disabled_at is None:
            db.bind_subject(named.id, who.issuer, who.subject, at)
            return named
    _refused(store, tenant, named, "identity provider", address=address, at=at)
    raise SignInRefused("there is no account here for this identity; an administrator has to add it first")


def sign_out(store: Store, tenant: str, secret: str, *, now: datetime | None = None) -> None:
    """Close the session of a cookie; nothing happens when there is none."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        found = db.session_of(secret_digest(secret))
        if found is not None:
            db.close_session(found[0], found[1].person, at)


def _start(db: TenantStore, account: Account, how: str, *, address: str, previous: str, at: datetime) -> SignedIn:
    if previous:
        replaced = db.session_of(secret_digest(previous))
        if replaced is not None:
            db.close_session(replaced[0], replaced[1].person, at)
    secret = new_secret(SecretKind.SESSION, db.tenant)
    row = Session(
        id=f"ses_{secrets.token_hex(8)}", digest=secret_digest(secret), account=account.id, started_at=at, seen_at=at,
        ends_at=at + SESSION_LIFE,
    )  # fmt: skip
    db.add_session(row, account.person, how, address)
    return SignedIn(secret, row, account)


def _require_open(db: TenantStore, subjects: tuple[str, str], at: datetime) -> None:
    closed = db.sign_in_closed_until(subjects, at)
    if closed is not None:
        raise TooManyFailures(max(1, round((closed - at).total_seconds())))


def _count(db: TenantStore, subject: str, free: int, at: datetime) -> None:
    failures = db.sign_in_failures(subject, at - REMEMBERED) + 1
    # Doubling stops early: 2 seconds reach the longest wait after nine doublings.
    wait = min(FIRST_WAIT * 2 ** min(failures - free, 16), LONGEST_WAIT) if failures >= free else timedelta(0)
    db.note_failure(subject, failures, at, at + wait)


def _refused(store: Store, tenant: str, account: Account | None, why: str, *, address: str, at: datetime) -> None:
    """Logged without what was typed: people type passwords into the wrong field."""
    with store.tenant(tenant) as db:
        db.forget_failures([], before=at - REMEMBERED)
        actor = account.person if account else "unknown"
        db.record_refusal(actor, account.id if account else "", why, address, at)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _network(address: str) -> str:
    """IPv4 as it is; of IPv6 the /64 that one customer is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _short(address)
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
