"""Ticket keys in the words of a commit: ``ABC-123`` (Jira, YouTrack, Linear) or ``#45`` (GitHub, GitLab, Redmine)."""

import re
from collections.abc import Iterable

_KEY = re.compile(r"(?<![A-Za-z0-9.])([A-Z][A-Z0-9_]{1,9})-([1-9]\d{0,6})(?![A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![\w&/])#([1-9]\d{0,8})\b")
# Names of standards and formats that look like keys; a project of that name is rarer than a commit about the standard.
_NOT_PROJECTS = frozenset(
    {"AES", "BASE", "CP", "CVE", "CWE", "ECMA", "FIPS", "GPL", "HTTP", "IEEE", "ISO", "JSR", "MD", "OAUTH", "PEP", "RFC",
     "RSA", "SHA", "SSL", "TLS", "UCS", "UTF", "WINDOWS", "X"}
)  # fmt: skip
# `Fixes: #45` as a trailer, `Closes #45` as GitHub's and GitLab's closing keyword at the start of a line.
_POINTER = re.compile(
    r"^[ \t]*(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|references|relates?(?:[- ]to)?|see|part[- ]of|issues?|bugs?"
    r"|tickets?|jira)\b[ \t]*:?[ \t]*(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def ticket_in(text: str) -> str:
    """The first ticket key in ``text``, a project key before a bare number; empty when there is none."""
    for match in _KEY.finditer(text):
        if match[1] not in _NOT_PROJECTS:
            return match[0]
    number = _NUMBER.search(text)
    return number[0] if number else ""


def ticket_of(subject: str, branch: str, body: str) -> str:
    """The ticket that a commit names: in its subject, else in its branch, else in a trailer or closing line of its body."""
    pointers: Iterable[str] = (match[1] for match in _POINTER.finditer(body))
    return next((key for key in map(ticket_in, (subject, branch, *pointers)) if key), "")
