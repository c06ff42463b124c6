"""Nothing of one tenant turns up at another: through no route, job, command, log, cache, cursor or retry, and no write reaches it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.tenancy.marked import NINE, Marks, digest, dump, marks_in
from tests.tenancy.two import WIDE, Two, sent_by, vector_leaks, walk
from tests.tenancy.walking import Names, asks, routes

from hourtrail.cli import hourtrail
from hourtrail.domain.access import Role
from hourtrail.domain.errors import HourtrailError
from hourtrail.wiring import load_models
from hourtrail_serving.access import SAFE


def test_no_route_tells_or_changes_what_is_anothers(two: Two, logged: pytest.LogCaptureFixture) -> None:
    leaks = walk(two)
    assert leaks == []
    said = "\n".join(record.getMessage() for record in logged.records)
    # Nobody's text belongs into a log, one's own neither.
    assert not marks_in(said, two.alder, two.names.sent)
    assert two.birch.text not in said
    _nothing_kept(two)


def _nothing_kept(two: Two) -> None:
    """What birch stored on the way holds no word of alder's, nor do its opened activities."""
    with two.store.tenant(two.birch.tenant, read_only=True) as db:
        opened = repr(list(db.activities()))
    for name, rows in {**dump(two.store, two.birch.tenant), "opened": [opened]}.items():
        for row in rows:
            assert two.alder.text not in row, name


def test_a_retry_with_anothers_key_gets_no_answer_of_theirs(two: Two) -> None:
    program = two.house.program(two.birch.tenant)
    body = {"suggestion": "sug_none", "verdict": "reject", "actor": two.birch.ada}
    answer = program.post("/v1/decisions", json=body, headers={"Idempotency-Key": "shared"})
    assert answer.status_code == 404, "neither alder's answer nor the news that the key was used"
    assert not marks_in(answer.text, two.alder)


def test_the_memory_of_vectors_is_apart(two: Two) -> None:
    vectors = two.house.app.state.tenancy.served(two.alder.tenant).vectors
    vectors.put_vectors("f", {two.alder.text: b"1"})
    assert vector_leaks(two) == []


def test_the_same_work_at_another_firm_teaches_nothing(two: Two) -> None:
    """Alder confirmed this title in this series; birch, asked the same, names its own work alone."""
    activity = {"source": "icalendar", "external_id": "steering", "kind": "meeting", "person": two.birch.ada,
                "start": "2026-03-12T09:00:00Z", "end": "2026-03-12T10:00:00Z", "title": f"Portal steering {two.alder.text}",
                "series": f"steering@{two.alder.code}.example"}  # fmt: skip
    answer = two.house.program(two.birch.tenant).post("/v1/suggestions:score", json={"activities": [activity]})
    assert answer.status_code == 200
    text = answer.text.replace(activity["title"], "").replace(activity["series"], "")
    assert not marks_in(text, two.alder)


@pytest.mark.parametrize("job", sorted(point.name for point in entry_points(group="hourtrail.jobs")))
def test_no_job_reads_or_writes_what_is_anothers(two: Two, job: str, logged: pytest.LogCaptureFixture) -> None:
    [point] = entry_points(group="hourtrail.jobs", name=job)
    try:
        told = repr(point.load()(two.store, two.birch.tenant, datetime(2026, 3, 16, 2, tzinfo=UTC)))
    except HourtrailError as error:
        told = str(error)
    said = "\n".join(record.getMessage() for record in logged.records)
    assert not marks_in(told + said, two.alder, two.names.sent)
    assert two.changed() == []
    _nothing_kept(two)


SKIPPED = frozenset(
    {
        "serve",
        "simulate",
        "train",
        "refit",
        "drift",
        "demo",
        "backtest",
        "completion",
        "check",
        "ingest",
        "sources",
        "models",
    }
)
"""Commands that serve until they are stopped, make data, read files alone, or look at a registry."""


