"""``hourtrail serve`` as people start it: where it listens, what it refuses, and that it stops."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from tests.databases import database, postgresql_server

from hourtrail.cli import hourtrail
from hourtrail.domain.errors import HourtrailError

HOURTRAIL = (sys.executable, "-c", "from hourtrail.cli import main; main()")


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen([*HOURTRAIL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            text += line
        yield json.loads(text)["url"], process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("before", [True, False])
def test_options_stand_before_or_behind_the_command(tmp_path: Path, before: bool) -> None:
    common = ("--store", f"sqlite:///{tmp_path / 'a.db'}", "--tenant", "acme")
    own = ("--port", "0", "--rules-only", "--no-login", "--json")
    arguments = (*common, "serve", *own) if before else ("serve", *own, *common)
    with served(*arguments) as (url, process):
        assert url.startswith("http://127.0.0.1:")
        page = httpx2.get(url, follow_redirects=True)
        assert (page.status_code, "Nothing is waiting" in page.text, "acme" in page.text) == (200, True, True)
        assert (tmp_path / "a.db").is_file()
        host, _, port = url.removeprefix("http://").strip("/").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"no request\r\n\r\n")
            assert b"application/problem+json" in connection.recv(65536), "it speaks our HTTP, with its bounds"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    assert "WARNING: no login" in errors


def run(*arguments: str) -> HourtrailError:
    """The sentence that the entry point prints before it exits with 2."""
    done = CliRunner().invoke(hourtrail, [*arguments])
    assert isinstance(done.exception, HourtrailError), done.output
    return done.exception


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "hours.example"])
def test_other_machines_are_kept_out_unless_it_is_said(host: str, tmp_path: Path) -> None:
    place = ("serve", "--host", host, "--store", str(tmp_path / "a.db"))
    assert "--allow-remote" in str(run(*place))
    assert "--allow-remote" in str(run(*place, "--public-url", "http://hours.example"))
    for more in ((), ("--allow-remote",), ("--public-url", "https://hours.example")):
        assert "--no-login is for this machine alone" in str(run(*place, "--no-login", *more))
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--public-url", "hours.example"), "--public-url"),
        (("--public-url", "https://hours.example/app"), "--public-url"),
        (("--no-login", "--public-url", "https://hours.example"), "for this machine alone"),
        (("--no-login", "--name", "hours.example"), "for this machine alone"),
        (("--no-login", "--proxy", "127.0.0.1"), "for this machine alone"),
        (("--oidc-issuer", "https://login.example"), "--oidc-client"),
        (("--oidc-issuer", "http://login.example", "--oidc-client", "x"), "https"),
    ],
)
def test_half_a_configuration_is_refused(
    more: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "http://login.example" in more:
        monkeypatch.setenv("HOURTRAIL_OIDC_SECRET", "s")
    assert words in str(run("serve", "--store", str(tmp_path / "a.db"), *more))


def test_a_tenant_with_accounts_is_not_served_without_a_login(tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "a.db"))
    added = CliRunner().invoke(hourtrail, ["users", "add", "ana@firm.example", *store])
    assert added.exit_code == 0, added.output
    assert "has accounts" in str(run("serve", "--no-login", "--port", "0", *store))


def test_listening_for_others_warns_and_still_asks_who_it_is(tmp_path: Path) -> None:
    arguments = ("serve", "--host", "0.0.0.0", "--allow-remote", "--port", "0", "--rules-only", "--json")
    with served(*arguments, "--store", str(tmp_path / "a.db")) as (url, process):
        here = f"http://127.0.0.1:{url.rsplit(':', 1)[1]}"
        assert httpx2.get(f"{here}/livez").status_code == 200
        assert httpx2.get(f"{here}/v1/suggestions").status_code == 401
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert "WARNING: other machines reach this address without encryption" in errors
    assert "nobody can sign in yet: hourtrail users add" in errors


@pytest.mark.parametrize(("tenants", "warned"), [(("--all-tenants",), True), (("--tenant", "acme"), False)])
def test_several_tenants_behind_a_superuser_are_warned_of(
    tmp_path: Path, tenants: tuple[str, ...], warned: bool
) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(postgresql_server(tmp_path))
        url = stack.enter_context(database("postgresql", tmp_path, address))
        arguments = ("serve", *tenants, "--port", "0", "--rules-only", "--json", "--store", url)
        _, process = stack.enter_context(served(*arguments))
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert ("row-level security does not hold back" in errors) is warned


def test_a_port_in_use_is_said_plainly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*HOURTRAIL, "serve", "--port", port, "--store", str(tmp_path / "a.db")],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert f"port {port}" in done.stderr
