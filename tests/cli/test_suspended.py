"""A firm whose access is suspended: its own data can be read and taken away, and nothing is done to it until it goes on."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import pytest
from tests.flows.firm import activity
from tests.serving.conftest import ADA, TENANT, sample

from hourtrail.cli import hourtrail
from hourtrail.domain.tenant import TenantState, TenantSuspended
from hourtrail.flows.audit import daily_seal
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import open_store

__all__ = ["sample"]

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


READING = {
    "audit export": ("out.jsonl", "--as", ADA),
    "audit prove": ("1",),
    "audit verify": (),
    "auto-post": (),
    "auto-post stop": ("--as", ADA, "--reason", "to be sure"),
    "billing disputes": (),
    "billing lines": (),
    "billing policy": (),
    "billing rate-change list": (),
    "clients list": (),
    "confidence": (),
    "drift": (),
    "export": ("time-entries",),
    "keys list": (),
    "models use-cases": (),
    "policies": (),
    "privacy export": (ADA, "--out", "ada.zip"),
    "privacy forgotten": (ADA,),
    "privacy manager-view": (ADA, "2026-03-02"),
    "privacy rules test": ("one.jsonl",),
    "review list": (),
    "review policy": (),
    "review precision": (),
    "review show": ("$finding",),
    "roles conflicts": (),
    "roles list": (),
    "timesheets list": (),
    "timesheets show": (ADA, "2026-03-02"),
    "trail": ("$entry",),
    "usage": (),
    "users list": (),
}
"""What goes on, with its arguments: reading, taking away, and the kill switch."""

_WHO = ("--as", ADA)
_WHY = ("--reason", "because")
REFUSED = {
    "audit seal": (),
    "auto-post enable": ("apo_1", *_WHO, *_WHY),
    "auto-post propose": ("--most", "1:EUR", "--until", "2026-12-31", *_WHO, *_WHY),
    "auto-post run": (),
    "billing answer": ("d", "upheld", *_WHO),
    "billing dispute": ("d", "unclear_narrative", "--by", "client", *_WHO),
    "billing draft": ("--contract", "C-100", "--month", "2026-03", *_WHO),
    "billing post": ("d", *_WHO),
    "billing rate-change approve": ("c", *_WHO),
    "billing rate-change propose": ("C-100", "--rate", "1", "--currency", "EUR", "--from", "2026-04-01", *_WHY, *_WHO),
    "billing rate-change reject": ("c", *_WHO, "--note", "no"),
    "billing rate-change withdraw": ("c", *_WHO),
    "billing watch": (),
    "billing withdraw": ("d", *_WHO),
    "clients add": ("psa", "--scope", "entries:read"),
    "clients revoke": ("s",),
    "clients rotate": ("s",),
    "confidence mode": ("shadow", *_WHO),
    "confidence renew": (),
    "decide": ("s", "accept", *_WHO),
    "ingest": ("one.jsonl",),
    "keys create": ("psa", "--scope", "entries:read"),
    "keys revoke": ("s",),
    "keys rotate": ("s",),
    "privacy erase": (ADA, *_WHO, *_WHY),
    "privacy forget": ("s", *_WHO),
    "privacy remember": ("f", *_WHO),
    "privacy reapply": ("one.jsonl", *_WHO),
    "privacy renew-key": _WHO,
    "privacy retain": (),
    "privacy seal": (),
    "review assign": ("f", ADA, *_WHO),
    "review clear": ("--from", "2026-03-02", "--to", "2026-03-08", *_WHO),
    "review escalate": ("f", *_WHO),
    "review note": ("f", "seen", *_WHO),
    "review run": (),
    "review undo": ("f", *_WHO),
    "review unmute": ("overlap", *_WHO),
    "review verdict": ("f", "true_issue", "--reason", "to_correct", *_WHO),
    "roles grant": (ADA, "reviewer"),
    "roles revoke": (ADA, "reviewer"),
    "suggest": ("--from", "2026-03-02", "--to", "2026-03-06"),
    "timesheets approve": (ADA, "2026-03-02", *_WHO),
    "timesheets recall": (ADA, "2026-03-02", *_WHO),
    "timesheets reject": (ADA, "2026-03-02", "--note", "no", *_WHO),
    "timesheets submit": (ADA, "2026-03-02", *_WHO),
    "users add": ("eve",),
    "users disable": (ADA,),
    "users enable": (ADA,),
    "users password": (ADA,),
}
"""What is refused, with arguments that would get as far as the store."""

ELSEWHERE = {
    "of the operator, for a firm that is suspended too": ("tenants",),
    "of all firms, of which suspended ones are skipped": ("jobs", "serve"),
    "of models, which belong to the installation or ask the registry first": ("models", "train", "refit"),
    "of a firm that is made up as it goes": ("simulate play",),
    "of no firm": (
        "audit check-proof", "backtest", "check", "completion", "demo", "simulate", "sources",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(sample, tmp_path_factory):
    """The sample firm, suspended; and what a finding and an entry of it are called."""
    path = tmp_path_factory.mktemp("suspended") / "store.db"
    shutil.copy(sample, path)
    with open_store(f"sqlite:///{path}") as store:
        check_stored(store, TENANT, today=NOON.date(), now=NOON)
        daily_seal(store, TENANT, NOON)
        with store.tenant(TENANT, read_only=True) as db:
            names = {"$entry": next(iter(db.entries())).id, "$finding": db.findings()[0].id}
        with store.tenant(TENANT) as db:
            db.say_state(TenantState.SUSPENDED, actor="op", at=NOON, reason="unpaid")
    return path, names


@pytest.fixture
def at(house, run, tmp_path):
    """``at("trail", …)``, at the firm's own copy."""
    path, names = house
    shutil.copy(path, tmp_path / "store.sqlite")
    (tmp_path / "one.jsonl").write_text(json.dumps(activity("a", "task", "2026-03-02T09:00:00Z", person=ADA)))

    def call(words, arguments=(), code=0):
        return run("--tenant", TENANT, *words.split(), *(names.get(one, one) for one in arguments), code=code)

    call.store = f"sqlite:///{tmp_path / 'store.sqlite'}"
    return call


