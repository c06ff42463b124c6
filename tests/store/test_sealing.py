"""What a source saw is sealed: the database alone tells nothing, a row moved elsewhere does not open, keys can be renewed."""

import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from tests.store.samples import activity

from hourtrail.store import Store, StoreUnavailable, open_store
from hourtrail.store.activities import opened_body
from hourtrail.store.keys import key_file, new_key
from hourtrail.store.schema import activity as table
from hourtrail.store.sealing import Sealer


def _bodies(store: Store) -> list[bytes]:
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
        return [bytes(row[0]) for row in connection.exec_driver_sql("SELECT body FROM activity ORDER BY external_id")]


def _raw(store: Store, *statements: str) -> None:
    with store.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL app.tenant = 't'")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_neither_text_nor_its_digest_can_be_guessed_from_the_database(store: Store) -> None:
    row = activity(0, title="Confidential merger talks", text="with Acme", participants=("ceo@acme.example",))
    for tenant in ("t", "other"):
        with store.tenant(tenant) as db:
            db.put_activities([row])
    with store.tenant("t", read_only=True) as db:
        assert list(db.activities()) == [row]
    (body,) = _bodies(store)[:1]
    assert not any(word in body for word in (b"merger", b"Acme", b"ceo", b"kind"))
    with store.engine.connect() as connection, connection.begin():
        digests = []
        for tenant in ("t", "other"):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL app.tenant = '{tenant}'")
            digests.append(
                connection.exec_driver_sql(f"SELECT digest FROM activity WHERE tenant = '{tenant}'").scalar()
            )
    assert digests[0] != digests[1], "the same content, and yet no tenant's digest tells about the other"


def test_the_same_content_again_is_left_alone(store: Store) -> None:
    for expected in ((2, 0), (0, 2)):
        with store.tenant("t") as db:
            counts = db.put_activities([activity(0), activity(1)])
        assert (counts.created, counts.unchanged) == expected


def test_a_body_put_into_another_row_does_not_open(store: Store) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(0), activity(1)])
    _raw(
        store,
        "UPDATE activity SET body = (SELECT max(body) FROM activity)"
        if store.engine.dialect.name == "sqlite"
        else "UPDATE activity SET body = (SELECT body FROM activity ORDER BY external_id DESC LIMIT 1)",
    )
    with store.tenant("t") as db, pytest.raises(StoreUnavailable, match="altered, or moved"):
        list(db.activities())


def test_an_activity_under_another_persons_name_or_tenant_does_not_open(store: Store) -> None:
    """Whoever can write to the database still reads nobody else's calendar through the program."""
    with store.tenant("t") as db:
        db.put_activities([activity(0), activity(1, person="bob")])
    _raw(store, "UPDATE activity SET person = CASE person WHEN 'ann' THEN 'bob' ELSE 'ann' END")
    for person in ("ann", "bob"):
        with store.tenant("t") as db, pytest.raises(StoreUnavailable, match="another row, person or tenant"):
            list(db.activities(person=person))
    with store.tenant("t") as db, pytest.raises(StoreUnavailable):
        db.seal_activities() or db.renew_key()
    with store.tenant("u") as db:
        db.put_activities([activity(0)])
    if store.engine.dialect.name == "sqlite":
        _raw(
            store,
            "UPDATE activity SET person = CASE person WHEN 'ann' THEN 'bob' ELSE 'ann' END WHERE tenant = 't'",
            "UPDATE activity SET body = (SELECT body FROM activity WHERE tenant = 't' AND external_id = 'c0') WHERE tenant = 'u'",
        )
        with store.tenant("u") as db, pytest.raises(StoreUnavailable, match="altered, or moved"):
            list(db.activities())


def test_what_was_sealed_before_rows_were_bound_to_a_person_opens_and_is_sealed_anew(store: Store) -> None:
    rows = [activity(0), activity(1, title="Pr\u00fcfung")]
    with store.tenant("t") as db:
        db.put_activities(rows)
        sealer = db._sealing()
        for row in db._all(db._select(table)):
            bound = f"t\x1f{row['source']}\x1f{row['external_id']}".encode()
            body = b"\x01" + sealer.seal(opened_body(row, lambda: sealer), bound)[1:]
            db._connection.execute(sa.update(table).where(table.c.external_id == row["external_id"]).values(body=body))
    assert {body[0] for body in _bodies(store)} == {1}
    with store.tenant("t") as db:
        assert list(db.activities()) == rows
        assert db.seal_activities() == 2
    assert {body[0] for body in _bodies(store)} == {2}
    _raw(store, f"UPDATE activity SET body = {_marked(store, 1)}")
    with store.tenant("t") as db, pytest.raises(StoreUnavailable, match="altered"):
        list(db.activities())


def _marked(store: Store, mark: int) -> str:
    """SQL for the body with another first byte: an older form of the same row."""
    if store.engine.dialect.name == "sqlite":
        return f"CAST(x'{mark:02x}' || substr(body, 2) AS BLOB)"
    return f"set_byte(body, 0, {mark})"


