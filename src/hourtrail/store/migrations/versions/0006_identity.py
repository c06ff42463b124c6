"""Accounts and their roles, programs and their secrets, sessions, failed sign-ins, answers kept for a retry."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

TABLES = ("account", "role_change", "program", "secret", "session", "sign_in_failure", "kept_answer")


def needed(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=False) for name in names]


def optional(type_: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, type_) for name in names]


def reference(name: str, column: str, target: str) -> Any:
    return sa.ForeignKeyConstraint(["tenant", column], [f"{target}.tenant", f"{target}.id"], name=name)


def create_people() -> None:
    op.create_table(
        "account", *needed(TEXT, "tenant", "id", "login", "name", "person", "password"),
        *optional(TEXT, "issuer", "subject"), *needed(INSTANT, "created_at"), *optional(INSTANT, "disabled_at"),
        sa.PrimaryKeyConstraint("tenant", "id"), sa.UniqueConstraint("tenant", "login", name="account_login"),
        sa.UniqueConstraint("tenant", "issuer", "subject", name="account_subject"),
    )  # fmt: skip
    op.create_table(
        "role_change", *needed(TEXT, "tenant", "account", "role"), *needed(sa.Integer(), "place"),
        *needed(sa.Boolean(), "granted"), *needed(TEXT, "actor", "reason"), *needed(INSTANT, "at"),
        sa.PrimaryKeyConstraint("tenant", "account", "role", "place"),
        reference("role_change_account", "account", "account"),
    )  # fmt: skip
    op.create_table(
        "session", *needed(TEXT, "tenant", "id", "digest", "account"),
        *needed(INSTANT, "started_at", "seen_at", "ends_at"), *optional(INSTANT, "closed_at"),
        sa.PrimaryKeyConstraint("tenant", "id"), reference("session_account", "account", "account"),
        sa.UniqueConstraint("tenant", "digest", name="session_digest"),
    )  # fmt: skip
    op.create_index("session_by_account", "session", ["tenant", "account"])
    op.create_index("session_by_end", "session", ["tenant", "ends_at"])
    op.create_table(
        "sign_in_failure", *needed(TEXT, "tenant", "subject"), *needed(sa.Integer(), "failures"),
        *needed(INSTANT, "last_at", "closed_until"), sa.PrimaryKeyConstraint("tenant", "subject"),
    )  # fmt: skip
    op.create_index("sign_in_failure_by_time", "sign_in_failure", ["tenant", "last_at"])


def create_programs() -> None:
    op.create_table(
        "program", *needed(TEXT, "tenant", "id", "name", "created_by"), *needed(INSTANT, "created_at"),
        *optional(INSTANT, "disabled_at"), sa.PrimaryKeyConstraint("tenant", "id"),
        sa.UniqueConstraint("tenant", "name", name="program_name"),
    )  # fmt: skip
    op.create_table(
        "secret", *needed(TEXT, "tenant", "id", "program", "visible", "digest", "created_by", "replaces", "kind"),
        *needed(JSON, "scopes"), *needed(INSTANT, "created_at"),
        *optional(INSTANT, "expires_at", "revoked_at", "last_used_at"), sa.PrimaryKeyConstraint("tenant", "id"),
        reference("secret_program", "program", "program"),
        sa.UniqueConstraint("tenant", "digest", name="secret_digest"),
    )  # fmt: skip
    op.create_index("secret_by_program", "secret", ["tenant", "program", "kind"])
    op.create_table(
        "kept_answer", *needed(TEXT, "tenant", "principal", "key", "request"), *optional(JSON, "answer"),
        *needed(INSTANT, "started_at"), sa.PrimaryKeyConstraint("tenant", "principal", "key"),
    )  # fmt: skip
    op.create_index("kept_answer_by_time", "kept_answer", ["tenant", "started_at"])


def _append_only_sqlite() -> None:
    """No UPDATE, no DELETE, and no row in another one's place, as in the first schema."""
    refuse = "SELECT RAISE(ABORT, 'role_change is append-only: a later row supersedes');"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER role_change_no_{verb.lower()} BEFORE {verb} ON role_change BEGIN {refuse} END")
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in ("tenant", "account", "role", "place"))
    op.execute(
        # Every name is a constant of this file.
        "CREATE TRIGGER role_change_no_replace_0 BEFORE INSERT ON role_change"  # noqa: S608 - see above
        f" WHEN EXISTS (SELECT 1 FROM role_change WHERE {same}) BEGIN {refuse} END"
    )


def _append_only_postgresql() -> None:
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER role_change_append_only_{each.lower()} BEFORE {verb} ON role_change"
            f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
        )


def _row_level_security() -> None:
    for name in TABLES:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {name} USING (tenant = current_setting('app.tenant', true))"
            " WITH CHECK (tenant = current_setting('app.tenant', true))"
        )


def upgrade() -> None:
    create_people()
    create_programs()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
        _row_level_security()
    else:
        _append_only_sqlite()