def everything(command: click.Command, context: click.Context, path: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(command, click.Group):
        if command.invoke_without_command:
            yield " ".join(path)
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            yield from everything(one, click.Context(one, parent=context, info_name=name), (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_told_whether_it_stops_for_a_firm_that_is_suspended():
    others = tuple(word for words in ELSEWHERE.values() for word in words)
    mine = {name for name in everything(hourtrail, click.Context(hourtrail)) if name not in READING | REFUSED}
    assert {name for name in mine if not name.startswith(others)} == set()


@pytest.mark.parametrize("words", sorted(READING))
def test_its_data_can_be_read_and_taken_away(at, words):
    told = at(words, READING[words], code=2 if words == "drift" else 0)
    assert words != "drift" or "both stretches need some" in told.err, "it was looked, and two weeks are too little"


@pytest.mark.parametrize("words", sorted(REFUSED))
def test_nothing_is_done_to_it(at, words):
    with open_store(at.store) as store, store.tenant(TENANT, read_only=True) as db:
        before = db.audit_size()
    told = at(words, REFUSED[words], code=2)
    assert "the access of 'northlight' was suspended on 2026-03-14; everything is kept" in told.err, told
    with open_store(at.store) as store, store.tenant(TENANT, read_only=True) as db:
        assert db.audit_size() == before


def test_whoever_runs_the_installation_lets_it_go_on(at, run):
    run("tenants", "resume", TENANT, "--reason", "paid")
    at("timesheets recall", (ADA, "2026-03-02", "--as", ADA, "--note", "x"), code=2)
    at("suggest", REFUSED["suggest"])


def test_a_command_that_means_to_read_cannot_write_for_it(at):
    with open_store(at.store) as store:
        store.only_active = True
        with store.tenant(TENANT, read_only=True) as db:
            assert db.audit_size()
        with pytest.raises(TenantSuspended), store.tenant(TENANT):
            pass
        with store.tenant("another"):
            pass
