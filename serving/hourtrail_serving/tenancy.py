"""Which tenants a process serves, and what it keeps in memory for each.

Whose data a request is about follows from its credential alone: every secret ends in the name of its tenant and is looked up
there by its digest, so another name makes it another secret. A name that nobody has costs the same query. Only the door, where
nobody has shown a credential yet, goes by the host name or by the path, and only to know which sign-in page to show.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event, Lock, Thread
from time import monotonic
from typing import Final

from starlette.requests import Request

from hourtrail.domain.accounts import NotSignedIn, tenant_of_secret
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.settings import TenantSettings
from hourtrail.domain.tenant import is_tenant_name
from hourtrail.flows.identity.recognise import UNKNOWN
from hourtrail.flows.vectors import VectorMemory
from hourtrail.store import Store
from hourtrail.store.tenants import NOBODYS
from hourtrail.wiring import Models
from hourtrail_serving.brought import BroughtMemory
from hourtrail_serving.gate import Login
from hourtrail_serving.own_providers import OwnProviders
from hourtrail_serving.served import HEAVY_AT_ONCE, Served
from hourtrail_serving.unchecked import Unchecked

FRESH: Final = 5.0
"""Seconds for which a tenant's settings are not read again: how late a change by another process may be noticed."""

MOST_KEPT: Final = 256
"""Tenants kept in memory; the one that was asked for longest ago goes first and costs two reads when it comes back."""

LOOK_SECONDS: Final = 10.0
"""Between two looks at which host names lead to whom."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tenants:
    """The tenants that a process serves, by name; None are all of the installation, those to come too."""

    names: tuple[str, ...] | None

    @property
    def only(self) -> str:
        """The one tenant where there is one; a credential then needs to name none."""
        return self.names[0] if self.names is not None and len(self.names) == 1 else ""

    def has(self, name: str) -> bool:
        """Whether it is one of them. Whether there is such a tenant at all is the store's to say."""
        return is_tenant_name(name) if self.names is None else name in self.names


@dataclass(slots=True)
class _Kept:
    """What a tenant is served with, and until when its settings are believed."""

    served: Served
    until: float


