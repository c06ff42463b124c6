"""Erasure: what a person's name and words stood in may give them up, row by row, where the audit trail lists the row.

An append-only row still refuses every change but one: names become the pseudonym of an erasure that lists the row, words
become empty, and only until that erasure's closing event stands in the trail. Everything else in the row stays.
"""

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


class Form(NamedTuple):
    """How a row of a table is erased: its key, the texts that may become a pseudonym or empty, the bodies that are rewritten."""

    key: tuple[str, ...]
    texts: tuple[str, ...]
    bodies: tuple[str, ...] = ()


FORMS = {
    "approval": Form(("id",), ("actor", "note")),
    "audit_event": Form(("sequence",), ("actor",), ("object_id",)),
    "auto_post": Form(("place",), ("actor", "reason"), ("terms",)),
    "billing_policy": Form(("place",), ("actor",)),
    "check_muting": Form(("check", "place"), ("actor", "reason")),
    "clearing": Form(("id",), ("actor",)),
    "control": Form(("place",), ("actor",), ("body", "events")),
    "decision": Form(("id",), ("actor",), ("body",)),
    "dispute": Form(("id",), ("actor", "raised_by", "note"), ("content",)),
    "draft_line": Form(("id",), (), ("content",)),
    "expense": Form(
        ("source", "external_id", "place"), ("person", "actor", "narrative", "receipt", "digest"), ("extra",)
    ),
    "finding_review": Form(("id",), ("actor", "note", "assignee"), ("shown",)),
    "forgotten": Form(("id",), ("person", "value")),
    "invoice_draft": Form(("id",), ("actor",)),
    "last_word": Form(("object",), ("actor", "note")),
    "payment": Form(("source", "external_id", "place"), ("actor", "note", "digest"), ("extra",)),
    "rate_change": Form(("id",), ("actor", "person", "reason")),
    "review_policy": Form(("place",), ("actor",), ("body",)),
    "role_change": Form(("account", "role", "place"), ("actor", "reason")),
    "tenant_settings": Form(("version",), ("actor", "reason"), ("document",)),
    "tenant_state": Form(("place",), ("actor", "reason")),
}
ERASED, CLOSED = "person:person:erased", "system:erasure:closed"


def _key(row: str, form: Form) -> str:
    """The listed key: the columns' values with a blank between them."""
    return " || ' ' || ".join(f'CAST({row}."{name}" AS TEXT)' for name in form.key)


def upgrade() -> None:
    op.create_table(
        "erased_row", *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "kind", "key")),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pseudonym", TEXT, nullable=False), sa.PrimaryKeyConstraint("tenant", "kind", "key", "sequence"),
        sa.ForeignKeyConstraint(
            ["tenant", "sequence"], ["audit_event.tenant", "audit_event.sequence"], name="erased_row_event"
        ),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def _on_sqlite() -> None:
    columns = {name: [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({name})")] for name in FORMS}
    for name, form in FORMS.items():
        kept = [column for column in columns[name] if column not in (*form.texts, *form.bodies)]
        same = [f'NEW."{column}" IS OLD."{column}"' for column in kept]
        given = [
            f'(NEW."{column}" IS OLD."{column}" OR NEW."{column}" IN (\'\', listed.pseudonym))' for column in form.texts
        ]
        listed = (
            "EXISTS (SELECT 1 FROM erased_row listed WHERE listed.tenant = OLD.tenant"  # noqa: S608 - constants of this file
            f" AND listed.kind = '{name}' AND listed.key = {_key('OLD', form)} AND {_open('listed')}"
            f" AND {' AND '.join(given or ['TRUE'])})"
        )
        op.execute(f"DROP TRIGGER {name}_no_update")
        op.execute(
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} WHEN NOT ({' AND '.join([*same, listed])})"
            f" BEGIN SELECT RAISE(ABORT, '{name} is append-only: a later row supersedes'); END"
        )
    refuse = "SELECT RAISE(ABORT, 'erased_row is append-only: a later row supersedes');"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER erased_row_no_{verb.lower()} BEFORE {verb} ON erased_row BEGIN {refuse} END")
    op.execute(
        "CREATE TRIGGER erased_row_no_replace_0 BEFORE INSERT ON erased_row WHEN EXISTS (SELECT 1 FROM erased_row"  # noqa: S608 - as above
        " WHERE tenant = NEW.tenant AND kind = NEW.kind AND key = NEW.key AND sequence = NEW.sequence)"
        f" BEGIN {refuse} END"
    )
    op.execute(
        f"CREATE TRIGGER erased_row_told BEFORE INSERT ON erased_row WHEN NOT ({_open('NEW')})"
        " BEGIN SELECT RAISE(ABORT, 'erased_row is append-only: an erasure in the audit trail lists its rows'); END"
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
    """One function for all tables: it knows the form of each; a table that it does not know takes no change at all."""
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
        " SELECT string_agg(was ->> part.name, ' ' ORDER BY part.place) INTO named"
        " FROM unnest(keys) WITH ORDINALITY AS part(name, place);"
        " IF EXISTS (SELECT 1 FROM erased_row listed WHERE listed.tenant = was ->> 'tenant' AND listed.kind = TG_TABLE_NAME"
        f" AND listed.key = named AND {_open('listed')}"
        " AND NOT EXISTS (SELECT 1 FROM unnest(texts) AS given(name) WHERE will ->> given.name IS DISTINCT FROM was ->> given.name"
        " AND will ->> given.name NOT IN ('', listed.pseudonym))) THEN RETURN NEW; END IF;"
        " END IF; END IF;"
        " RAISE EXCEPTION '% is append-only: a later row supersedes', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE FUNCTION hourtrail_erasure_is_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {_open('NEW')} THEN RETURN NEW; END IF;"
        " RAISE EXCEPTION 'erased_row is append-only: an erasure in the audit trail lists its rows'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER erased_row_told BEFORE INSERT ON erased_row"
        " FOR EACH ROW EXECUTE FUNCTION hourtrail_erasure_is_open()"
    )
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER erased_row_append_only_{each.lower()} BEFORE {verb} ON erased_row"
            f" FOR EACH {each} EXECUTE FUNCTION hourtrail_refuse_change()"
        )
    op.execute("ALTER TABLE erased_row ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE erased_row FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON erased_row USING (tenant = current_setting('app.tenant', true))"
        " WITH CHECK (tenant = current_setting('app.tenant', true))"
    )


def _array(names: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]"
