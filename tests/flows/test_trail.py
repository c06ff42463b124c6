"""One call walks the whole chain of an entry, back to what it rests on and on to what it was billed for."""

from tests.flows.billing_firm import NOW, bill, entry, fill, post_it

from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.review import Raised, ReviewKind
from hourtrail.flows.billing.disputes import DisputeRequest, dispute
from hourtrail.flows.review import ReviewRequest, review
from hourtrail.flows.trail import Parts, trail


def test_from_the_finding_to_the_posted_line(firm_on_both):
    firm = firm_on_both
    fill(firm, entry("good"), entry("other"))
    found = Finding(
        id="finding_1", check="duplicate_entry", severity=Severity.BLOCK, subject=Subject(time_entry="good"), score=1.0,
        measured="2", expected="1", explanation="Twice.", fingerprint="fact_1",
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.add_findings([Raised(finding=found, worker="ada")], NOW)
    said = ReviewRequest(target="finding_1", kind=ReviewKind.ACCEPTABLE, actor="kim", reason_code="agreed_with_client")
    review(firm.store, firm.tenant, said, now=NOW)
    made = bill(firm)
    post_it(firm, made)
    line = next(row for row in made.lines if row.entry == "good")
    request = DisputeRequest(actor="fin", reason=DisputeReason.WRONG_HOURS, raised_by="Lee of acme", target=line.id)
    dispute(firm.store, firm.tenant, request, now=NOW)

    chain = trail(firm.store, firm.tenant, "good")
    said_of = {row["check"]: [one["actor"] for one in row["reviews"]] for row in chain["findings"]}
    assert said_of["duplicate_entry"] == ["kim"]
    [billed] = chain["billing"]["lines"]
    assert (billed["id"], billed["draft_status"], billed["amount"]["amount"]) == (line.id, "posted", "150.00")
    assert (billed["last_word"]["actor"], billed["last_word"]["word"]) == ("flo", "posted")
    assert [row["raised_by"] for row in chain["billing"]["disputes"]] == ["Lee of acme"]
    assert [step["to"] for step in chain["approvals"]] == ["invoiced"]
    assert (chain["decision"], chain["corrected"], chain["evidence"]) == (None, [], []), "it was imported"

    shown = trail(firm.store, firm.tenant, "good", Parts(findings=False, billing=False))
    assert (shown["findings"], shown["billing"]) == (None, None)
    assert {name: value for name, value in shown.items() if value is not None} == {
        name: value for name, value in chain.items() if name in shown and shown[name] is not None
    }