@dataclass(slots=True)
class Tenancy:
    """Everything of a process that belongs to some tenant. Safe between threads.

    ``quiet`` is for how many seconds somebody decides nothing before their decisions are checked behind the answers; with 0
    each is checked at once. ``load`` gives the models of a tenant, "" for nobody's: the same object for all where there is no
    registry of models.
    """

    store: Store
    tenants: Tenants
    login: Login
    load: Callable[[str], Models]
    most: int = MOST_KEPT
    clock: Callable[[], float] = monotonic
    vectors: VectorMemory = field(default_factory=VectorMemory)
    brought: BroughtMemory = field(default_factory=BroughtMemory)
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(HEAVY_AT_ONCE))
    checking: Lock = field(default_factory=Lock)
    quiet: float = 0.0
    own_providers: OwnProviders = field(default_factory=OwnProviders)
    _kept: "OrderedDict[str, _Kept]" = field(default_factory=OrderedDict)
    _hosts: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def tenant_of(self, secret: str) -> str:
        """Where a secret is looked up. One that names no tenant was made before secrets did; it is the first one's."""
        if self.tenants.only:
            return self.tenants.only
        return tenant_of_secret(secret) or (self.tenants.names or (NOBODYS,))[0]

    def require(self, tenant: str) -> None:
        """Refuse a credential that is right, of a tenant that this process does not serve. Raises NotSignedIn."""
        if not self.tenants.has(tenant):
            raise NotSignedIn(UNKNOWN)

    def at_hand(self, tenant: str) -> Served | None:
        """What the tenant is served with, where that is known without asking the store."""
        with self._lock:
            found = self._kept.get(tenant)
            if found is None or self.clock() >= found.until:
                return None
            self._kept.move_to_end(tenant)
            return found.served

    def served(self, tenant: str) -> Served:
        """What the tenant is served with; read from the store where that was too long ago.

        While the store does not answer the last settings hold, or the defaults: whatever needs the store fails by itself.
        """
        found = self.at_hand(tenant)
        if found is not None:
            return found
        settings = self._settings(tenant)
        with self._lock:
            before = self._kept.get(tenant)
        if before is None:
            made = self._new(tenant, settings)
        elif settings is None:
            made = before.served
        else:
            made = self._with_settings(before.served, settings)
        with self._lock:
            # Another thread may have been faster: its places are held by requests, so they stay.
            standing = self._kept.get(tenant)
            if standing is not None and before is None:
                made = standing.served if settings is None else self._with_settings(standing.served, settings)
            until = self.clock() + (FRESH if settings is not None else 0.0)
            self._kept[tenant] = _Kept(made, until)
            self._kept.move_to_end(tenant)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made

    def at_the_door(self, request: Request) -> Served:
        """The tenant whose sign-in page this is: by host name, then by the path or an old session's secret; else nobody's."""
        named = request.path_params.get("firm") or request.query_params.get("firm") or ""
        owner = self.tenants.only or self._hosts.get(host_of(request), "")
        if owner:
            return self.served(owner if named in {"", owner} else NOBODYS)
        firm = named or tenant_of_secret(request.cookies.get(self.login.cookie, ""))
        if firm and self.tenants.has(firm) and self._is_there(firm):
            return replace(self.served(firm), firm=firm)
        # The page is the same for a name that nobody has; what is typed there is refused in the same words.
        return replace(self.served(NOBODYS), firm=firm if is_tenant_name(firm) else "")

    def knows_host(self, host: str) -> bool:
        """Whether the host name leads to a tenant."""
        return host in self._hosts

    def look(self) -> None:
        """Read again which host names lead to which tenants. A name that two of them claim leads to neither."""
        claimed: dict[str, set[str]] = {}
        for tenant in self._names():
            settings = self._settings(tenant)
            for host in settings.brand.hosts if settings is not None else ():
                claimed.setdefault(host, set()).add(tenant)
        for host in sorted(host for host, owners in claimed.items() if len(owners) > 1):
            log.warning("the host name %s is claimed by more than one tenant and leads to none", host)
        self._hosts = {host: owners.pop() for host, owners in claimed.items() if len(owners) == 1}

    def renew_models(self, load: Callable[[str], Models]) -> list[str]:
        """Load again what serves each tenant that is kept; those whose model changed. A request that has begun keeps its own."""
        with self._lock:
            names = [name for name in self._kept if name != NOBODYS]
        return [name for name in names if self._renewed(name, load)]

    def _renewed(self, tenant: str, load: Callable[[str], Models]) -> bool:
        try:
            models = load(tenant)
        except HourtrailError as error:
            log.warning("the model that serves goes on serving: %s", error)
            return False
        told = models.scorer.ref, models.degraded, models.notice
        with self._lock:
            kept = self._kept.get(tenant)
            if kept is None:
                return False
            before = kept.served.models
            if told == (before.scorer.ref, before.degraded, before.notice):
                return False
            kept.served = replace(kept.served, models=models)
        log.info("now serving %s %s", models.scorer.ref.name, models.scorer.ref.version)
        return True

    def _new(self, tenant: str, known: TenantSettings | None) -> Served:
        settings = known or TenantSettings()
        return Served(
            store=self.store, tenant=tenant, models=self.load("" if tenant == NOBODYS else tenant),
            login=self.own_providers.login(self.login, tenant, known), settings=settings,
            vectors=self.vectors.of(tenant), brought=self.brought.of(tenant), places=self.places,
            own_places=self._share(settings), unchecked=Unchecked(self.quiet), checking=self.checking,
        )  # fmt: skip

    def _share(self, settings: TenantSettings) -> BoundedSemaphore:
        """A tenant's share of the places; beside others it never has all of them."""
        most = HEAVY_AT_ONCE if self.tenants.only else HEAVY_AT_ONCE - 1
        return BoundedSemaphore(min(settings.limits.heavy_at_once, most))

    def _with_settings(self, served: Served, settings: TenantSettings) -> Served:
        """With other settings; a changed share begins anew, and what is being computed under the old one ends under it."""
        login = self.own_providers.login(self.login, served.tenant, settings)
        if settings == served.settings and login.provider is served.login.provider:
            return served
        same = settings.limits.heavy_at_once == served.settings.limits.heavy_at_once
        return replace(
            served, settings=settings, login=login, own_places=served.own_places if same else self._share(settings)
        )

    def _settings(self, tenant: str) -> TenantSettings | None:
        """The tenant's settings; None, with a line in the log, when the store cannot tell."""
        if tenant == NOBODYS:
            return TenantSettings()
        try:
            with self.store.tenant(tenant, read_only=True) as db:
                return db.settings()
        except HourtrailError as error:
            log.warning("settings cannot be read, the last ones hold: %s", type(error).__name__)
            return None

    def _is_there(self, tenant: str) -> bool:
        if self.at_hand(tenant) is not None:
            return True
        with self.store.tenant(tenant, read_only=True) as db:
            return db.standing() is not None

    def _names(self) -> Iterable[str]:
        if self.tenants.names is not None:
            return self.tenants.names
        try:
            return [word.tenant for word in self.store.tenants()]
        except HourtrailError as error:
            log.warning("the tenants cannot be listed: %s", type(error).__name__)
            return ()


def host_of(request: Request) -> str:
    """The host name by which the request came, without its port."""
    return (request.url.hostname or "").lower().rstrip(".")


def watch_hosts(tenancy: Tenancy, stop: Event, *, seconds: float = LOOK_SECONDS) -> Thread:
    """A thread that looks until ``stop`` is set."""

    def look() -> None:
        while not stop.wait(seconds):
            tenancy.look()

    thread = Thread(target=look, name="hosts", daemon=True)
    thread.start()
    return thread
