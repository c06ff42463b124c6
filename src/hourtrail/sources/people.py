"""Whose activity is it? The rule of ``--person`` for sources that name people themselves (git, tickets)."""

from collections.abc import Sequence


def _answers_to(wanted: str, identity: str) -> bool:
    folded, name = wanted.casefold(), identity.casefold()
    return folded == name or ("@" in name and folded == name.split("@", 1)[0])


def attribute(identities: Sequence[str], wanted: str) -> str | None:
    """The person that an activity belongs to, or None when it is not ``wanted``'s.

    ``identities`` are the names that the system knows one person by, the preferred one first: e-mail address, login,
    display name. Without ``wanted`` the first one is the person, an e-mail address in lower case. With it (an e-mail
    address, the part before its ``@``, a login or a name, upper and lower case alike) the activity is that person's and
    bears exactly the name that was asked for, or it is nobody's.
    """
    known = [identity.strip() for identity in identities if identity.strip()]
    if wanted:
        return wanted if any(_answers_to(wanted, identity) for identity in known) else None
    if not known:
        return None
    return known[0].lower() if "@" in known[0] else known[0]