def _commands(
    group: click.Group, ctx: click.Context, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(ctx):
        if not before and name in SKIPPED:
            continue
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from _commands(command, ctx, (*before, name))
        if command is not None and any(param.name == "tenant" for param in command.params):
            yield (*before, name), command


def _words(command: click.Command, names: Names, folder: Path, turn: int) -> list[str]:
    """Arguments and required options, with alder's names in them."""
    words: list[str] = []
    for param in command.params:
        if not param.required and not isinstance(param, click.Argument):
            continue
        name = param.name or ""
        if isinstance(param.type, click.Choice):
            value = str(list(param.type.choices)[turn % len(param.type.choices)])
        elif isinstance(param.type, click.Path):
            value = str(folder / f"{name}-{turn}")
        elif param.type.name == "date":
            value = "2026-03-02" if "first" in name else "2026-03-13"
        else:
            value = names.one(name, turn)
        words += [value] if isinstance(param, click.Argument) else [param.opts[0], value]
    return words


def test_no_command_tells_or_changes_what_is_anothers(
    two: Two, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    ran = 0
    with hourtrail.make_context("hourtrail", ["--help-not"], resilient_parsing=True) as ctx:
        commands = list(_commands(hourtrail, ctx))  # type: ignore[arg-type]
    url = two.store.engine.url.render_as_string(hide_password=False)
    for path, command in commands:
        for turn in range(1 + any(isinstance(param, click.Argument) for param in command.params)):
            words = [*path, *_words(command, two.names, tmp_path, turn), "--tenant", two.birch.tenant, "--store", url]
            result = CliRunner().invoke(hourtrail, words, input="")
            ran += result.exit_code == 0
            told = f"{result.output}{result.exception or ''}"
            assert not marks_in(told, two.alder, [*two.names.sent, str(tmp_path)]), words
    assert ran > 10, "hardly any command did anything"
    assert two.changed() == []
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert not marks_in(file.read_bytes().decode("latin-1"), two.alder, two.names.sent), file
    assert not marks_in("\n".join(record.getMessage() for record in logged.records), two.alder, two.names.sent)


def test_a_partners_administrator_sees_accounts_and_settings_and_nothing_that_anybody_did(two: Two) -> None:
    """At alder itself, and at the partner that alder's settings name: no route tells a word of what was done."""
    partner = Marks("reseller")
    two.house.make(partner.tenant, **WIDE)
    with two.store.tenant(two.alder.tenant) as db:
        document = {**WIDE, "brand": {"product": two.alder.code}, "administration": {"partner": partner.tenant}}
        db.change_settings(document, actor="op", at=NINE, reason="")
    try:
        for tenant in (two.alder.tenant, partner.tenant):
            client = two.house.person(tenant, f"boss@{partner.code}.example", Role.PARTNER_ADMIN)
            seen = 0
            for method, route in routes():
                if "sign-out" in route.path or method not in SAFE:
                    continue
                for ask in asks(method, route, two.names):
                    text = sent_by(client, ask)
                    seen += two.alder.code in text
                    # Names of people are part of accounts and settings, not texts of work.
                    assert two.alder.text not in text, (tenant, str(ask))
            assert seen, "it sees nothing at all, so this proves nothing"
        for part in ("accounts", "settings", "usage"):
            assert client.get(f"/v1/tenants/{two.alder.tenant}/{part}").status_code == 200
            assert client.get(f"/v1/tenants/{two.birch.tenant}/{part}").status_code == 404
        assert client.get(f"/v1/tenants/{two.birch.tenant}/accounts").status_code == 404
    finally:
        two.before = digest(dump(two.store, two.alder.tenant))


def test_the_models_that_serve_are_shared_and_hold_nothing_of_anybody(two: Two) -> None:
    tenancy = two.house.app.state.tenancy
    one, other = (tenancy.served(marks.tenant).models for marks in (two.alder, two.birch))
    assert one is other
    assert load_models(rules_only=True).scorer.ref == one.scorer.ref
