"""Before every endpoint: who is it, may they, and does the form come from our own page."""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from hourtrail.domain.access import MissingPermission, Permission, Principal, PrincipalKind, Reach
from hourtrail.domain.accounts import NotSignedIn, csrf_token, secret_digest
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.recognise import by_secret, by_session
from hourtrail.store.audit import acting_through
from hourtrail_serving.access import SAFE, ForgedForm, Rule, is_act_on, rule_of
from hourtrail_serving.pace import Pace
from hourtrail_serving.versions import announced, announced_in, members_end

if TYPE_CHECKING:
    from hourtrail_serving.provider import Provider
    from hourtrail_serving.tenancy import Tenancy

REMEMBERED: Final = 5.0
"""Seconds for which a principal is not looked up again: how late a revocation in another process may be noticed."""

MOST_REMEMBERED: Final = 10_000

CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf"

ANYBODY: Final = Principal(
    kind=PrincipalKind.ANYBODY,
    id="no-login",
    name="nobody signed in",
    permissions=dict.fromkeys(Permission, Reach.ALL),
)
"""Whoever reaches a server that was started without a login."""


class Remembered:
    """Principals by the way they came and their secret's digest, for some seconds, at most so many. Safe between threads."""

    def __init__(self, *, seconds: float = REMEMBERED, clock: Callable[[], float] = monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[Principal, datetime, float]] = OrderedDict()

    def get(self, name: str) -> Principal | None:
        """The principal, unless it was found too long ago or has ended since."""
        with self._lock:
            found = self._known.get(name)
        if found is None or self._clock() >= found[2] or datetime.now(UTC) >= found[1]:
            return None
        return found[0]

    def put(self, name: str, who: Principal, until: datetime) -> None:
        """Remember who holds a secret, at most ``until`` it ends."""
        with self._lock:
            self._known[name] = who, until, self._clock() + self._seconds
            self._known.move_to_end(name)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    def forget_session(self, secret: str, tenant: str) -> None:
        """At once, in this process."""
        with self._lock:
            self._known.pop(_name_of(by_session, secret, tenant), None)


def _name_of(find: Callable[..., Any], secret: str, tenant: str) -> str:
    """By the way it came too: a session's secret is no bearer token, however well it is known as a cookie."""
    return f"{tenant} {find.__name__} {secret_digest(secret)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How people and programs are recognised. ``required`` is False on a server that was started without a login.

    ``public_url`` is the address by which people reach it, where that is not the one it listens on; with https, cookies
    are sent over nothing else.
    """

    required: bool = True
    passwords: Passwords = field(default_factory=Passwords)
    public_url: str = ""
    provider: "Provider | None" = None
    remembered: Remembered = field(default_factory=Remembered)
    pace: Pace = field(default_factory=Pace)

    @property
    def secure(self) -> bool:
        """Whether browsers may send cookies over https only."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix lets browsers refuse one that another host of the domain has set."""
        return "__Host-hourtrail" if self.secure else "hourtrail_session"

    async def recognise(self, request: Request, tenancy: "Tenancy") -> tuple[Principal, str, str]:
        """Who the request comes from, the CSRF token of its session (empty for a program), and whose tenant that is.

        Raises NotSignedIn, TenantSuspended.
        """
        if not self.required:
            return ANYBODY, "", tenancy.tenants.only
        header = request.headers.get("authorization")
        if header is not None:
            scheme, _, secret = header.partition(" ")
            if scheme.lower() != "bearer":
                raise NotSignedIn("send an API key or an access token as `Authorization: Bearer …`")
            who, tenant = await self._look_up(by_secret, secret.strip(), tenancy)
            return who, "", tenant
        session = request.cookies.get(self.cookie, "")
        who, tenant = await self._look_up(by_session, session, tenancy)
        return who, csrf_token(session), tenant

    async def _look_up(self, find: Any, secret: str, tenancy: "Tenancy") -> tuple[Principal, str]:
        tenant = tenancy.tenant_of(secret)
        name = _name_of(find, secret, tenant)
        known = self.remembered.get(name)
        if known is None:
            # The same query whether there is such a tenant or not; only then is it asked whether it is served here.
            known, until = await run_in_threadpool(find, tenancy.store, tenant, secret)
            tenancy.require(tenant)
            self.remembered.put(name, known, until)
        return known, tenant


