"""One record of ``git log`` and what it says."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.window import plausible

# Everything but the body is one line by git's own rules, so the body comes last and may hold anything but NUL.
_CO_AUTHORS = "%(trailers:key=Co-authored-by,valueonly=true,unfold=true,separator=%x1f)"
FORMAT = f"%H%n%P%n%S%n%at%n%ct%n%aE%n%aN%n%cE%n{_CO_AUTHORS}%n%s%n%b"
_FIELDS = FORMAT.count("%n") + 1
_MAX_SUBJECT = 1_000
_MAX_BODY = 20_000
_MAX_CO_AUTHORS = 100
_SIGNATURE = re.compile(r"^(?P<name>[^<>]{0,200})<(?P<email>[^<>\s]{1,254})>$")


@dataclass(frozen=True, slots=True)
class Signature:
    """A name and an e-mail address, either may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one commit says. ``committed`` is None when the committer's clock said nothing usable.

    ``unreadable`` holds the co-author lines that name nobody.
    """

    sha: str
    merge: bool
    branch: str
    authored: datetime
    committed: datetime | None
    author: Signature
    committer: str
    co_authors: tuple[Signature, ...]
    unreadable: tuple[str, ...]
    subject: str
    body: str


def parse_commit(record: str) -> Commit:
    """The commit of one record in ``FORMAT``. Raises InvalidInput naming the commit and what is wrong with it."""
    fields = record.lstrip("\n").split("\n", _FIELDS - 1)
    if len(fields) < _FIELDS:
        raise InvalidInput(f"commit {fields[0][:12]}: its head is longer than 1 MiB; it was left out")
    sha, parents, source, authored, committed, email, name, committer, helpers, subject, body = fields
    lines = [text.strip() for text in helpers.split("\x1f") if text.strip()][:_MAX_CO_AUTHORS]
    signatures = [_SIGNATURE.match(line) for line in lines]
    try:
        moment = _moment(authored)
    except InvalidInput as error:
        raise InvalidInput(f"commit {sha[:12]}: {error}") from error
    return Commit(
        sha=sha,
        merge=len(parents.split()) > 1,
        branch=_branch(source),
        authored=moment,
        committed=_committed(committed),
        author=Signature(name.strip(), email.strip()),
        committer=committer.strip().lower(),
        co_authors=tuple(Signature(match["name"].strip(), match["email"].strip()) for match in signatures if match),
        unreadable=tuple(text for text, match in zip(lines, signatures, strict=True) if not match),
        subject=subject.strip()[:_MAX_SUBJECT],
        body=body.strip()[:_MAX_BODY],
    )


def _moment(epoch: str) -> datetime:
    """The instant of git's seconds since 1970; offsets, even absurd ones, do not matter for it."""
    try:
        return plausible(datetime.fromtimestamp(int(epoch), UTC), "author time")
    except (ValueError, OverflowError, OSError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"author time {epoch[:40]!r} is not a time") from error


def _committed(epoch: str) -> datetime | None:
    try:
        return _moment(epoch)
    except InvalidInput:
        return None


def _branch(source: str) -> str:
    """The branch that git reached the commit from; empty for a tag or a detached HEAD."""
    if source.startswith("refs/heads/"):
        return source.removeprefix("refs/heads/")
    if source.startswith("refs/remotes/"):
        branch = source.removeprefix("refs/remotes/").partition("/")[2]
        return "" if branch == "HEAD" else branch
    return ""
