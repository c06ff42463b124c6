"""Every operation asked once, in an order in which each can be carried out: where the examples of the document come from."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from starlette.testclient import TestClient
from tests.serving.conftest import ADA, BEN, CHEAP, DANA, TENANT, key_for, session_for
from tests.serving.good_requests import BODIES, PATHS, TASK
from tests.serving.review_site import KIM, fill_review

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import SecretKind, csrf_token
from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.pricing.periods import BillingPeriod
from hourtrail.flows.audit import daily_seal
from hourtrail.flows.billing.closing import post
from hourtrail.flows.billing.disputes import DisputeRequest, dispute
from hourtrail.flows.billing.draft import DraftRequest, draft
from hourtrail.flows.directory.telling import id_of
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.policy.roles import SCOPES
from hourtrail.store import Store
from hourtrail.store.master import key_text
from hourtrail.wiring import load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
CHLOE: Final = "chloe@northlight.example"

# Method and path of the document; who asks; what the path and the query are where the good requests do not say.
ORDER: Final[tuple[tuple[str, str, str, dict[str, str]], ...]] = (
    ("POST", "/v1/activities", "program", {}),
    ("GET", "/v1/activities", "ada", {"person": ADA, "limit": "1"}),
    ("DELETE", "/v1/activities", "program", {"source": "psa", "external_id": "cal-4711"}),
    ("PUT", "/v1/directory/{kind}", "program", {}),
    ("GET", "/v1/directory/{kind}", "program", {"limit": "1"}),
    ("GET", "/v1/directory/{kind}/{name}", "program", {"kind": "people", "name": ADA}),
    ("DELETE", "/v1/directory/{kind}/{name}", "program", {"kind": "tasks", "name": "$mistake"}),
    ("PUT", "/v1/records/{kind}", "program", {"kind": "expenses"}),
    ("GET", "/v1/records/{kind}", "program", {"kind": "expenses"}),
    ("GET", "/v1/records/{kind}/{name}", "program", {"kind": "expenses", "name": "$record"}),
    ("POST", "/v1/suggestions:compute", "program", {}),
    ("GET", "/v1/suggestions", "program", {"person": ADA, "status": "open", "limit": "1"}),
    ("GET", "/v1/suggestions/{suggestion}", "program", {}),
    ("POST", "/v1/suggestions:score", "program", {}),
    ("POST", "/v1/decisions", "program", {}),
    ("POST", "/v1/decisions:batch", "program", {}),
    ("GET", "/v1/decisions", "program", {"person": ADA, "limit": "1"}),
    ("GET", "/v1/decisions/{decision}", "program", {}),
    ("PUT", "/v1/external-ids", "program", {}),
    ("GET", "/v1/external-ids", "program", {"kind": "time-entries", "id": "$entry"}),
    ("GET", "/v1/time-entries", "program", {"person": ADA, "limit": "1"}),
    ("GET", "/v1/time-entries/{entry}", "program", {}),
    ("PATCH", "/v1/time-entries/{entry}", "program", {}),
    ("POST", "/v1/decisions/{decision}:undo", "program", {"decision": "$corrected"}),
    ("POST", "/v1/decisions", "program", {}),
    ("PATCH", "/v1/time-entries/{entry}", "program", {}),
    ("GET", "/v1/weeks/{person}/{date}", "program", {}),
    ("GET", "/v1/timesheets", "program", {"person": ADA, "limit": "1"}),
    ("GET", "/v1/timesheets/{person}/{week}", "program", {}),
    ("POST", "/v1/time-entries/{entry}/status", "program", {"entry": "$draft_entry"}),
    ("POST", "/v1/timesheets/{person}/{week}:submit", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:recall", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:submit", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:reject", "approver", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:recall", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:submit", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:approve", "approver", {"week": "$week"}),
    ("GET", "/v1/time-entries/{entry}/trail", "program", {}),
    ("POST", "/v1/timesheets/{person}/{week}:recall", "program", {"week": "$week"}),
    ("POST", "/v1/timesheets/{person}/{week}:submit", "program", {"week": "$week"}),
    ("GET", "/v1/findings", "reviewer", {"limit": "1"}),
    ("GET", "/v1/findings/{finding}", "reviewer", {}),
    ("POST", "/v1/findings/{finding}/reviews", "reviewer", {}),
    ("POST", "/v1/findings:clear", "reviewer", {}),
    ("POST", "/v1/checks", "program", {}),
    ("GET", "/v1/checks/precision", "reviewer", {}),
    ("GET", "/v1/confidence", "reviewer", {}),
    ("GET", "/v1/mode", "admin", {}),
    ("PUT", "/v1/mode", "admin", {}),
    ("GET", "/v1/models", "auditor", {}),
    ("GET", "/v1/auto-post", "admin", {}),
    ("POST", "/v1/auto-post:propose", "admin", {}),
    ("POST", "/v1/auto-post/{order}:enable", "boss", {}),
    ("POST", "/v1/auto-post:stop", "admin", {}),
    ("GET", "/v1/policies", "admin", {}),
    ("GET", "/v1/policies/{policy}", "admin", {}),
    ("GET", "/v1/draft-lines", "program", {"limit": "1"}),
    ("GET", "/v1/drafts/{draft}", "program", {}),
    ("GET", "/v1/disputes", "program", {}),
    ("GET", "/v1/invoices", "program", {}),
    ("GET", "/v1/usage", "program", {"from": "2026-03-02", "to": "2026-03-13"}),
    ("GET", "/v1/audit", "auditor", {"limit": "1"}),
    ("GET", "/v1/audit/roots", "auditor", {}),
    ("POST", "/v1/audit:verify", "auditor", {}),
    ("GET", "/v1/audit/{event}/proof", "auditor", {}),
    ("GET", "/v1/me", "program", {}),
    ("GET", "/v1/accounts", "admin", {}),
    ("PUT", "/v1/settings", "admin", {}),
    ("GET", "/v1/settings", "admin", {}),
    ("GET", "/v1/tenants", "partner_admin", {}),
    ("GET", "/v1/tenants/{tenant}", "partner_admin", {}),
    ("GET", "/v1/tenants/{tenant}/settings", "partner_admin", {}),
    ("GET", "/v1/tenants/{tenant}/accounts", "partner_admin", {}),
    ("GET", "/v1/tenants/{tenant}/usage", "partner_admin", {"from": "2026-03-02", "to": "2026-03-13"}),
    ("POST", "/v1/people/{person}:erase", "admin", {"person": CHLOE}),
    ("POST", "/v1/oauth/token", "nobody", {}),
    ("GET", "/livez", "nobody", {}),
    ("GET", "/readyz", "nobody", {}),
)  # fmt: skip


@dataclass
class Asked:
    """One request and its answer, of one operation."""

    method: str
    path: str
    request: Any
    status: int
    kind: str
    body: Any
    headers: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path


@dataclass
class Run:
    """The firm that is asked, and what its things are called."""

    store: Store
    values: dict[str, str] = field(default_factory=dict)
    clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, who: str) -> TestClient:
        if who not in self.clients:
            app = create_app(self.store, TENANT, load_models(), login=Login(passwords=CHEAP))
            headers = (
                {"Authorization": f"Bearer {key_for(self.store)}"} if who == "program" else _session(self.store, who)
            )
            self.clients[who] = TestClient(app, base_url="http://localhost", headers=headers)
        return self.clients[who]

    def filled(self, value: Any) -> Any:
        return json.loads(re.sub(r"\$(\w+)", lambda found: self.values.get(found[1], found[0]), json.dumps(value)))


def _session(store: Store, who: str) -> dict[str, str]:
    if who == "nobody":
        return {}
    known = {"ada": (ADA, Role.CONSULTANT), "approver": (DANA, Role.APPROVER), "boss": ("boss@northlight.example", Role.ADMIN),
             "reviewer": (KIM, Role.REVIEWER), "admin": (BEN, Role.ADMIN)}  # fmt: skip
    login, role = known.get(who) or (f"{who}@northlight.example", Role(who))
    session = session_for(store, login, role)
    return {"Cookie": f"hourtrail_session={session}", "X-CSRF-Token": csrf_token(session)}


def ask_everything(store: Store, *, twice: bool = False) -> Iterator[Asked]:
    """Ask every operation; a request that fails comes with its problem. ``twice`` asks each again with the same key."""
    mistake = id_of(key_text(*(TASK[name] for name in ("client", "project", "task"))))
    run = Run(
        store,
        {"mistake": mistake, "soon": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(), "week": "2026-03-02"},
    )
    _prepare(run)
    for number, (method, path, who, given) in enumerate(ORDER):
        body = run.filled(BODIES[method, path]) if (method, path) in BODIES else None
        places = {**run.filled(PATHS), **run.filled(given)}
        address = re.sub(r"\{(\w+)\}", lambda found, places=places: quote(places[found[1]], safe=""), path)
        query = {name: value for name, value in run.filled(given).items() if f"{{{name}}}" not in path}
        if "oauth" in path:
            body = {
                "grant_type": "client_credentials",
                "client_id": run.values["client"],
                "client_secret": run.values["secret"],
            }
            more: dict[str, Any] = {"data": body}
        else:
            more = {"params": query, "json": body}
        for _ in range(2 if twice else 1):
            headers = {"Idempotency-Key": f"key-{number}"} if twice else {}
            answer = run.client(who).request(method, address, headers=headers, **more)
            kind = answer.headers["content-type"].partition(";")[0]
            told = answer.json() if kind.endswith("json") else answer.text
            yield Asked(method, path, body, answer.status_code, kind, told, frozenset(answer.headers))
        _remember(run, path, method, told)


def _prepare(run: Run) -> None:
    store = run.store
    with store.tenant(TENANT, read_only=True) as db:
        tasks = db.master().tasks
    fill_review(store)
    with store.tenant(TENANT) as db:
        db.put_master(tasks)  # with the keywords and hints that the review's firm has no use for
        db.change_settings(
            {"administration": {"partner": TENANT}, "features": {"tier": "complete"}},
            actor="op",
            at=NOON,
            reason="example",
        )
    period = BillingPeriod(date(2026, 2, 1), date(2026, 2, 28))
    made = draft(store, TENANT, DraftRequest(actor=DANA, period=period, contract="C-100"), now=NOON)
    run.values["draft"] = made.draft.id
    post(store, TENANT, made.draft.id, BEN, now=NOON + timedelta(minutes=1))
    said = DisputeRequest(
        target=made.lines[0].id,
        reason=DisputeReason.WRONG_HOURS,
        raised_by="Lee",
        actor=DANA,
        note="45 minutes, not 60",
    )
    dispute(store, TENANT, said, now=NOON + timedelta(minutes=2))
    daily_seal(store, TENANT, NOON)
    new = NewSecret(kind=SecretKind.CLIENT_SECRET, program="psa", scopes=SCOPES, life=timedelta(days=1))
    secret = create_secret(store, TENANT, new, "test")
    run.values |= {"client": secret.program.id, "secret": secret.secret}


def _remember(run: Run, path: str, method: str, told: Any) -> None:
    """What later requests name."""
    match method, path:
        case "GET", "/v1/suggestions" if told.get("suggestions"):
            rows = (
                run.client("program")
                .get("/v1/suggestions", params={"person": ADA, "status": "open"})
                .json()["suggestions"]
            )
            names = [row["id"] for row in rows if row["project"]]
            run.values |= {"suggestion": names[0], "other": names[1]}
        case "POST", "/v1/decisions" if "decision" in told:
            run.values |= {"decision": told["decision"]["id"], "entry": told["time_entries"][0]["id"]}
        case "POST", "/v1/decisions:batch" if "results" in told:
            [row] = told["results"][0].get("time_entries", [{"id": "none"}])
            run.values["draft_entry"] = row["id"]
        case "PATCH", _ if "decision" in told:
            run.values |= {"corrected": told["decision"]["id"], "entry": told["corrected"]}
        case "GET", "/v1/records/{kind}" if told.get("rows"):
            run.values["record"] = told["rows"][0]["id"]
        case "GET", "/v1/findings" if told.get("items"):
            run.values["finding"] = told["items"][0]["id"]
        case "POST", "/v1/auto-post:propose" if "id" in told:
            run.values["order"] = told["id"]
        case _:
            return