class Guarded(APIRoute):
    """A route that lets nobody reach its endpoint, or its body be read, who does not hold what ``access.RULES`` says."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As its address says; an act on a record is nobody's id, so that reading it is 405 and not a record that is missing."""
        found, more = super().matches(scope)
        if found is not Match.NONE and is_act_on(self.path, scope["path"]):
            return Match.NONE, {}
        return found, more

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler behind the gate."""
        inner = super().get_route_handler()
        known = sorted(_query_of(self.dependant))
        # Pages leave out what they do not know: an address that somebody typed still leads somewhere.
        told_apart = self.include_in_schema

        async def handle(request: Request) -> Response:
            rule = rule_of(request.method, self.path)
            ending = announced(request.method, self.path, request.query_params)
            if rule.is_open:
                ending |= await _ending_in(request, self.path)
                answer = await inner(request)
                answer.headers.update(ending)
                return answer
            tenancy: Tenancy = request.app.state.tenancy
            who, csrf, tenant = await tenancy.login.recognise(request, tenancy)
            served = tenancy.at_hand(tenant)
            if served is None:
                served = await run_in_threadpool(tenancy.served, tenant)
            request.state.principal, request.state.csrf, request.state.served = who, csrf, served
            limits = served.settings.limits
            told = {} if who.kind is PrincipalKind.ANYBODY else served.login.pace.take(who, tenant, limits)
            request.state.told = told
            _require(rule, who)
            if rule.feature is not None:
                served.settings.features.require(rule.feature)
            if told_apart:
                _require_known(request, known)
            if csrf and request.method not in SAFE:
                await _require_own_form(request, csrf)
            ending |= await _ending_in(request, self.path)
            carrier = "" if who.kind is PrincipalKind.PERSON else f"{_CARRIERS[who.kind]}:{who.id}"
            with acting_through(carrier) if carrier else nullcontext():
                answer = await inner(request)
            answer.headers.update(told | ending)
            return answer

        return handle


async def _ending_in(request: Request, path: str) -> dict[str, str]:
    """What is said of members of the body that end. Raises Gone."""
    if not members_end(request.method, path):
        return {}
    return announced_in(request.method, path, await request.body())


_CARRIERS: Final = {PrincipalKind.PROGRAM: "program", PrincipalKind.ANYBODY: "system"}


def _require(rule: Rule, who: Principal) -> None:
    if not rule.lets(who):
        needed = " or ".join(rule.needs)
        held = ", ".join(who.roles) or ("its scopes" if who.kind is PrincipalKind.PROGRAM else "no role")
        raise MissingPermission(f"this needs {needed}; {who.name} has {held}. An administrator can grant it")


def _query_of(dependant: Dependant) -> set[str]:
    """The names of the query's parameters that an endpoint and what it depends on take."""
    inner = (name for one in dependant.dependencies for name in _query_of(one))
    return {field.alias for field in dependant.query_params}.union(inner)


def _require_known(request: Request, known: Sequence[str]) -> None:
    """Refuse a parameter that the operation does not take: a filter that was misspelt would answer another question."""
    takes = f"this address takes {', '.join(known)}" if known else "this address takes none"
    faults = [
        {"type": "unknown_parameter", "loc": ("query", name), "msg": f"is no parameter here; {takes}", "input": None}
        for name in dict.fromkeys(request.query_params)
        if name not in known
    ]
    if faults:
        raise RequestValidationError(faults)


async def _require_own_form(request: Request, csrf: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        # The request keeps the form that was read, and the endpoint gets the same one.
        value = (await request.form()).get(CSRF_FIELD, "")
        given = value if isinstance(value, str) else ""
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), csrf.encode()):
        raise ForgedForm(
            f"this came without the token of your session ({CSRF_HEADER}); load the page again and repeat it"
        )


def _principal(request: Request) -> Principal:
    found: Principal = request.state.principal
    return found


Who = Annotated[Principal, Depends(_principal)]
"""Parameter type of an endpoint that has to know who asks."""
