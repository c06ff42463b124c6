"""The one place where every route states what it needs. A route that is not in this table does not start.

The reach of a permission (own, team, all) is the role's, ``hourtrail.policy.roles``; endpoints narrow what they read and
write by it (``sight.py``). ``tests/serving/role_matrix.csv`` holds what follows for each role, for review.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from hourtrail.domain.access import Permission as P  # noqa: N817 - a table is read by its rows
from hourtrail.domain.access import Principal
from hourtrail.domain.errors import HourtrailError, NotAllowed
from hourtrail.domain.settings import Feature as F  # noqa: N817 - as above

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class ForgedForm(NotAllowed):
    """A form or call of a signed-in browser without the token of its session."""


class TooManyRequests(HourtrailError):
    """One principal asked more often than it may. ``headers`` say how often that is, ``seconds`` when to come back."""

    def __init__(self, seconds: int, headers: dict[str, str]) -> None:
        super().__init__(f"you ask more often than is your share; wait {seconds} seconds and go on more slowly")
        self.seconds, self.headers = seconds, headers


class RouteWithoutRule(HourtrailError):
    """A route that nobody decided on."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route needs: any of these permissions. None means that it is open to everybody, and ``why``.

    ``feature`` is the part of the product that the tenant has to have.
    """

    needs: tuple[P, ...]
    why: str = ""
    feature: F | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has to be signed in."""
        return not self.needs

    def lets(self, who: Principal) -> bool:
        """Whether the principal holds one of the permissions."""
        return self.is_open or any(who.may(permission) for permission in self.needs)


def _open(why: str) -> Rule:
    return Rule((), why)


def _needs(*permissions: P, feature: F | None = None) -> Rule:
    return Rule(permissions, feature=feature)


