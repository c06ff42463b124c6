"""Password hashes: argon2id, as much of it at once as the machine's memory takes, and equal work for every answer."""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hourtrail.domain.accounts import LONGEST_PASSWORD

AT_ONCE: Final = 2
"""Hashes computed at one time in a process: 38 MiB. Others wait for their turn, some hundredths of a second each."""


class Passwords:
    """Hashes and verifies. The default cost is OWASP's for argon2id: 19 MiB, two passes, one lane.

    RFC 9106's 64 MiB would fill the memory that a server process may take as soon as a few people sign in together.
    """

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._places = BoundedSemaphore(AT_ONCE)
        # What a password is compared with where there is no account: nothing verifies against it but by accident.
        self._nobody = self._hasher.hash("there is no such account")

    def hashed(self, password: str) -> str:
        """The encoded hash, with its own salt and parameters."""
        with self._places:
            return self._hasher.hash(password)

    def verified(self, known: str, password: str) -> bool:
        """Whether ``password`` belongs to the hash; an empty one costs the same and is never right."""
        with self._places:
            try:
                self._hasher.verify(known or self._nobody, password[: LONGEST_PASSWORD + 1])
            except (VerificationError, InvalidHashError):
                return False
        return bool(known)

    def outdated(self, known: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)
