"""Events of the audit trail and their payloads are digested with a salt each, which an erasure takes away; rows of before have none.

And some rows may give up more of a person than before: ids that a source made of an address, the digest of settings that
named them, a billing policy's text. A list of erased rows names a row by the key that it has since.
"""

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


class Form(NamedTuple):
    """How a row of a table is erased: its key, the texts that may become a pseudonym or empty, the bodies that are rewritten."""

    key: tuple[str, ...]
    texts: tuple[str, ...]
    bodies: tuple[str, ...] = ()


CHANGED = {
    "audit_event": Form(("sequence",), ("actor", "salt"), ("object_id",)),
    "billing_policy": Form(("place",), ("actor",), ("body",)),
    "expense": Form(
        ("source", "external_id", "place"), ("person", "actor", "narrative", "receipt", "digest"),
        ("extra", "source", "external_id", "category", "revision"),
    ),
    "payment": Form(
        ("source", "external_id", "place"), ("actor", "note", "digest"), ("extra", "source", "external_id", "revision")
    ),
    "tenant_settings": Form(("version",), ("actor", "reason", "digest"), ("document",)),
}  # fmt: skip
"""The forms that differ from those of 0014."""

FORMS = {
    "approval": Form(("id",), ("actor", "note")),
    "auto_post": Form(("place",), ("actor", "reason"), ("terms",)),
    "check_muting": Form(("check", "place"), ("actor", "reason")),
    "clearing": Form(("id",), ("actor",)),
    "control": Form(("place",), ("actor",), ("body", "events")),
    "decision": Form(("id",), ("actor",), ("body",)),
    "dispute": Form(("id",), ("actor", "raised_by", "note"), ("content",)),
    "draft_line": Form(("id",), (), ("content",)),
    "finding_review": Form(("id",), ("actor", "note", "assignee"), ("shown",)),
    "forgotten": Form(("id",), ("person", "value")),
    "invoice_draft": Form(("id",), ("actor",)),
    "last_word": Form(("object",), ("actor", "note")),
    "rate_change": Form(("id",), ("actor", "person", "reason")),
    "review_policy": Form(("place",), ("actor",), ("body",)),
    "role_change": Form(("account", "role", "place"), ("actor", "reason")),
    "tenant_state": Form(("place",), ("actor", "reason")),
    **CHANGED,
}
ERASED, CLOSED = "person:person:erased", "system:erasure:closed"


def upgrade() -> None:
    for table in ("audit_event", "audit_payload"):
        op.add_column(table, sa.Column("salt", TEXT, nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def _on_sqlite() -> None:
    for name, form in CHANGED.items():
        columns = [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({name})")]
        kept = [column for column in columns if column not in (*form.texts, *form.bodies)]
        same = [f'NEW."{column}" IS OLD."{column}"' for column in kept]
        given = [
            f'(NEW."{column}" IS OLD."{column}" OR NEW."{column}" IN (\'\', listed.pseudonym))' for column in form.texts
        ]
        key = " || ' ' || ".join(f'CAST(NEW."{column}" AS TEXT)' for column in form.key)
        listed = (
            "EXISTS (SELECT 1 FROM erased_row listed WHERE listed.tenant = OLD.tenant"  # noqa: S608 - constants of this file
            f" AND listed.kind = '{name}' AND listed.key = {key} AND {_open('listed')}"
            f" AND {' AND '.join(given)})"
        )
        op.execute(f"DROP TRIGGER {name}_no_update")
        op.execute(
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} WHEN NOT ({' AND '.join([*same, listed])})"
            f" BEGIN SELECT RAISE(ABORT, '{name} is append-only: a later row supersedes'); END"
        )


def _open(row: str) -> str:
    """That the row's erasure is in the trail and not closed yet."""
    return (
        "EXISTS (SELECT 1 FROM audit_event told"  # noqa: S608 - constants of this file
        f" WHERE told.tenant = {row}.tenant AND told.sequence = {row}.sequence AND told.action = '{ERASED}')"
        f" AND NOT EXISTS (SELECT 1 FROM audit_event closed WHERE closed.tenant = {row}.tenant"
        f" AND closed.sequence > {row}.sequence AND closed.action = '{CLOSED}')"
    )


def _on_postgresql() -> None:
    forms = ", ".join(
        f"('{name}', {_array(form.key)}, {_array(form.texts)}, {_array(form.bodies)})" for name, form in FORMS.items()
    )
    op.execute(
        "CREATE OR REPLACE FUNCTION hourtrail_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"  # noqa: S608 - as above
        " DECLARE keys text[]; texts text[]; bodies text[]; was jsonb; will jsonb; named text; BEGIN"
        " IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN"
        f" SELECT form.keys, form.texts, form.bodies INTO keys, texts, bodies FROM (VALUES {forms})"
        " AS form(name, keys, texts, bodies) WHERE form.name = TG_TABLE_NAME;"
        " was := to_jsonb(OLD); will := to_jsonb(NEW);"
        " IF keys IS NOT NULL AND was - texts - bodies = will - texts - bodies THEN"
        " SELECT string_agg(will ->> part.name, ' ' ORDER BY part.place) INTO named"
        " FROM unnest(keys) WITH ORDINALITY AS part(name, place);"
        " IF EXISTS (SELECT 1 FROM erased_row listed WHERE listed.tenant = was ->> 'tenant' AND listed.kind = TG_TABLE_NAME"
        f" AND listed.key = named AND {_open('listed')}"
        " AND NOT EXISTS (SELECT 1 FROM unnest(texts) AS given(name) WHERE will ->> given.name IS DISTINCT FROM was ->> given.name"
        " AND will ->> given.name NOT IN ('', listed.pseudonym))) THEN RETURN NEW; END IF;"
        " END IF; END IF;"
        " RAISE EXCEPTION '% is append-only: a later row supersedes', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def _array(names: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]"
