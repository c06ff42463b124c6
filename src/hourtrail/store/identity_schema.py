"""The tables of identity: accounts, roles, programs and their secrets, sessions, failed sign-ins, kept answers.

Apart from ``schema.py`` only for its length; the same metadata, the same rules.
"""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, Table, UniqueConstraint

from hourtrail.domain.access import Permission, Role
from hourtrail.domain.accounts import SecretKind
from hourtrail.store.schema import _key, _maybe_texts, _texts, metadata
from hourtrail.store.types import EnumText, Instant, Json

account: Final = Table(
    "account", metadata, _key("tenant"), _key("id"), *_texts("login", "name", "person", "password"),
    # Null rather than empty, so that the identity provider's names are unique among those who have one.
    *_maybe_texts("issuer", "subject"),
    Column("created_at", Instant(), nullable=False), Column("disabled_at", Instant()),
    UniqueConstraint("tenant", "login", name="account_login"),
    UniqueConstraint("tenant", "issuer", "subject", name="account_subject"),
)  # fmt: skip

role_change: Final = Table(
    "role_change", metadata, _key("tenant"), _key("account"),
    Column("role", EnumText(Role), primary_key=True), Column("place", Integer(), primary_key=True, autoincrement=False),
    Column("granted", Boolean(), nullable=False), *_texts("actor", "reason"), Column("at", Instant(), nullable=False),
    ForeignKeyConstraint(["tenant", "account"], ["account.tenant", "account.id"], name="role_change_account"),
)  # fmt: skip

program: Final = Table(
    "program", metadata, _key("tenant"), _key("id"), *_texts("name", "created_by"),
    Column("created_at", Instant(), nullable=False), Column("disabled_at", Instant()),
    UniqueConstraint("tenant", "name", name="program_name"),
)  # fmt: skip


def _scopes(names: list[str]) -> tuple[Permission, ...]:
    """Those that this version of the program knows; an unknown one allows nothing."""
    known = {permission.value for permission in Permission}
    return tuple(Permission(name) for name in names if name in known)


secret: Final = Table(
    "secret", metadata, _key("tenant"), _key("id"), *_texts("program", "visible", "digest", "created_by", "replaces"),
    Column("kind", EnumText(SecretKind), nullable=False), Column("scopes", Json(_scopes), nullable=False),
    Column("created_at", Instant(), nullable=False), Column("expires_at", Instant()), Column("revoked_at", Instant()),
    Column("last_used_at", Instant()),
    ForeignKeyConstraint(["tenant", "program"], ["program.tenant", "program.id"], name="secret_program"),
    UniqueConstraint("tenant", "digest", name="secret_digest"),
    Index("secret_by_program", "tenant", "program", "kind"),
)  # fmt: skip

session: Final = Table(
    "session", metadata, _key("tenant"), _key("id"), *_texts("digest", "account"),
    *(Column(name, Instant(), nullable=False) for name in ("started_at", "seen_at", "ends_at")),
    Column("closed_at", Instant()),
    ForeignKeyConstraint(["tenant", "account"], ["account.tenant", "account.id"], name="session_account"),
    UniqueConstraint("tenant", "digest", name="session_digest"),
    Index("session_by_account", "tenant", "account"),
    Index("session_by_end", "tenant", "ends_at"),
)  # fmt: skip

sign_in_failure: Final = Table(
    "sign_in_failure", metadata, _key("tenant"), _key("subject"), Column("failures", Integer(), nullable=False),
    Column("last_at", Instant(), nullable=False), Column("closed_until", Instant(), nullable=False),
    Index("sign_in_failure_by_time", "tenant", "last_at"),
)  # fmt: skip

# ``answer`` is null while the first request with the key is being worked on.
kept_answer: Final = Table(
    "kept_answer", metadata, _key("tenant"), _key("principal"), _key("key"), *_texts("request"),
    Column("answer", Json()), Column("started_at", Instant(), nullable=False),
    Index("kept_answer_by_time", "tenant", "started_at"),
)  # fmt: skip

APPEND_ONLY: Final = ("role_change",)
