"""Local git repositories: one activity for each commit and each person who wrote it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hourtrail.domain.activity import Activity, ActivityKind, ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.sources.git.command import GitFailed
from hourtrail.sources.git.history import WHAT, history
from hourtrail.sources.git.log import Commit, Signature, parse_commit
from hourtrail.sources.git.mailmap import Mailmap
from hourtrail.sources.git.references import ticket_of
from hourtrail.sources.git.repository import Repository, find_repository, repository_name
from hourtrail.sources.git.trunk import trunk_of
from hourtrail.sources.people import attribute
from hourtrail.sources.window import Window

MAX_COMMITS = 200_000

__all__ = ["MAX_COMMITS", "GitSource"]

_ADVICE = (
    ("not a git repository", "HEAD, objects or refs are missing or damaged; clone the repository again"),
    ("ermission denied", "let the user who runs this read the folder"),
    ("not found; install", ""),
    ("said nothing", "is the disk reachable? try again, or read a fresh clone"),
    ("", "the history is damaged; `git fsck` names the objects, a fresh clone brings them back"),
)


class GitSource:
    """Reads a work tree or a bare repository with the real ``git``; nothing that the repository configures is run.

    Every commit that a branch, remote branch or tag reaches becomes one activity for its author (``repository:sha``) and
    one for each ``Co-authored-by`` (``repository:sha#e-mail``), at the **author** time, oldest first. ``.mailmap`` is
    honoured. ``extra`` tells branch, merge, and committer and commit time where they differ from the author's.
    Without ``options.person`` a commit's person is the e-mail address; with it, see :func:`~hourtrail.sources.people.attribute`.

    History can be rewritten, so the source never claims that what is gone was never worked (no Snapshot). A rebased or
    cherry-picked copy (same author, author time and subject) is the same work: only the first is told.
    """

    name = "git"

    def recognises(self, path: Path) -> bool:
        """Whether ``path`` is the top of a work tree, or a bare repository."""
        return find_repository(path) is not None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Activity | Rejected]:
        """Everything the repository remembers. Raises UnknownZone; all else that is wrong comes as Rejected."""
        window = Window.of(options)
        repository = find_repository(path)
        if repository is None:
            yield Rejected(
                file=str(path), reason="is not a git repository that can be read: no .git folder, no bare one"
            )
            return
        try:
            reading = _Reading(repository, str(path), options.person, window)
            yield from reading.activities()
        except GitFailed as failure:
            yield _refusal(str(path), failure)


class _Reading:
    """One pass over one repository."""

    def __init__(self, repository: Repository, file: str, person: str, window: Window) -> None:
        self._git = repository.git
        self._file = file
        self._person = person
        self._window = window
        self._container = repository_name(repository)
        self._mailmap = Mailmap(self._git)
        self._trunk = trunk_of(self._git, MAX_COMMITS)
        self._told: set[bytes] = set()

    def activities(self) -> Iterator[Activity | Rejected]:
        """Every commit's activities, then what was refused of the repository as a whole."""
        count = 0
        for record in history(self._git, MAX_COMMITS):
            if isinstance(record, GitFailed):
                yield _refusal(self._file, record)
                continue
            count += 1
            try:
                commit = parse_commit(record)
            except InvalidInput as error:
                yield Rejected(file=self._file, reason=str(error))
                continue
            yield from self._of_commit(commit)
        if (
            count >= MAX_COMMITS
            and len(self._git.ask("rev-list", f"--max-count={MAX_COMMITS + 1}", *WHAT).split()) > count
        ):
            yield Rejected(file=self._file, reason=f"only the newest {MAX_COMMITS:,} commits were read")
        if self._git.ask("rev-parse", "--is-shallow-repository") == "true":
            yield Rejected(
                file=self._file,
                reason="is a shallow clone: older commits are missing; `git fetch --unshallow` brings them",
            )

    def _of_commit(self, commit: Commit) -> Iterator[Activity | Rejected]:
        if not self._window.holds(commit.authored) or self._is_copy(commit):
            return
        for line in commit.unreadable:
            yield Rejected(
                file=self._file, field="Co-authored-by",
                reason=f"commit {commit.sha[:12]}: {line[:100]!r} is not written like `Name <e-mail>`",
            )  # fmt: skip
        seen: set[str] = set()
        co_authors = (self._mailmap.canonical(signature) for signature in commit.co_authors)
        branch = self._trunk.branch_of(commit.sha, commit.branch)
        for position, signature in enumerate((commit.author, *co_authors)):
            person = attribute((signature.email, signature.name), self._person)
            if person and person not in seen:
                seen.add(person)
                yield self._activity(commit, branch, signature if position else None, person)
        if not seen and not self._person:
            yield Rejected(file=self._file, field="author", reason=f"commit {commit.sha[:12]} names no author")

    def _is_copy(self, commit: Commit) -> bool:
        """Whether the same work was told already under another hash; remembers 16 bytes a commit."""
        parts = (commit.author.email.lower(), commit.authored.isoformat(), commit.subject)
        digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=16).digest()
        if digest in self._told:
            return True
        self._told.add(digest)
        return False

    def _activity(self, commit: Commit, branch: str, co_author: Signature | None, person: str) -> Activity:
        identity = f"#{(co_author.email or co_author.name).lower()}" if co_author else ""
        return Activity(
            source=GitSource.name,
            external_id=f"{self._container}:{commit.sha}{identity}",
            kind=ActivityKind.COMMIT,
            person=person,
            start=commit.authored,
            title=commit.subject,
            text=commit.body,
            container=self._container,
            reference=ticket_of(commit.subject, branch, commit.body),
            revision=commit.sha,
            extra=_extra(commit, branch, co_author),
        )


def _extra(commit: Commit, branch: str, co_author: Signature | None) -> dict[str, str]:
    extra = {}
    if branch:
        extra["branch"] = branch
    if commit.merge:
        extra["merge"] = "true"
    if co_author:
        extra["role"] = "co-author"
    if commit.committed is not None and commit.committed != commit.authored:
        extra["committed_at"] = format_instant(commit.committed)
    if commit.committer and commit.committer != commit.author.email.lower():
        extra["committer"] = commit.committer
    return extra


def _refusal(file: str, failure: GitFailed) -> Rejected:
    words = str(failure)
    advice = next(advice for sign, advice in _ADVICE if sign in words)
    return Rejected(file=file, reason=f"git says: {words}" + (f"; {advice}" if advice else ""))
