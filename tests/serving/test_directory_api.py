"""The directory over HTTP: idempotent, known by codes and by the other system's ids, page by page."""

from decimal import Decimal

from tests.serving.conftest import ADA
from tests.serving.psa_site import Psa, counts, psa, psa_store, refused

from hourtrail.domain.access import Permission, Role
from hourtrail.flows.billing.settings import set_billing_policy
from hourtrail.flows.directory import DIRECTORY, PRICED
from hourtrail.policy.billing import BillingPolicy
from hourtrail.policy.roles import ROLES
from hourtrail_serving.api.directory import DirectoryKind

__all__ = ["psa", "psa_store"]

ROWS = {
    "people": {"person": ADA, "zone": "Europe/Berlin", "grade": "senior", "weekly_hours": 38.5, "colour": "red"},
    "clients": {"client": "acme", "name": "ACME"},
    "projects": {"client": "acme", "project": "portal", "manager": ADA},
    "tasks": {
        "client": "acme",
        "project": "portal",
        "task": "dev",
        "keywords": ["api", "login"],
        "billable": "depends",
    },
    "assignments": {"person": ADA, "client": "acme", "project": "portal", "from": "2026-01-01"},
    "contracts": {"contract": "C/1 é", "client": "acme", "kind": "capped", "cap_amount": "1000.50", "currency": "EUR"},
    "rate-cards": {"contract": "C/1 é", "hourly_rate": "120.00", "currency": "EUR", "valid_from": "2026-01-01"},
    "holidays": {"calendar": "de-be", "date": "2026-03-08"},
    "periods": {"from": "2026-01-01", "to": "2026-01-31", "status": "closed"},
    "milestones": {"contract": "C/1 é", "milestone": "M1", "amount": "-5.00"},
    "tax-rates": {"tax_code": "de-19", "rate": "0.19", "valid_from": "2026-01-01"},
}


def named(kind: str) -> dict[str, object]:
    return {**ROWS[kind], "source": "psa", "external_id": f"{kind}:1"}


def test_every_kind_goes_in_and_comes_back_as_it_was(psa: Psa) -> None:
    assert list(ROWS) == [kind.value for kind in DirectoryKind] == list(DIRECTORY)
    for kind in ROWS:
        assert counts(psa.put(f"directory/{kind}", named(kind))) == [1, 0, 0], kind
        assert counts(psa.put(f"directory/{kind}", named(kind))) == [0, 0, 1], kind
        [row] = psa.get(f"directory/{kind}")["rows"]
        assert row["references"] == [{"source": "psa", "external_id": f"{kind}:1"}]
        expected = {name: value for name, value in named(kind).items() if name not in {"colour", "weekly_hours"}}
        assert {name: row[name] for name in expected} == expected
        assert psa.get(f"directory/{kind}", source="psa", external_id=f"{kind}:1")["rows"] == [row]
        assert psa.get(f"directory/{kind}", source="erp", external_id=f"{kind}:1")["rows"] == []
        one = psa.http.get(f"/v1/directory/{kind}/{row['id']}")
        assert one.json() == row
        again = psa.http.get(f"/v1/directory/{kind}/{row['id']}", headers={"If-None-Match": one.headers["etag"]})
        assert again.status_code == 304
        assert counts(psa.put(f"directory/{kind}", row)) == [0, 0, 1], "a row that was read may be sent back"
    assert psa.get(f"directory/people/{ADA}")["extra"] == {"colour": "red"}
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        master = db.master()
    assert master.contracts[0].cap_amount == Decimal("1000.50")
    assert master.person(ADA).weekly_hours == Decimal("38.5")


def test_rows_are_refused_by_index_and_field_and_none_readable_is_a_problem(psa: Psa) -> None:
    report = psa.put("directory/people", {"person": "x", "weekly_hours": 200}, ROWS["people"], {"name": "nobody"})
    assert counts(report) == [1, 0, 0]
    assert refused(report) == [
        (0, "weekly_hours", "200 is more than 168"),
        (2, "person", "is empty; every row of people needs one"),
    ]
    answer = psa.http.put("/v1/directory/people", json={"rows": [{"name": "nobody"}]})
    assert answer.status_code == 422
    for body in ({"rows": []}, {"rows": [{}] * 2_001}, {"rows": [1]}, {"people": []}):
        assert psa.http.put("/v1/directory/people", json=body).status_code == 422
    assert psa.http.put("/v1/directory/time-entries", json={"rows": [{}]}).status_code == 422


def test_an_id_of_another_system_stands_for_one_row_for_ever(psa: Psa) -> None:
    psa.put("directory/clients", named("clients"))
    report = psa.put(
        "directory/clients",
        {"client": "beta", "source": "psa", "external_id": "clients:1"},
        {"client": "acme", "source": "psa", "external_id": "other"},
        {"client": "gamma", "source": "psa", "external_id": "g"},
        {"client": "delta", "source": "psa", "external_id": "g"},
        {"client": "omega", "external_id": "1"},
        {"client": "acme", "name": "ACME Inc", "source": "erp", "external_id": "9"},
    )
    assert refused(report) == [
        (0, "external_id", "psa:clients:1 is acme for ever; give beta an id of its own, and close the other"),
        (1, "external_id", "acme is psa:clients:1 already, and what a system calls a row never changes"),
        (3, "external_id", "an earlier row is psa:g too; the first is kept"),
        (4, "source", "names no source; say which system calls the row so"),
        (5, "client", "an earlier row has the same client; the first is kept"),
    ]
    psa.put("directory/clients", {"client": "acme", "name": "ACME Inc", "source": "erp", "external_id": "9"})
    row = psa.get("directory/clients/acme")
    assert row["name"] == "ACME Inc"
    assert row["references"] == [
        {"source": "erp", "external_id": "9"},
        {"source": "psa", "external_id": "clients:1"},
    ]


