"""Asking the real ``git``, without letting the repository that is read run anything.

A repository's own configuration can name programs (hooks, a file-system monitor, a signature checker, a transport, a
pager). Each of these doors is closed on the command line, which outranks the repository; transports are forbidden, so a
partial clone never fetches what it lacks. System and user configuration are not read: the same repository reads alike
for everybody.
"""

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_CLOSED_DOORS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.sshCommand=false",
    "credential.helper=",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "log.showSignature=false",
    "protocol.allow=never",
    # Ownership protects against configuration that runs programs; the lines above do, for a reader of history.
    "safe.directory=*",
    "i18n.logOutputEncoding=UTF-8",
    "core.quotePath=false",
)
_KEPT_ENVIRONMENT = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_CHUNK = 1 << 16
_MAX_RECORD = 1 << 20
ANSWER_SECONDS = 30.0
SILENCE_SECONDS = 120.0


class GitFailed(Exception):
    """Git ended with an error, or said nothing for too long; the text is git's own last words."""


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        # A replace ref could rewrite what is read of a commit; evidence is the commit itself.
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


class Git:
    """One repository's ``git``. ``git_dir`` is named outright, so that no other repository further up is ever taken."""

    def __init__(self, git_dir: Path, work_tree: Path) -> None:
        self._folder = work_tree
        doors = [part for door in _CLOSED_DOORS for part in ("-c", door)]
        self._prefix = ["git", "--no-pager", f"--git-dir={git_dir}", *doors]

    def ask(self, *arguments: str) -> str:
        """Git's short answer, stripped; empty when it has none. Raises GitFailed when git is missing or does not answer."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program and our own arguments, no shell
                [*self._prefix, *arguments],
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise GitFailed(_missing(error)) from error
        except subprocess.TimeoutExpired as error:
            raise GitFailed(f"git {arguments[0]} gave no answer within {ANSWER_SECONDS:.0f} seconds") from error
        except OSError as error:
            raise GitFailed(str(error)) from error
        return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""

    def records(self, *arguments: str) -> Iterator[str]:
        """Git's NUL-separated output, record by record as it arrives; a record is cut at 1 MiB.

        Raises GitFailed after the last good record when git ends with an error or is silent for two minutes.
        """
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(  # noqa: S603 - a fixed program and our own arguments, no shell
                    [*self._prefix, *arguments],
                    cwd=self._folder,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                )
            except FileNotFoundError as error:
                raise GitFailed(_missing(error)) from error
            except OSError as error:
                raise GitFailed(str(error)) from error
            assert process.stdout is not None
            try:
                for record in _split(_chunks(process, process.stdout)):
                    yield record.decode("utf-8", "replace")
                if process.wait() != 0:
                    raise GitFailed(_last_words(complaints))
            finally:
                process.kill()
                process.stdout.close()
                process.wait()


def _missing(error: FileNotFoundError) -> str:
    if error.filename == "git":
        return "the program git was not found; install git and put it on the PATH"
    return f"{error.filename}: no such folder"


def _chunks(process: subprocess.Popen[bytes], output: IO[bytes]) -> Iterator[bytes]:
    """What git writes, as it writes it. A watchdog runs only while we wait for git, never while our caller works."""
    silent = threading.Event()

    def give_up() -> None:
        silent.set()
        process.kill()

    while True:
        watchdog = threading.Timer(SILENCE_SECONDS, give_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            chunk = os.read(output.fileno(), _CHUNK)
        finally:
            watchdog.cancel()
        if silent.is_set():
            raise GitFailed(f"git said nothing for {SILENCE_SECONDS:.0f} seconds and was stopped")
        if not chunk:
            return
        yield chunk


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """NUL-terminated records; what exceeds 1 MiB of one record is dropped, so memory stays flat whatever a commit says."""
    pending = bytearray()
    for chunk in chunks:
        *ended, rest = chunk.split(b"\0")
        for part in ended:
            pending += part[: _MAX_RECORD - len(pending)]
            yield bytes(pending)
            pending.clear()
        pending += rest[: max(0, _MAX_RECORD - len(pending))]


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read(_CHUNK).decode("utf-8", "replace").splitlines()
    told = [line.removeprefix("fatal: ").removeprefix("error: ").strip() for line in lines if line.strip()]
    return "; ".join(told[-2:])[:500] or "git ended with an error and no word"
