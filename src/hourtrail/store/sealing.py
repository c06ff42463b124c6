"""What a tenant's rows are sealed with: AES-256-GCM under the tenant's own key, bound to the row that they stand in."""

import hmac
import os
from collections.abc import Callable, Mapping
from hashlib import blake2b, sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hourtrail.store.errors import StoreUnavailable

KEY_BYTES: Final = 32
BOUND_TO_ID: Final = 1
"""First byte of rows that are bound to tenant, source and id alone, as a version before this one sealed them."""
_MARK: Final = 2
"""Of rows that are bound to their person too: nobody reads another's activity by putting their own name on it."""
_HEAD: Final = 3
_NONCE: Final = 12
"""Bytes of a nonce, drawn anew for each row: with one key, 2^32 rows stay under NIST SP 800-38D's bound (section 8.3)."""


class Sealer:
    """Seals and opens a tenant's rows. A sealed row is ``0x02``, two bytes of key number, the nonce, and GCM's output.

    ``keys`` are by number, the highest is the one in use; older ones still open what they sealed. ``digest_key`` keys the
    digests of content, so that nobody without it can try out guesses at a title.
    """

    def __init__(self, keys: Mapping[int, bytes], digest_key: bytes) -> None:
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self.current = max(keys)
        self._head = bytes([_MARK]) + self.current.to_bytes(2, "big")
        self._digest_key = digest_key

    def seal(self, data: bytes, bound_to: bytes) -> bytes:
        """``data`` under the key in use. ``bound_to`` names tenant and row: moved elsewhere, it does not open."""
        return self.sealing(1)(data, bound_to)

    def sealing(self, rows: int) -> Callable[[bytes, bytes], bytes]:
        """:meth:`seal` for at most ``rows`` rows, with all nonces drawn at once. For one caller alone: it counts them."""
        nonces, encrypt, head = os.urandom(_NONCE * rows), self._ciphers[self.current].encrypt, self._head
        drawn = iter(range(0, len(nonces), _NONCE))

        def seal(data: bytes, bound_to: bytes) -> bytes:
            place = next(drawn)
            nonce = nonces[place : place + _NONCE]
            return head + nonce + encrypt(nonce, data, bound_to)

        return seal

    def unseal(self, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed. Raises StoreUnavailable for a key that is gone, and for a row that was altered or moved."""
        number = int.from_bytes(sealed[1:_HEAD], "big")
        cipher = self._ciphers.get(number)
        if sealed[0] not in {BOUND_TO_ID, _MARK} or cipher is None:
            raise StoreUnavailable(
                f"an activity is sealed with key {number} of its tenant, which is not there any more; it cannot be read"
            )
        try:
            return cipher.decrypt(sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :], bound_to)
        except InvalidTag as error:
            raise StoreUnavailable(
                "a stored activity was altered, or moved to another row, person or tenant; it cannot be read"
            ) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key in use sealed it."""
        return sealed[:_HEAD] == self._head

    def evidence(self, salt: str, content: bytes) -> str:
        """HMAC-SHA256 of what a decision rested on, in hexadecimal digits. The salt is the decision's own: where it is erased,
        not even whoever has the key can try out guesses.
        """
        return hmac.new(self._digest_key, salt.encode() + b"\x1f" + content, sha256).hexdigest()

    def digest(self, content: bytes) -> str:
        """A keyed digest of content: equal content has equal digests, and without the key it tells nothing.

        The key stands in front: BLAKE2 cannot be extended from a digest (RFC 7693), so that is as good as its key block, and
        faster on texts as short as these.
        """
        return blake2b(self._digest_key + content, digest_size=16).hexdigest()