RULES: Final[dict[tuple[str, str], Rule]] = {
    ("GET", "/livez"): _open("probes have no account, and it tells nothing"),
    ("GET", "/readyz"): _open("probes have no account; it names the model and the schema, no data"),
    ("POST", "/v1/oauth/token"): _open("where a program shows its secret"),
    ("GET", "/v1/me"): _needs(P.SIGNED_IN),
    ("GET", "/v1/accounts"): _needs(P.ACCOUNTS_READ),
    ("POST", "/v1/activities"): _needs(P.ACTIVITIES_WRITE),
    ("GET", "/v1/activities"): _needs(P.ACTIVITIES_READ),
    ("DELETE", "/v1/activities"): _needs(P.ACTIVITIES_WRITE),
    ("PUT", "/v1/directory/{kind}"): _needs(P.DIRECTORY_WRITE),
    ("GET", "/v1/directory/{kind}"): _needs(P.DIRECTORY_READ),
    ("GET", "/v1/directory/{kind}/{name}"): _needs(P.DIRECTORY_READ),
    ("DELETE", "/v1/directory/{kind}/{name}"): _needs(P.DIRECTORY_WRITE),
    ("PUT", "/v1/records/{kind}"): _needs(P.RECORDS_WRITE),
    ("GET", "/v1/records/{kind}"): _needs(P.RECORDS_READ),
    ("GET", "/v1/records/{kind}/{name}"): _needs(P.RECORDS_READ),
    ("PUT", "/v1/external-ids"): _needs(P.RECORDS_WRITE),
    ("GET", "/v1/external-ids"): _needs(P.RECORDS_READ),
    ("GET", "/v1/invoices"): _needs(P.BILLING_READ, feature=F.BILLING),
    ("GET", "/v1/usage"): _needs(P.USAGE_READ, feature=F.USAGE),
    ("GET", "/v1/suggestions"): _needs(P.SUGGESTIONS_READ),
    ("GET", "/v1/suggestions/{suggestion}"): _needs(P.SUGGESTIONS_READ),
    ("POST", "/v1/suggestions:compute"): _needs(P.SUGGESTIONS_COMPUTE),
    ("POST", "/v1/suggestions:score"): _needs(P.SUGGESTIONS_SCORE, feature=F.STATELESS_SCORE),
    ("GET", "/v1/weeks/{person}/{date}"): _needs(P.SUGGESTIONS_READ),
    ("POST", "/v1/decisions"): _needs(P.DECISIONS_WRITE),
    ("POST", "/v1/decisions:batch"): _needs(P.DECISIONS_WRITE),
    ("POST", "/v1/decisions/{decision}:undo"): _needs(P.DECISIONS_WRITE),
    ("GET", "/v1/decisions"): _needs(P.DECISIONS_READ),
    ("GET", "/v1/decisions/{decision}"): _needs(P.DECISIONS_READ),
    ("GET", "/v1/time-entries"): _needs(P.ENTRIES_READ),
    ("GET", "/v1/time-entries/{entry}"): _needs(P.ENTRIES_READ),
    ("PATCH", "/v1/time-entries/{entry}"): _needs(P.DECISIONS_WRITE),
    ("GET", "/v1/time-entries/{entry}/trail"): _needs(P.TRAILS_READ),
    ("POST", "/v1/time-entries/{entry}/status"): _needs(P.ENTRIES_SUBMIT, P.ENTRIES_APPROVE),
    ("GET", "/v1/timesheets"): _needs(P.ENTRIES_READ),
    ("GET", "/v1/timesheets/{person}/{week}"): _needs(P.ENTRIES_READ),
    ("POST", "/v1/timesheets/{person}/{week}:submit"): _needs(P.ENTRIES_SUBMIT),
    ("POST", "/v1/timesheets/{person}/{week}:recall"): _needs(P.ENTRIES_SUBMIT, P.ENTRIES_APPROVE),
    ("POST", "/v1/timesheets/{person}/{week}:approve"): _needs(P.ENTRIES_APPROVE),
    ("POST", "/v1/timesheets/{person}/{week}:reject"): _needs(P.ENTRIES_APPROVE),
    ("GET", "/v1/findings"): _needs(P.FINDINGS_READ, feature=F.REVIEW_QUEUE),
    ("GET", "/v1/findings/{finding}"): _needs(P.FINDINGS_READ, feature=F.REVIEW_QUEUE),
    ("POST", "/v1/findings/{finding}/reviews"): _needs(P.FINDINGS_REVIEW, feature=F.REVIEW_QUEUE),
    ("POST", "/v1/findings:clear"): _needs(P.ENTRIES_CLEAR, feature=F.REVIEW_QUEUE),
    ("POST", "/v1/checks"): _needs(P.CHECKS_RUN, feature=F.STATELESS_SCORE),
    ("GET", "/v1/checks/precision"): _needs(P.PRECISION_READ, feature=F.REVIEW_QUEUE),
    ("GET", "/v1/confidence"): _needs(P.PRECISION_READ),
    ("GET", "/v1/mode"): _needs(P.PRECISION_READ, P.MODE_WRITE),
    ("PUT", "/v1/mode"): _needs(P.MODE_WRITE),
    ("GET", "/v1/models"): _needs(P.MODELS_READ),
    ("GET", "/v1/models/{name}/card"): _needs(P.MODELS_READ),
    ("GET", "/v1/auto-post"): _needs(P.AUTO_POST_STOP, P.POLICIES_READ, feature=F.AUTO_POST),
    ("POST", "/v1/auto-post:propose"): _needs(P.AUTO_POST_ORDER, feature=F.AUTO_POST),
    ("POST", "/v1/auto-post/{order}:enable"): _needs(P.AUTO_POST_ORDER, feature=F.AUTO_POST),
    # No feature: what stops must work whatever was bought.
    ("POST", "/v1/auto-post:stop"): _needs(P.AUTO_POST_STOP),
    ("GET", "/v1/policies"): _needs(P.POLICIES_READ),
    ("GET", "/v1/policies/{policy}"): _needs(P.POLICIES_READ),
    ("GET", "/v1/audit"): _needs(P.AUDIT_READ),
    ("GET", "/v1/audit/roots"): _needs(P.AUDIT_READ),
    ("GET", "/v1/audit/export"): _needs(P.AUDIT_EXPORT, feature=F.AUDIT_EXPORT),
    ("POST", "/v1/audit:verify"): _needs(P.AUDIT_READ),
    ("GET", "/v1/audit/{event}/proof"): _needs(P.AUDIT_READ),
    ("GET", "/v1/draft-lines"): _needs(P.BILLING_READ, feature=F.BILLING),
    ("GET", "/v1/drafts/{draft}"): _needs(P.BILLING_READ, feature=F.BILLING),
    ("GET", "/v1/disputes"): _needs(P.BILLING_READ, feature=F.BILLING),
    ("GET", "/v1/settings"): _needs(P.SETTINGS_READ),
    ("PUT", "/v1/settings"): _needs(P.SETTINGS_WRITE),
    ("GET", "/v1/tenants"): _needs(P.TENANTS_READ),
    ("GET", "/v1/tenants/{tenant}"): _needs(P.TENANTS_READ),
    ("GET", "/v1/tenants/{tenant}/settings"): _needs(P.TENANTS_READ),
    ("GET", "/v1/tenants/{tenant}/accounts"): _needs(P.TENANTS_READ),
    ("GET", "/v1/tenants/{tenant}/usage"): _needs(P.TENANTS_READ),
    ("GET", "/v1/people/{person}/export"): _needs(P.PEOPLE_EXPORT),
    ("POST", "/v1/people/{person}:erase"): _needs(P.PEOPLE_ERASE),
    ("GET", "/sign-in"): _open("where a person signs in"),
    ("POST", "/sign-in"): _open("where a person signs in"),
    ("GET", "/at/{firm}/sign-in"): _open("where a person signs in, under the firm's name"),
    ("POST", "/at/{firm}/sign-in"): _open("where a person signs in, under the firm's name"),
    ("GET", "/at/{firm}/sign-in/provider"): _open("leads to the identity provider"),
    ("GET", "/docs"): _open("the API's reference, as open as its document"),
    ("GET", "/docs/{topic}"): _open("the API's reference, as open as its document"),
    ("GET", "/brand/style.css"): _open("the sign-in page has the firm's colour"),
    ("GET", "/brand/logo"): _open("the sign-in page shows the firm's logo"),
    ("GET", "/sign-in/provider"): _open("leads to the identity provider"),
    ("GET", "/sign-in/provider/back"): _open("where the identity provider sends the person back to"),
    ("POST", "/sign-out"): _needs(P.SIGNED_IN),
    ("GET", "/"): _needs(P.SIGNED_IN),
    ("GET", "/day"): _needs(P.SUGGESTIONS_READ),
    ("POST", "/day/decide"): _needs(P.DECISIONS_WRITE),
    ("POST", "/day/accept"): _needs(P.DECISIONS_WRITE),
    ("POST", "/day/submit"): _needs(P.ENTRIES_SUBMIT),
    ("GET", "/privacy"): _needs(P.SUGGESTIONS_READ),
    ("POST", "/privacy/forget"): _needs(P.DECISIONS_WRITE),
    ("POST", "/privacy/remember"): _needs(P.DECISIONS_WRITE),
    ("GET", "/review"): _needs(P.FINDINGS_READ, feature=F.REVIEW_QUEUE),
    ("POST", "/review/say"): _needs(P.FINDINGS_REVIEW, feature=F.REVIEW_QUEUE),
    ("GET", "/control"): _needs(P.AUTO_POST_STOP, P.MODE_WRITE),
    ("POST", "/control/stop"): _needs(P.AUTO_POST_STOP),
    ("POST", "/control/mode"): _needs(P.MODE_WRITE),
    ("POST", "/review/clear"): _needs(P.ENTRIES_CLEAR, feature=F.REVIEW_QUEUE),
    ("POST", "/review/approve"): _needs(P.ENTRIES_CLEAR, feature=F.REVIEW_QUEUE),
}


_PATHS: Final = frozenset(path for _, path in RULES)


def is_act_on(path: str, address: str) -> bool:
    """Whether the address names an act (``…:submit``) on what ``path`` alone would take for a record with an odd name."""
    return f"{path}:{address.rpartition(':')[2]}" in _PATHS


def rule_of(method: str, path: str) -> Rule:
    """What the route needs. Raises RouteWithoutRule."""
    rule = RULES.get((method, path))
    if rule is None:
        raise RouteWithoutRule(
            f"{method} {path} states no permission: add it to RULES in hourtrail_serving/access.py and to"
            " tests/serving/role_matrix.csv"
        )
    return rule


def require_rules(routes: Iterable[BaseRoute], guarded: type[APIRoute]) -> None:
    """Refuse to start with a route that states no permission, or that would not ask for it. Raises RouteWithoutRule."""
    for route in routes:
        if not isinstance(route, guarded):
            raise RouteWithoutRule(
                f"{getattr(route, 'path', route)} asks nobody who they are: its router needs route_class={guarded.__name__}"
            )
        for method in route.methods or ():
            rule_of(method, route.path)
