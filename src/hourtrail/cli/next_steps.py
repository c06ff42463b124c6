"""What the command line adds to an error: the command by which somebody goes on."""

from typing import Final

from hourtrail.domain.errors import HourtrailError, See

COMMANDS: Final[dict[See, str]] = {
    See.ACCOUNTS: "hourtrail users list shows those that there are",
    See.AUDIT: "hourtrail audit verify reads the whole trail",
    See.ENTRIES: "list them with hourtrail export time-entries",
    See.FINDINGS: "list them with hourtrail review list",
    See.ORDERS: "list them with hourtrail auto-post",
    See.PROGRAMS: "hourtrail keys list and hourtrail clients list show those that there are",
    See.ROLES: "hourtrail roles grant",
    See.SEAL: "hourtrail audit seal takes one",
    See.SETTINGS: "hourtrail tenants settings shows and changes them",
    See.SUGGESTIONS: "list them with hourtrail export suggestions",
}


def told(error: HourtrailError) -> str:
    """The error in words, and what to do next where it says so."""
    return f"{error}; {COMMANDS[error.see]}" if error.see else str(error)
