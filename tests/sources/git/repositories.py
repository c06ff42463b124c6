"""Real repositories for the tests, built by the real git."""

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada Okafor",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Okafor",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"", at: str = "2026-03-02T09:00:00+01:00") -> str:
    """Run git in ``folder`` at a fixed time."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=True,
        env=ENVIRONMENT | {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at},
    )
    return done.stdout.decode()


def built_from(stream: Path, folder: Path) -> Path:
    """The bare repository ``folder`` with the history of a fast-import stream."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", "-b", "main")
    git(folder, "fast-import", "--quiet", "--date-format=raw", stdin=stream.read_bytes())
    return folder


def work_tree(folder: Path) -> Path:
    """An empty repository with a work tree."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


def commit(folder: Path, message: str, *options: str, at: str = "2026-03-02T09:00:00+01:00") -> str:
    """An empty commit in a work tree; its hash."""
    git(folder, "commit", "-q", "--allow-empty", "-m", message, *options, at=at)
    return git(folder, "rev-parse", "HEAD").strip()
