"""What a browser carries to the firm's identity provider and back."""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

COOKIE: Final = "hourtrail_provider"
COOKIE_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Journey:
    """What the browser carries while it is at the provider, in a cookie of ours: only who began a sign-in can end it.

    ``onward`` is where the person wanted to go, ``firm`` the tenant under whose name the sign-in was begun, empty for the
    host's own.
    """

    state: str
    nonce: str
    verifier: str
    onward: str
    firm: str = ""

    @classmethod
    def begun(cls, onward: str, firm: str = "") -> "Journey":
        """Fresh random values."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), onward, firm)

    @classmethod
    def parse(cls, text: str) -> "Journey | None":
        """The reverse of ``str``; None for anything else."""
        parts = text.split(".")
        if len(parts) != 5 or len(text) > 3000 or not all(parts[:3]):
            return None
        state, nonce, verifier, onward, firm = parts
        return cls(state, nonce, verifier, unquote(onward), unquote(firm))

    def __str__(self) -> str:
        return ".".join((self.state, self.nonce, self.verifier, _dotless(self.onward), _dotless(self.firm)))


def _dotless(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E")
