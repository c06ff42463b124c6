"""Which commits were made on the main line, so that they are not ascribed to a branch that merely grew from them."""

import contextlib
from dataclasses import dataclass

from hourtrail.sources.git.command import Git, GitFailed

# What the remote calls its main line, else the customary names, else what is checked out.
_CANDIDATES = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master", "refs/heads/trunk", "HEAD")


@dataclass(frozen=True, slots=True)
class Trunk:
    """The main line's name and its commits: those reached from its tip by first parents."""

    branch: str
    commits: frozenset[bytes]

    def branch_of(self, sha: str, reached_from: str) -> str:
        """The branch that a commit was made on, as far as git can tell: the main line, else where git reached it from."""
        return self.branch if bytes.fromhex(sha) in self.commits else reached_from


def trunk_of(git: Git, limit: int) -> Trunk:
    """The main line, at most its newest ``limit`` commits; as much of it as can be read. Raises GitFailed without git."""
    for candidate in _CANDIDATES:
        if git.ask("rev-parse", "--verify", "--quiet", candidate):
            break
    else:
        return Trunk("", frozenset())
    # Another remote's HEAD names its branch; a detached HEAD is on no branch.
    full = git.ask("rev-parse", "--symbolic-full-name", candidate)
    branch = full.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
    commits: set[bytes] = set()
    with contextlib.suppress(GitFailed):
        for sha in git.records("log", "-z", "--first-parent", "--format=%H", f"--max-count={limit}", candidate, "--"):
            commits.add(bytes.fromhex(sha))
    return Trunk("" if branch == "HEAD" else branch, frozenset(commits))