def test_a_row_that_dates_tell_apart_moves_with_its_id(psa: Psa) -> None:
    psa.put("directory/assignments", named("assignments"))
    report = psa.put("directory/assignments", {**named("assignments"), "from": "2026-02-01"})
    assert counts(report) == [0, 1, 0]
    [row] = psa.get("directory/assignments")["rows"]
    assert row["from"] == "2026-02-01"
    assert psa.get("directory/assignments", source="psa", external_id="assignments:1")["rows"] == [row]


def test_codes_are_checked_where_the_firm_lists_them_and_only_there(psa: Psa) -> None:
    free = {"client": "anybody", "project": "x"}
    assert refused(psa.put("directory/tasks", free)) == []
    psa.put("directory/clients", ROWS["clients"], {"client": "old", "status": "closed"})
    psa.put("directory/projects", ROWS["projects"], {"client": "acme", "project": "done", "status": "closed"})
    report = psa.put(
        "directory/tasks",
        {"client": "acne", "project": "portal"},
        {"client": "acme", "project": "portl", "task": "dev"},
        {"client": "acme", "project": "done", "task": "more"},
        {"client": "acme", "project": "done", "task": "over", "status": "closed"},
        ROWS["tasks"],
        free,
    )
    assert refused(report) == [
        (0, "client", "the firm's clients hold no 'acne'; did you mean acme?"),
        (1, "project", "the firm's projects hold no acme/portl; did you mean acme/portal?"),
        (2, "status", "acme/done is closed and takes no new work; open it first, or tell this row as closed"),
        (5, "client", "the firm's clients hold no 'anybody'; did you mean old?"),
    ]
    assert counts(report) == [2, 0, 0]


def test_pages_follow_each_other_without_gap_or_double(psa: Psa) -> None:
    psa.put("directory/clients", *({"client": f"c{number:03d}"} for number in range(25)))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = psa.get("directory/clients", limit=10, **cursor)
        seen += [row["id"] for row in page["rows"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [f"c{number:03d}" for number in range(25)]


def test_an_unknown_or_foreign_id_is_a_problem(psa: Psa) -> None:
    for name in (
        "nobody",
        "~",
        "~!!",
        "~WzFd",
        "~eA",
        "x" * 21_000,
        "~" + "A" * 400,
        "~WyJcdTAwMDAiXQ",
        "~WyJcdWQ4MDAiXQ",
    ):
        answer = psa.http.get(f"/v1/directory/people/{name}")
        assert answer.status_code in {404, 422}, name
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_id_is_looked_up_whole(psa: Psa) -> None:
    assert psa.http.get("/v1/directory/people", params={"external_id": "1"}).status_code == 422
    assert psa.http.get("/v1/directory/people", params={"source": "psa"}).status_code == 422


def test_prices_need_their_own_permission(psa: Psa) -> None:
    admin = psa.as_person(Role.ADMIN)
    for kind, row in ROWS.items():
        answer = admin.put(f"/v1/directory/{kind}", json={"rows": [row]})
        assert answer.status_code == (403 if kind in PRICED else 200), (kind, answer.text)
    assert Permission.PRICES_WRITE not in ROLES[Role.ADMIN]


def test_under_dual_control_a_card_is_told_once_and_then_changed_by_two_people(psa: Psa) -> None:
    set_billing_policy(psa.store, psa.tenant, BillingPolicy(version="2", rate_approval=True), "kim")
    card = ROWS["rate-cards"]
    first = psa.put("directory/rate-cards", card, {**card, "grade": "junior", "hourly_rate": "80"})
    assert counts(first) == [2, 0, 0]
    report = psa.put("directory/rate-cards", card, {**card, "hourly_rate": "150"}, {**card, "valid_from": "2026-05-01"})
    assert counts(report) == [0, 0, 1]
    assert [(index, field) for index, field, _ in refused(report)] == [(1, "hourly_rate"), (2, "hourly_rate")]
    assert "one person proposes and another approves" in refused(report)[0][2]
    terms = {**ROWS["contracts"], "kind": "retainer", "contract": "C9", "blended_rate": "100.00", "overage_rate": "120"}
    assert counts(psa.put("directory/contracts", terms)) == [1, 0, 0], "a new contract is told with its rates"
    assert counts(psa.put("directory/contracts", {**terms, "blended_rate": "100", "cap_amount": "7"})) == [0, 1, 0]
    for name, value in (("blended_rate", "170"), ("overage_rate", "170"), ("blended_rate", "")):
        report = psa.put("directory/contracts", {**terms, name: value})
        assert (counts(report), [field for _, field, _ in refused(report)]) == ([0, 0, 0], [name])
        assert "propose a row of the rate card" in refused(report)[0][2]
    for name, value in (("kind", "time_and_materials"), ("currency", "USD"), ("currency", "")):
        report = psa.put("directory/contracts", {**terms, name: value})
        assert (counts(report), [field for _, field, _ in refused(report)]) == ([0, 0, 0], [name])
        assert "as a contract with another id" in refused(report)[0][2]
    other = {**ROWS["contracts"], "contract": "C8"}
    assert counts(psa.put("directory/contracts", other)) == [1, 0, 0]
    assert counts(psa.put("directory/contracts", {**other, "blended_rate": "1"})) == [0, 0, 0], (
        "none is a rate that stands"
    )
    moved = psa.put("directory/rate-cards", {**card, "contract": "C2"}, {**card, "contract": "C3"})
    assert counts(moved) == [2, 0, 0], "a contract's first card is told"
