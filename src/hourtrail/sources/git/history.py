"""The log of a repository, oldest first; of a damaged one, as much as git can still read."""

import contextlib
from collections.abc import Iterator

from hourtrail.sources.git.command import Git, GitFailed
from hourtrail.sources.git.log import FORMAT

# Notes and the stash are kept as commits but are nobody's committed work.
WHAT = ("--exclude=refs/notes/*", "--exclude=refs/stash", "--exclude=refs/replace/*", "--all")
_LOG = ("log", "-z", f"--format={FORMAT}", "--encoding=UTF-8")
_MAX_EDGE = 50


def history(git: Git, limit: int) -> Iterator[str | GitFailed]:
    """The newest ``limit`` commits as records in ``FORMAT``, oldest first; last, if git failed, what it said."""
    newest = f"--max-count={limit}"
    try:
        yield from git.records(*_LOG, newest, "--author-date-order", "--reverse", *WHAT)
    except GitFailed as failure:
        # Ordering needs the whole history before the first record; without it git tells all up to the damage.
        yield from reversed(_up_to_damage(git, (*_LOG, newest, "--ignore-missing", *WHAT)))
        yield failure


def _up_to_damage(git: Git, log: tuple[str, ...]) -> list[str]:
    """Newest first. Git stops at a commit whose parent is lost, before telling it; such whole commits are asked one by one."""
    kept: list[str] = []
    told: set[str] = set()
    parents: dict[str, None] = {}
    try:
        for record in git.records(*log):
            sha, mentioned, _ = record.split("\n", 2)
            kept.append(record)
            told.add(sha)
            parents |= dict.fromkeys(mentioned.split())
    except GitFailed:
        tips = git.ask("for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes", "refs/tags").split()
        edge = [sha for sha in dict.fromkeys((*tips, *parents)) if sha not in told]
        for sha in edge[:_MAX_EDGE]:
            with contextlib.suppress(GitFailed):  # this one is the damage
                kept.extend(git.records(*_LOG, "--no-walk", sha))
    return kept