def test_a_renewal_that_is_interrupted_midway_leaves_everything_under_the_old_key(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [activity(number) for number in range(4)]
    with store.tenant("t") as db:
        db.put_activities(rows)
    before, seal, done = _bodies(store), Sealer.seal, []

    def dies(sealer: Sealer, data: bytes, bound_to: bytes) -> bytes:
        done.append(1)
        if len(done) == 3:
            raise KeyboardInterrupt
        return seal(sealer, data, bound_to)

    with monkeypatch.context() as patch:
        patch.setattr(Sealer, "seal", dies)
        with pytest.raises(KeyboardInterrupt), store.tenant("t") as db:
            db.renew_key()
    assert sorted(_bodies(store)) == sorted(before)
    with store.tenant("t") as db:
        assert list(db.activities()) == rows
        db.put_activities([activity(9)])
        assert db.renew_key() == 5
        assert list(db.activities()) == [*rows, activity(9)]


def test_no_nonce_is_used_twice(store: Store) -> None:
    with store.tenant("t") as db:
        for _ in range(2):
            db.put_activities([activity(number, title="same") for number in range(500)])
            db.seal_activities()
            db.renew_key()
    nonces = [body[3:15] for body in _bodies(store)]
    assert len(set(nonces)) == len(nonces) == 500


def test_keys_of_a_transaction_that_failed_are_not_used_again(store: Store) -> None:
    class Stop(Exception):
        pass

    def put_and_fail() -> None:
        with store.tenant("t") as db:
            db.put_activities([activity(0)])
            db.put_activities([activity(1)])
            raise Stop

    with pytest.raises(Stop):
        put_and_fail()
    with store.tenant("t") as db:
        db.put_activities([activity(2)])
    with open_store(store.engine.url.render_as_string(hide_password=False)) as again, again.tenant("t") as db:
        assert list(db.activities()) == [activity(2)]


def test_what_was_stored_before_sealing_is_read_and_sealed_by_and_by(store: Store) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(0)])
    plain = '{"kind":"meeting","title":"old"}'
    change = (
        f"convert_to('{plain}', 'UTF8')" if store.engine.dialect.name == "postgresql" else f"CAST('{plain}' AS BLOB)"
    )
    _raw(store, f"UPDATE activity SET body = {change}")
    with store.tenant("t", read_only=True) as db:
        assert [row.title for row in db.activities()] == ["old"]
    with store.tenant("t") as db:
        assert db.seal_activities() == 1
        assert db.seal_activities() == 0
        assert [row.title for row in db.activities()] == ["old"]
    assert b"old" not in _bodies(store)[0]


def test_a_new_key_seals_everything_again_and_the_old_one_can_go(store: Store) -> None:
    rows = [activity(number) for number in range(3)]
    with store.tenant("t") as db:
        db.put_activities(rows)
    before = _bodies(store)
    with store.tenant("t") as db:
        assert db.renew_key() == 3
    assert not set(before) & set(_bodies(store))
    for opened in (store, open_store(store.engine.url.render_as_string(hide_password=False))):
        with opened.tenant("t") as db:
            assert list(db.activities()) == rows
            assert db.put_activities(rows).unchanged == 3, "digests stay comparable"
    opened.close()


def test_nothing_is_sealed_under_a_key_that_is_being_destroyed(store: Store) -> None:
    def renew() -> None:
        with store.tenant("t") as other:
            other.renew_key()

    with store.tenant("t") as db:
        db.put_activities([activity(0)])
    renewing = Thread(target=renew)
    with store.tenant("t") as db:
        db.put_activities([activity(1)])
        renewing.start()
        renewing.join(0.5)  # it waits for us, or is through
    renewing.join(60)
    if store.engine.dialect.name == "postgresql":  # where others write while one reads
        with store.tenant("t") as db:
            assert next(db.activities()) == activity(0), "opened under the key of now"
            renew()
            db.put_activities([activity(2)])
    with store.tenant("t") as db:
        assert {row.external_id for row in db.activities()} >= {activity(0).external_id, activity(1).external_id}


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOURTRAIL_KEY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.usefixtures("no_key")
def test_a_key_is_made_at_the_first_need_and_without_it_nothing_opens(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(url) as store:
        file = key_file(store.engine.url)
        assert not file.exists(), "an empty database needs none"
        with store.tenant("t") as db:
            db.put_activities([activity(0)])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text()
    file.unlink()
    with open_store(url) as store:
        with store.tenant("t") as db, pytest.raises(StoreUnavailable, match="their key is not in"):
            list(db.activities())
        with store.tenant("t") as db, pytest.raises(StoreUnavailable, match="their key is not in"):
            db.put_activities([activity(1)])
    assert not file.exists(), "no second key is made beside rows that the first one sealed"
    for wrong, said in ((new_key(), "sealed under another key"), ("short", "holds no key"), ("é" * 44, "holds no key")):
        monkeypatch.setenv("HOURTRAIL_KEY", wrong)
        with open_store(url) as store, store.tenant("t") as db, pytest.raises(StoreUnavailable, match=said):
            list(db.activities())
    monkeypatch.setenv("HOURTRAIL_KEY", kept)
    with open_store(url) as store, store.tenant("t") as db:
        assert list(db.activities()) == [activity(0)]


@pytest.mark.usefixtures("no_key")
def test_processes_that_need_a_key_at_once_agree_on_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'at-once.sqlite'}"
    open_store(url).close()
    code = (
        "import sys; from tests.store.samples import activity; from hourtrail.store import open_store\n"
        "with open_store(sys.argv[1]) as store, store.tenant(sys.argv[2]) as db: db.put_activities([activity(0)])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, url, str(number)], stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in running] == [("", 0)] * 3
    with open_store(url) as store:
        for number in range(3):
            with store.tenant(str(number)) as db:
                assert list(db.activities()) == [activity(0)]
    assert sorted(path.name for path in tmp_path.iterdir() if "key" in path.name) == ["at-once.sqlite.key"]


def test_rows_left_half_read_when_the_transaction_ends_trouble_nobody(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(number) for number in range(3)])
        rows = db.activities()
        next(rows)
    del rows
    assert caplog.records == []
    with store.tenant("t") as db:
        assert len(list(db.activities())) == 3
