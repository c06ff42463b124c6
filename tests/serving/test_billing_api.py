"""What a system that bills reads: the lines of drafts page by page, one draft whole, disputes with their owners."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.flows.billing_firm import NOW, bill, entry, fill, post_it
from tests.flows.firm import Firm
from tests.serving.conftest import TENANT, Site, running

from hourtrail.domain.billing import DisputeReason
from hourtrail.flows.billing.disputes import DisputeRequest, dispute
from hourtrail.store import open_store


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A posted draft of three lines, an open one of a milestone, and three disputes."""
    folder = tmp_path_factory.mktemp("billed")
    with open_store(f"sqlite:///{folder / 'firm.db'}") as store:
        firm = Firm(store, folder)
        firm.tenant = TENANT
        fill(firm, *(entry(f"e{number}") for number in range(3)))
        posted = bill(firm)
        post_it(firm, posted)
        bill(firm, "C-MS", now=NOW + timedelta(minutes=1))
        for number in range(3):
            said = DisputeRequest(target=f"e{number}", reason=DisputeReason.WRONG_HOURS, raised_by="Lee", actor="fin")
            dispute(store, TENANT, said, now=NOW + timedelta(minutes=2 + number))
        with running(store) as site:
            yield site, posted.draft.id


def pages(site: Site, path: str, key: str, **params: str) -> list[list[dict]]:
    found, cursor = [], None
    while True:
        body = site.get(path, limit="2", **params, **({"cursor": cursor} if cursor else {}))
        found.append(body[key])
        cursor = body["next_cursor"]
        if cursor is None:
            return found


def test_lines_come_page_by_page_with_their_draft(billed):
    site, posted = billed
    first, second = pages(site, "/v1/draft-lines", "draft_lines")
    assert [(row["entry"], row["draft_status"]) for row in first] == [("e0", "posted"), ("e1", "posted")]
    assert [(row["entry"], row["milestone"], row["draft_status"]) for row in second] == [
        ("e2", None, "posted"), (None, "M1", "open"),
    ]  # fmt: skip
    assert (first[0]["contract"], first[0]["client"], first[0]["amount"]["amount"], first[0]["tax"]) == (
        "C-TM", "acme", "150.00", None,
    )  # fmt: skip
    taken = [row["entry"] for page in pages(site, "/v1/draft-lines", "draft_lines", status="posted") for row in page]
    assert taken == ["e0", "e1", "e2"]
    assert [row["milestone"] for row in site.get("/v1/draft-lines", client="initech")["draft_lines"]] == ["M1"]
    whole = site.get(f"/v1/drafts/{posted}")
    assert (whole["status"], [row["amount"] for row in whole["totals"]], len(whole["lines"])) == (
        "posted",
        ["450.00"],
        3,
    )


def test_disputes_tell_queue_and_owner_and_the_clients_that_dispute_often(billed):
    site, _ = billed
    first, second = pages(site, "/v1/disputes", "disputes", open="true")
    assert [row["entry"] for row in (*first, *second)] == ["e0", "e1", "e2"]
    assert {(row["status"], row["owner"], row["blame"]) for row in first} == {("open", "kim", "entry")}
    assert all(row["client"] == "acme" for row in site.get("/v1/disputes")["clients"])
    assert site.get("/v1/disputes", client="globex")["disputes"] == []
    assert site.get("/v1/findings", route="approvals")["items"] == []
    assert {row["finding"]["check"] for row in site.get("/v1/findings", route="disputes")["items"]} >= {"disputed_line"}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v1/draft-lines?cursor=WzEsMiwzXQ==", 422, "cursor"),
        ("/v1/draft-lines?cursor=%F0%9F%92%A3", 422, "cursor"),
        ("/v1/disputes?cursor=bm9uZQ==", 422, "cursor"),
        ("/v1/draft-lines?status=paid", 422, "open"),
        ("/v1/draft-lines?limit=0", 422, "limit"),
        ("/v1/draft-lines?draft=draft_9", 404, "draft_9"),
        ("/v1/drafts/draft_9", 404, "draft_9"),
    ],
)
def test_what_is_asked_wrongly_is_a_problem_that_says_so(billed, path, status, says):
    response = billed[0].http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert says in response.text
