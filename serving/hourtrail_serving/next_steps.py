"""What the API adds to an error: the call by which a program, or whoever runs it, goes on."""

from typing import Final

from hourtrail.domain.errors import HourtrailError, See

CALLS: Final[dict[See, str]] = {
    See.ACCOUNTS: "GET /v1/accounts lists those that there are",
    See.AUDIT: "GET /v1/audit/export hands out the whole trail, and POST /v1/audit:verify examines it",
    See.ENTRIES: "GET /v1/time-entries lists those that you may see",
    See.FINDINGS: "GET /v1/findings lists those that are open",
    See.ORDERS: "GET /v1/auto-post lists them",
    See.PROGRAMS: "whoever runs this installation lists and makes them",
    See.ROLES: "GET /v1/me tells what you hold",
    See.SEAL: "the trail is sealed once a night; GET /v1/audit/roots lists the seals",
    See.SETTINGS: "GET /v1/settings tells them, PUT /v1/settings changes them",
    See.SUGGESTIONS: "GET /v1/suggestions lists those that you may see",
}


def told(error: HourtrailError) -> str:
    """The error in words, and what to do next where it says so."""
    return f"{error}; {CALLS[error.see]}" if error.see else str(error)
