"""Signing in with the firm's identity provider: OpenID Connect, authorization code with PKCE, by Authlib and joserfc.

Imported where a provider is configured: what it needs takes a tenth of a second of every start.
"""

import hmac
import logging
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hourtrail.domain.accounts import NotSignedIn, SignInRefused
from hourtrail.flows.identity.sign_in import Identified
from hourtrail_serving.journey import Journey

log = logging.getLogger(__name__)

SECONDS: Final = 5.0
"""How long the provider may take for an answer."""

KEPT_SECONDS: Final = 300.0
"""How long its addresses and keys are believed; a key that it changes is known after that at the latest."""

SILENT_SECONDS: Final = 5.0
"""How long a provider that did not answer is not asked again: anybody can begin a sign-in, and each would keep a thread waiting."""

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key; never ``none``, never a shared secret."""

LEEWAY: Final = 60
"""Seconds by which its clock may differ from ours."""

SILENT: Final = "the identity provider does not answer; try again in a minute, or sign in with a password"


class ProviderSilent(NotSignedIn):
    """The identity provider does not answer, or not as OpenID Connect says."""


@dataclass(slots=True)
class _Known:
    """What the provider told of itself."""

    metadata: dict[str, Any]
    keys: Any
    until: float


@dataclass(slots=True)
class Provider:
    """One OpenID Connect provider. Safe between threads.

    ``issuer`` is its address, under which ``/.well-known/openid-configuration`` answers; it must be https, unless it is on
    this machine.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    _known: _Known | None = None
    _silent_until: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def address(self, journey: Journey, redirect: str) -> str:
        """Where to send the browser. Raises ProviderSilent."""
        with self._client(redirect) as client:
            url, _ = client.create_authorization_url(
                self._told()["authorization_endpoint"],
                state=journey.state, nonce=journey.nonce, code_verifier=journey.verifier,
            )  # fmt: skip
        return str(url)

    def identified(self, journey: Journey, redirect: str, *, state: str, code: str) -> Identified:
        """Who came back with ``code``. Raises SignInRefused for what does not fit together, ProviderSilent."""
        if not code or not hmac.compare_digest(state.encode(), journey.state.encode()):
            raise SignInRefused("this sign-in was not begun in this browser, or too long ago; begin again")
        with self._client(redirect) as client:
            try:
                token = client.fetch_token(
                    self._told()["token_endpoint"], code=code, code_verifier=journey.verifier,
                    grant_type="authorization_code",
                )  # fmt: skip
                claims = self._claims(str(token.get("id_token", "")), journey.nonce)
                if "email" not in claims and "userinfo_endpoint" in self._told():
                    more = client.get(self._told()["userinfo_endpoint"]).json()
                    # The answer counts only for the same subject (OpenID Connect Core, 5.3.2).
                    claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
            except (OAuthError, JoseError) as error:
                log.info("the identity provider's answer was refused: %s", type(error).__name__)
                raise SignInRefused("the identity provider's answer cannot be trusted; begin again") from error
            except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise self._silent(error) from error
        return Identified(
            issuer=self.issuer, subject=str(claims["sub"]), email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
        )  # fmt: skip

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        decoded = jwt.decode(id_token, self._keys(), algorithms=list(ALGORITHMS))
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            # For whom it was made, where it names several audiences (OpenID Connect Core, 3.1.3.7).
            azp={"value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(decoded.claims)
        return dict(decoded.claims)

    def _client(self, redirect: str) -> Any:
        return OAuth2Client(
            self.client_id, self.client_secret, scope="openid email", redirect_uri=redirect, timeout=SECONDS,
            code_challenge_method="S256",
        )  # fmt: skip

    def _told(self) -> dict[str, Any]:
        return self._ask().metadata

    def _keys(self) -> Any:
        return self._ask().keys

    def _ask(self) -> _Known:
        # Behind a silent provider nobody queues: one asks again, the others are told at once.
        if not self._lock.acquire(blocking=not self._silent_until):
            raise ProviderSilent(SILENT)
        try:
            if self._known is None or monotonic() >= self._known.until:
                if monotonic() < self._silent_until:
                    raise ProviderSilent(SILENT)
                self._known = self._read()
            return self._known
        finally:
            self._lock.release()

    def _read(self) -> _Known:
        try:
            with httpx2.Client(timeout=SECONDS) as http:
                metadata = _json(http, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                _require_issuer(metadata, self.issuer)
                keys = KeySet.import_key_set(_json(http, metadata["jwks_uri"]))  # type: ignore[arg-type] # a JSON object
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            self._silent_until = monotonic() + SILENT_SECONDS
            raise self._silent(error) from error
        self._silent_until = 0.0
        return _Known(metadata, keys, monotonic() + KEPT_SECONDS)

    def _silent(self, error: Exception) -> ProviderSilent:
        log.warning("the identity provider %s does not answer as it should: %s", self.issuer, type(error).__name__)
        return ProviderSilent(SILENT)


def _require_issuer(metadata: dict[str, Any], issuer: str) -> None:
    """Raises ValueError for a provider that calls itself otherwise: its tokens would not be ours to believe."""
    if metadata["issuer"] != issuer:
        raise ValueError("it names another issuer")


def _json(http: httpx2.Client, url: str) -> dict[str, Any]:
    answer = http.get(url)
    answer.raise_for_status()
    body = answer.json()
    if not isinstance(body, dict):
        raise TypeError("no JSON object")
    return body
