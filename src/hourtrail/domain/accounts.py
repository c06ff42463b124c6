"""Accounts of people, programs, and the secrets by which both are recognised. No secret is ever kept, only its digest."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hourtrail.domain.access import Permission, Role
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.tenant import NAME, is_tenant_name

LONGEST_LOGIN: Final = 254
"""Characters of a login name: the longest mail address (RFC 5321)."""

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1024
"""Long enough for any passphrase, short enough that hashing it stays cheap."""

_LOGIN: Final = re.compile(r"[^\s\x00-\x1f\x7f]+")


class NotSignedIn(HourtrailError):
    """The request carries nothing that says who it comes from, or something that no longer does."""


class SignInRefused(NotSignedIn):
    """The login name or the password is wrong, or the account is closed; which of them is not told."""


class TooManyFailures(HourtrailError):
    """Sign-in is closed for a while. ``seconds`` is how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed attempts; wait {seconds} seconds and try again")
        self.seconds = seconds


class SecretKind(StrEnum):
    """What a secret is for; its value is the visible beginning, so that scanners and people recognise a leaked one."""

    API_KEY = "htk"
    CLIENT_SECRET = "htc"  # noqa: S105 - how one begins, no secret
    ACCESS_TOKEN = "hta"  # noqa: S105 - as above
    SESSION = "hts"


VISIBLE: Final = 12
"""Characters of a secret that are kept and shown, so that a person can tell two keys apart: the kind and 48 random bits."""

_SECRET: Final = re.compile(rf"ht[kcas]_[A-Za-z0-9_-]{{43}}(?:\.(?P<tenant>{NAME}))?")


def new_secret(kind: SecretKind, tenant: str) -> str:
    """256 random bits behind the kind, as text that fits into a header, a cookie and a shell without quotes.

    Behind them the tenant in which it is looked up. The digest covers the name too: with another one it is another secret.
    """
    random = f"{kind}_{secrets.token_urlsafe(32)}"
    return f"{random}.{tenant}" if is_tenant_name(tenant) else random


def is_secret(text: str, *kinds: SecretKind) -> bool:
    """Whether ``text`` could be a secret of one of ``kinds``; what could not is not looked up."""
    return text[:3] in kinds and bool(_SECRET.fullmatch(text))


def tenant_of_secret(text: str) -> str:
    """The tenant that a secret names; empty for one that names none, and for what is no secret."""
    found = _SECRET.fullmatch(text)
    return (found["tenant"] or "") if found else ""


def secret_digest(secret: str) -> str:
    """SHA-256 in hexadecimal digits: what is stored. A slow hash protects guessable secrets; 256 random bits are not."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(session: str) -> str:
    """The token that a form of this session carries: made from the session's secret, which no other site can read."""
    return hmac.new(session.encode(), b"hourtrail csrf", hashlib.sha256).hexdigest()


def login_name(text: str) -> str:
    """A login name as it is kept: trimmed, lower case. Raises InvalidInput for an empty, overlong or blank-holding one."""
    name = text.strip().lower()
    if len(name) > LONGEST_LOGIN or not _LOGIN.fullmatch(name):
        raise InvalidInput(f"a login name has 1 to {LONGEST_LOGIN} characters and no blanks, best the mail address")
    return name


def require_strength(password: str, login: str) -> None:
    """Length is what counts (NIST SP 800-63B); raises InvalidInput for a short or endless one, or the login name itself."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"a password needs at least {SHORTEST_PASSWORD} characters; a few words make a good one")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(f"a password has at most {LONGEST_PASSWORD} characters")
    if password.strip().lower() == login or len(set(password)) < 4:
        raise InvalidInput("this password is guessed at once; a few words make a good one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's account. ``person`` is the id under which the firm knows them: whose time is their own.

    ``password`` is an argon2id hash, empty where the person signs in with the firm's identity provider; ``issuer`` and
    ``subject`` name them there once they have.
    """

    id: str
    login: str
    name: str
    person: str
    password: str
    issuer: str
    subject: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """One row of the log of roles: granted or revoked, by whom, why. ``place`` counts the rows of one account and role."""

    account: str
    role: Role
    place: int
    granted: bool
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that calls the API. Its id is the client id of OAuth 2."""

    id: str
    name: str
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A program's key, client secret or access token: never the secret, only its digest and its visible beginning.

    ``replaces`` is the id of the secret that this one was rotated from; that one works until its own ``expires_at``.
    """

    id: str
    program: str
    kind: SecretKind
    visible: str
    digest: str
    scopes: tuple[Permission, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    replaces: str = ""

    def state(self, now: datetime) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. It ends at ``ends_at``, or when it was not used for a while, or when it is closed."""

    id: str
    digest: str
    account: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None
