"""The database itself: its migrations, its guards, and what is said when it is the wrong one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.store.billing_samples import DISPUTE, DRAFT, LINE, RATE_CHANGE
from tests.store.identity_samples import fill_identity, readable_identity
from tests.store.ledger_samples import EXPENSE, PAYMENT
from tests.store.samples import CLEARING, ITEM, NINE, activity, decision, entry, raised, review, suggestion

import hourtrail.store
from hourtrail.domain.autopost import AutoPostEvent, AutoPostWord
from hourtrail.domain.billing import LastWord, Word
from hourtrail.domain.confidence import Controls
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.domain.precision import Tally
from hourtrail.domain.review import ClearedEntry
from hourtrail.store import (
    Store,
    StoreUnavailable,
    default_url,
    identity_schema,
    ledger_schema,
    open_store,
    tenant_schema,
)
from hourtrail.store.findings import FindingScope
from hourtrail.store.locations import normalised
from hourtrail.store.migrate import HEAD, VERSION_TABLE
from hourtrail.store.schema import APPEND_ONLY, metadata


def _differ(
    context: MigrationContext, _column: object, _meta: object, found: sa.types.TypeEngine, declared: sa.types.TypeEngine
) -> bool:
    """Compare what the database would be told. SQLAlchemy binds text as VARCHAR without a length, which is TEXT to PostgreSQL."""
    told = declared.compile(context.dialect).replace("VARCHAR", "TEXT")
    return found.compile(context.dialect) != told


def test_the_migrated_schema_is_the_declared_one(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": _differ})
        assert identity_schema.metadata is metadata
        assert compare_metadata(context, metadata) == []


def test_the_head_that_is_kept_in_the_code_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(hourtrail.store.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_opening_again_changes_nothing(store: Store, url: str) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(0)])
    with open_store(url) as again, again.tenant("t") as db:
        assert list(db.activities()) == [activity(0)]


def test_processes_that_open_a_new_database_at_once_do_not_collide(url: str) -> None:
    code = "import sys; from hourtrail.store import open_store; open_store(sys.argv[1]).close()"
    running = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in running] == [("", 0)] * 3


def _filled(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        db.add_entries([entry("te_1", decision="d1")])
        db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", NINE)
        db.reconcile_findings([raised("f1")], FindingScope(checks=("overlap",)), NINE)
        db.append_reviews([review("r1", "f1")])
        db.add_clearing(CLEARING, [ClearedEntry(clearing=CLEARING.id, entry="te_1", propensity=1.0, sampled=False)])
        db.set_muted("overlap", muted=True, tally=Tally(0, 20), reason="noisy", actor="system:review", at=NINE)
        db.put_review_policy({"version": "1"}, "ann", NINE)
        db.add_draft(DRAFT, [LINE])
        db.add_dispute(DISPUTE)
        db.add_rate_change(RATE_CHANGE)
        db.say_last_word(
            LastWord(object=DISPUTE.id, kind="dispute", word=Word.DISMISSED, actor="kim", at=NINE), {"why": "as agreed"}
        )
        db.put_billing_policy({"version": "1"}, "ann", NINE)
        db.put_ledger([EXPENSE, PAYMENT], "program:psa", NINE)
        db.put_controls(Controls(), [], "system:confidence", NINE)
        db.seal_audit(NINE)
        forgotten = Forgotten(id="fgt_1", person="ann", trait=Trait.SERIES, value="s1", at=NINE)
        db.add_forgotten(forgotten)
        db.add_forgotten(replace(forgotten, id="fgt_2", takes_back="fgt_1"))
        fill_identity(db, NINE)
        db.say_of_auto_post(
            AutoPostEvent(place=1, word=AutoPostWord.STOPPED, order="", actor="ann", at=NINE, reason="no more")
        )
        db.change_settings({"brand": {"product": "T"}}, actor="kim", at=NINE, reason="")


def _raw(store: Store, *statements: str, pragma: bool = True) -> None:
    with store.engine.connect() as connection:
        if not pragma:
            connection.connection.cursor().execute("PRAGMA recursive_triggers = OFF")
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "table", [*APPEND_ONLY, *identity_schema.APPEND_ONLY, *tenant_schema.APPEND_ONLY, *ledger_schema.APPEND_ONLY]
)
def test_what_is_append_only_cannot_be_changed_by_any_sql(store: Store, table: str) -> None:
    _filled(store)
    attempts = [f"UPDATE {table} SET tenant = 'eve'", f"DELETE FROM {table}"]
    if store.engine.dialect.name == "postgresql":
        attempts.append(f"TRUNCATE {table} CASCADE")
    else:
        attempts += [
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
            f"REPLACE INTO {table} SELECT * FROM {table}",
        ]
    for attempt in attempts:
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            _raw(store, attempt)
    if store.engine.dialect.name == "sqlite":
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            _raw(store, attempts[-1], pragma=False)
    with store.tenant("t") as db:
        assert [row.actor for row in db.decisions()] == ["ann"]
        assert db.verify_audit()[1] == []


def test_a_row_taken_out_behind_the_triggers_is_named(store: Store) -> None:
    _filled(store)
    trigger = (
        "audit_event_append_only_row ON audit_event"
        if store.engine.dialect.name == "postgresql"
        else "audit_event_no_update"
    )
    _raw(store, f"DROP TRIGGER {trigger}", "UPDATE audit_event SET actor = 'eve' WHERE sequence = 1")
    with store.tenant("t") as db:
        count, breaks = db.verify_audit()
    assert count > 1
    assert [found.sequence for found in breaks] == [1]


def test_no_reader_of_one_tenant_sees_another(store: Store) -> None:
    _filled(store)
    with store.tenant("t") as db:
        db.put_activities([activity(0)])
        db.put_vectors("f", {"a": b"1"})
        assert len(readable_identity(db, NINE)) == 13
    with store.tenant("other") as db:
        for rows in (
            db.activities(), db.entries(), db.suggestions(), db.decisions(), db.findings(), db.audit_events(),
            db.confirmations(), db.approvals("te_1"), db.entries_of("d1"), db.vectors("f", ["a"]), db.master().people,
            db.people_with_activities(NINE, NINE.replace(year=2027)), db.raised(), db.reviews("f1"), db.looks(),
            db.clearings(), db.cleared_entries(), db.mutings(), db.unmuted_by_hand(), db.handed_on()[0],
            db.findings_on(["te_1"]), db.entries_for_client(ITEM.client, [ITEM.project]), db.last_moves(["te_1"]),
            db.drafts(), db.draft_lines(DRAFT.id), db.disputes(), db.disputes(entries=["te_1"]), db.rate_changes(),
            db.standing_claims(DRAFT.contract), db.claims_on(["te_1"]), db.entries_named(["te_1"]),
        ):  # fmt: skip
            assert list(rows) == []
        assert db.current_decision("sug_0") is None
        assert db.review_policy() is None
        assert db.billing_policy() is None
        assert (db.controls(), db.control_events()) == ((Controls(), 0), [])
        assert db.draft_line(LINE.id) is None
        assert (db.review_seconds(), db.confirmed_minutes(), db.clearer_of("f1")) == (0, 0, "")
        assert db.decision_seconds() == 0
        assert readable_identity(db, NINE) == []
        # The same ids are free in another tenant.
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        assert db.verify_audit() == (1, [])


def test_row_level_security_holds_for_an_ordinary_role(server: str, tmp_path: Path) -> None:
    from tests.databases import database  # noqa: PLC0415 - only this test needs a second one

    with database("postgresql", tmp_path, server) as url, open_store(url) as store:
        _filled(store)
        role = normalised(url).database + "_clerk"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'CREATE ROLE "{role}"')
            admin.execute(f'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO "{role}"')
            try:
                admin.execute(f'SET ROLE "{role}"')
                tables = [table.name for table in metadata.sorted_tables]
                assert [admin.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables] == [(0,)] * len(
                    tables
                )
                admin.execute("SELECT set_config('app.tenant', 'other', false)")
                assert admin.execute("SELECT count(*) FROM decision").fetchone() == (0,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                    admin.execute("INSERT INTO text_vector VALUES ('t', 'f', 'd', 'x')")
                admin.execute("SELECT set_config('app.tenant', 't', false)")
                assert admin.execute("SELECT count(*) FROM decision").fetchone() == (1,)
            finally:
                admin.execute("RESET ROLE")
                admin.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')


def test_a_newer_database_and_another_programs_are_refused(store: Store, url: str, tmp_path: Path) -> None:
    _raw(store, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer Hourtrail"):
        open_store(url)
    _raw(store, f"DROP TABLE {VERSION_TABLE}")
    with pytest.raises(StoreUnavailable, match="database of its own"):
        open_store(url)


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all, " * 100)
    cases = {
        f"sqlite:///{tmp_path}/notes.txt": (StoreUnavailable, "not a SQLite database"),
        f"sqlite:///{tmp_path}/notes.txt/x.db": (StoreUnavailable, "cannot create the folder"),
        "postgresql://postgres@127.0.0.1:1/none": (StoreUnavailable, "127.0.0.1"),
        "mysql://x/y": (InvalidInput, "SQLite or PostgreSQL"),
        "sqlite://": (InvalidInput, "name a file"),
        "postgresql://host": (InvalidInput, "names no database"),
        "://": (InvalidInput, "no database address"),
    }
    for url, (error, words) in cases.items():
        with pytest.raises(error, match=words) as caught:
            open_store(url)
        assert "\n" not in str(caught.value)


def test_a_missing_driver_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnavailable, match=r"hourtrail\[postgres\]"):
        open_store("postgresql://x@127.0.0.1/y")


def test_addresses_are_understood_and_passwords_not_told(tmp_path: Path) -> None:
    for text in ("postgres://u:secret@h/d", "postgresql://u:secret@h/d", "postgresql+psycopg://u:secret@h/d"):
        url = normalised(text)
        assert url.drivername == "postgresql+psycopg"
        assert "secret" not in url.render_as_string()
    with open_store(str(tmp_path / "deep" / "x.db")) as store:
        assert store.url == f"sqlite:///{tmp_path / 'deep' / 'x.db'}"
        for name in ("", " ", "x" * 201):
            with pytest.raises(InvalidInput, match="tenant"), store.tenant(name):
                pass


def test_the_default_database_stands_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_url() == f"sqlite:///{tmp_path}/data/hourtrail/hourtrail.db"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_url() == f"sqlite:///{tmp_path}/.local/share/hourtrail/hourtrail.db"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_url() == f"sqlite:///{tmp_path}/Library/Application Support/hourtrail/hourtrail.db"


def test_a_reader_may_not_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match=r"read-only|readonly"), store.tenant("t", read_only=True) as db:
        db.put_activities([activity(0)])
    with store.tenant("t") as db:
        assert db.put_activities([activity(0)]).created == 1
