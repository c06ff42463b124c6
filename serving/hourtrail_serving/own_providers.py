"""The identity provider of each tenant: the one that its settings name, else the one of the whole installation.

Which tenant it is follows from the host name or the path of the sign-in page, never from what a request says of itself. Whoever
comes back is believed for the issuer and the client of that tenant alone.
"""

import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings import SignIn, TenantSettings
from hourtrail_serving.gate import Login

if TYPE_CHECKING:
    from hourtrail_serving.provider import Provider

log = logging.getLogger(__name__)

SECRETS: Final = "HOURTRAIL_OIDC_SECRETS"
"""The environment variable that names a TOML file: the secret of each tenant's client, by the tenant's name."""


@dataclass(slots=True)
class OwnProviders:
    """Those that tenants name, each made once. Safe between threads. ``secrets`` are their clients', by tenant."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    _made: "dict[str, tuple[SignIn, Provider]]" = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def login(self, login: Login, tenant: str, settings: TenantSettings | None) -> Login:
        """``login`` as it is at this tenant. Where its settings could not be read, no provider's word counts."""
        if settings is None:
            return replace(login, provider=None)
        return replace(login, provider=self._of(tenant, settings.sign_in)) if settings.sign_in.issuer else login

    def _of(self, tenant: str, named: SignIn) -> "Provider | None":
        secret = self.secrets.get(tenant, "")
        if not secret:
            # Never the installation's in its place: who is known there may be a stranger here.
            log.warning("tenant %s names an identity provider, and %s has no secret for it", tenant, SECRETS)
            return None
        from hourtrail_serving.provider import Provider  # noqa: PLC0415 - few installations need it at the start

        with self._lock:
            known = self._made.get(tenant)
            if known is None or known[0] != named:
                known = named, Provider(issuer=named.issuer, client_id=named.client, client_secret=secret)
                self._made[tenant] = known
            return known[1]


def secrets_of_tenants() -> dict[str, str]:
    """The secrets in the file that the environment names; none where it names none. Raises InvalidInput, never with a secret."""
    path = os.environ.get(SECRETS, "").strip()
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{SECRETS}: {path} cannot be read as TOML ({type(error).__name__})") from error
    wrong = sorted(name for name, value in found.items() if not isinstance(value, str) or not value)
    if wrong:
        raise InvalidInput(f'{SECRETS}: {path} has to hold lines like {wrong[0]:.63} = "secret"')
    return found
