"""Accounts, roles, keys and clients on the command line: secrets told once, answers as documents, refusals as sentences."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hourtrail.cli import hourtrail
from hourtrail.domain.errors import HourtrailError
from hourtrail.store import open_store


@pytest.fixture
def run(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)

    def call(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(hourtrail, [*arguments, "--store", str(tmp_path / "a.db")], input=stdin)

    return call


def told(done: Result) -> Any:
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_an_account_from_its_first_password_to_its_end(run, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    added = run("users", "add", "Ana@Firm.example", "--role", "consultant", "--role", "approver")
    assert added.exit_code == 0
    password = added.stdout.strip()
    assert len(password) == 20
    assert "ana@firm.example added with consultant, approver" in added.stderr
    assert password not in added.stderr + caplog.text
    given = told(
        run(
            "users",
            "add",
            "kim",
            "--person",
            "kim@firm.example",
            "--password-stdin",
            "--json",
            stdin="a few good words\n",
        )
    )
    assert ("password" in given, given["person"]) == (False, "kim@firm.example")
    assert told(run("users", "add", "lea", "--sso", "--json"))["signs_in_with"] == "identity provider"
    listed = told(run("users", "list", "--json"))["accounts"]
    assert [(row["login"], row["roles"]) for row in listed] == [
        ("ana@firm.example", ["consultant", "approver"]), ("kim", []), ("lea", []),
    ]  # fmt: skip
    assert password not in run("users", "list").stdout + json.dumps(listed)
    assert run("users", "disable", "kim").stdout == "kim is disabled\n"
    assert "disabled" in run("users", "list").stdout
    assert run("users", "enable", "kim").exit_code == 0
    another = told(run("users", "password", "kim", "--json"))["password"]
    assert another != password
    with open_store(str(tmp_path / "a.db")) as store, store.tenant("default", read_only=True) as db:
        told_of = [(event.action.text, event.actor.partition(":")[0]) for event in db.audit_events()]
        assert db.verify_audit()[1] == []
    assert ("operator:account:password_set", "operator") in told_of
    assert {verb for verb, _ in told_of} >= {
        "operator:account:added",
        "operator:role:granted",
        "operator:account:disabled",
    }


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("users", "add", "ana"), None, "already"),
        (("users", "add", "a b"), None, "login name"),
        (("users", "add", "bo", "--password-stdin"), "short\n", "at least 12"),
        (("users", "add", "bo", "--password-stdin"), "\n", "holds no password"),
        (("users", "add", "bo", "--password-stdin"), "aaaaaaaaaaaaaaaa\n", "guessed"),
        (("users", "add", "bo", "--password-stdin", "--sso"), "a few good words\n", "either"),
        (("users", "add", "bo", "--role", "admin", "--role", "auditor"), None, "takes no part"),
        (("users", "add", "bo", "--by", " "), None, "--by"),
        (("users", "disable", "nobody"), None, "no account"),
        (("users", "enable", "ana"), None, "not disabled"),
        (("roles", "revoke", "ana", "finance"), None, "does not hold"),
        (("roles", "grant", "ana", "finance"), None, "who approves hours does not invoice them"),
        (("keys", "rotate", "htk_none"), None, "no key"),
    ],
)
def test_what_is_refused_is_a_sentence_and_changes_nothing(
    run, arguments: tuple[str, ...], stdin: str | None, words: str
) -> None:
    assert run("users", "add", "ana", "--role", "approver").exit_code == 0
    before = told(run("users", "list", "--json"))
    done = run(*arguments, stdin=stdin)
    assert isinstance(done.exception, HourtrailError), done.output
    assert words in str(done.exception)
    assert told(run("users", "list", "--json")) == before


def test_roles_are_granted_revoked_and_remembered_for_ever(run) -> None:
    run("users", "add", "ana")
    granted = run("roles", "grant", "ana", "consultant", "reviewer", "--reason", "covers for Kim", "--by", "vera")
    assert granted.stdout == "ana now holds consultant, reviewer\n"
    assert told(run("roles", "revoke", "ana", "reviewer", "--json"))["roles"] == ["consultant"]
    assert told(run("roles", "grant", "ana", "reviewer", "--json"))["roles"] == ["consultant", "reviewer"]
    rows = told(run("roles", "list", "--json"))["changes"]
    assert [(row["role"], row["granted"]) for row in rows if row["role"] == "reviewer"] == [
        ("reviewer", True), ("reviewer", False), ("reviewer", True),
    ]  # fmt: skip
    assert (rows[0]["by"], rows[0]["reason"]) == ("vera", "covers for Kim")
    assert "covers for Kim" in run("roles", "list").stdout


def test_conflicts_of_duties_are_listed_and_a_standing_one_is_an_error(run, tmp_path: Path) -> None:
    run("users", "add", "ana", "--role", "approver")
    assert "no account holds roles that conflict" in run("roles", "conflicts").stdout
    rules = told(run("roles", "conflicts", "--json"))
    assert ["approver", "finance"] in [row["roles"] for row in rules["rules"]]
    assert any("their own time" in act for act in rules["acts"])
    # As if it had been granted under an older policy.
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    from hourtrail.domain.access import Role  # noqa: PLC0415 - only here
    from hourtrail.domain.accounts import RoleChange  # noqa: PLC0415 - only here

    with open_store(str(tmp_path / "a.db")) as store, store.tenant("default") as db:
        row = RoleChange(
            account=db.account("ana").id,
            role=Role.FINANCE,
            place=1,
            granted=True,
            actor="older",
            reason="",
            at=datetime.now(UTC),
        )
        db.add_role_changes([row])
    done = run("roles", "conflicts")
    assert (done.exit_code, "CONFLICT: ana is approver and finance" in done.stdout) == (1, True)


@pytest.mark.parametrize(("group", "create", "kind"), [("keys", "create", "htk_"), ("clients", "add", "htc_")])
def test_a_secret_is_told_once_and_listed_rotated_and_revoked_by_its_beginning(
    run, group: str, create: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert "there is no" in run("users", "add", "x").stdout + run(group, "list").stdout
    made = run(group, create, "psa", "--scope", "suggestions:read", "--scope", "people:on_behalf", "--days", "30")
    secret = made.stdout.strip()
    assert (secret.startswith(kind), "told this once" in made.stderr) == (True, True)
    (row,) = told(run(group, "list", "--json"))["secrets"]
    assert (row["visible"], row["state"], row["scopes"]) == (
        secret[:12],
        "active",
        ["suggestions:read", "people:on_behalf"],
    )
    new = told(run(group, "rotate", row["visible"], "--overlap", "2", "--json"))
    assert (new["replaces"], new["scopes"], new["secret"] != secret) == (row["id"], row["scopes"], True)
    assert run(group, "revoke", row["visible"], "--reason", "done").stdout == f"{row['visible']}… is revoked\n"
    states = {one["visible"]: one["state"] for one in told(run(group, "list", "--json"))["secrets"]}
    assert states == {row["visible"]: "revoked", new["visible"]: "active"}
    listed = run(group, "list").stdout + json.dumps(told(run(group, "list", "--json")))
    assert not any(text in listed + caplog.text for text in (secret, new["secret"]))


def test_a_scope_that_programs_cannot_have_is_no_choice(run) -> None:
    done = run("keys", "create", "psa", "--scope", "entries:approve")
    assert (done.exit_code, "entries:approve" in done.output) == (2, True)
