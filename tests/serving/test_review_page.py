"""The review page in a real browser: keys alone, by click, without JavaScript, on a phone, and for everybody."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import CHROMIUM, TENANT, Site, running
from tests.serving.review_site import IRIS, KIM, VERA, entry, fill_review, line, queue, say

from hourtrail.domain.access import Role
from hourtrail.domain.entry import EntryStatus
from hourtrail.flows.review_settings import review_policy_of, set_review_policy
from hourtrail.policy.one_by_one import OneByOne
from hourtrail.store import open_store
from hourtrail_serving.pages.review_view import version_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM, reason="NO CHROMIUM: the review page is untested here; apt-get install -y chromium"
    ),
]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The firm of the review tests, for one test."""
    with open_store(f"sqlite:///{tmp_path / 'firm.db'}") as store:
        fill_review(store)
        with running(store) as found:
            yield found


def visit(site: Site, page: Page, reviewer: str = KIM, path: str = "/review") -> None:
    site.enter(page.context, reviewer, Role.REVIEWER)
    page.goto(site.url + path)


def ready(page: Page) -> None:
    """The script has run: it shows the line that explains the keys."""
    expect(page.get_by_text("keys are o")).to_be_visible()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
    ready(page)


def test_keys_alone_answer_undo_and_clear_the_rest(site: Site, page: Page) -> None:
    names = [row["id"] for row in queue(site)]
    assert len(names) == 3
    visit(site, page, VERA)
    ready(page)
    page.keyboard.press("j")
    expect(page.locator(".card").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".card").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("t")
    said(page, "True issue")
    assert [row["id"] for row in queue(site)] == names[1:]
    page.keyboard.press("u")
    said(page, "Logged")
    assert [row["id"] for row in queue(site)] == names
    page.keyboard.press("f")
    said(page, "False alarm")
    page.keyboard.press("a")
    said(page, "Acceptable")
    assert [row["id"] for row in queue(site)] == names[2:]
    page.keyboard.press("c")
    said(page, "23 entries approved in one act")  # the 20, and the three of the cause that is acceptable
    with site.store.tenant(TENANT, read_only=True) as db:
        approved = [row for row in db.entries() if row.status is EntryStatus.APPROVED]
        (cleared,) = db.clearings()
        seconds = [row.seconds for name in names for row in db.reviews(name) if row.seconds is not None]
    assert (len(approved), cleared.actor, cleared.sampled) == (23, VERA, 2)
    assert cleared.seconds is not None
    assert all(one >= 0 for one in seconds)


def test_a_line_shows_expected_actual_and_three_comparable_entries(site: Site, page: Page) -> None:
    long = line(site, "implausible_minutes")
    visit(site, page)
    card = page.locator(f"#{long['id']}")
    for words in (
        "Measured",
        "16 h 40 min",
        "Expected",
        "at most 16 h in one entry",
        "80.00 EUR",
        "likely a true issue",
    ):
        expect(card).to_contain_text(words)
    expect(card.locator("tbody tr")).to_have_count(4)
    expect(card.locator("tr.this")).to_contain_text("Everything before the <b>release</b>")
    assert card.locator("b").count() == 0, "what somebody wrote is text and never markup"


def test_one_click_answers_a_whole_cause(site: Site, page: Page) -> None:
    gap = line(site, "unknown_work_item")
    visit(site, page, VERA)
    card = page.locator(f"#{gap['id']}")
    expect(card).to_contain_text("3 findings with one cause")
    card.locator("summary").click()
    expect(card.locator(".evidence li")).to_have_count(3)
    card.get_by_label("Resolution").select_option("true_issue:master_data_fixed")
    card.get_by_label("Note").first.fill("Added to the list")
    card.get_by_role("button", name="Close with this").click()
    said(page, "True issue: unknown work item")
    with site.store.tenant(TENANT, read_only=True) as db:
        rows = [row for name in gap["members"] for row in db.reviews(name)]
    assert {(row.reason_code, row.note, row.actor) for row in rows} == {
        ("master_data_fixed", "Added to the list", VERA)
    }
    assert len({row.act for row in rows}) == 1
    assert len(rows) == 3


def test_handing_on_and_notes_stay_with_the_line(site: Site, page: Page) -> None:
    long = line(site, "implausible_minutes")["id"]
    visit(site, page)
    card = page.locator(f"#{long}")
    card.locator("summary").click()
    card.get_by_label("Hand to").fill(VERA)
    card.get_by_label("Note").last.fill("You were there")
    card.get_by_role("button", name="Assign").click()
    said(page, "Logged")
    card.locator("summary").click()
    expect(card).to_contain_text(f"assign by {KIM} to {VERA}: You were there")
    expect(card.locator(".minutes")).to_contain_text(VERA)


def test_own_time_and_stale_lines_are_refused_on_the_page(site: Site, page: Page) -> None:
    long = line(site, "implausible_minutes")["id"]
    visit(site, page, IRIS)
    with page.expect_response("**/review/say") as answered:
        page.locator(f"#{long}").get_by_role("button", name="Acceptable").click()
    assert answered.value.status == 403
    expect(page.get_by_role("alert")).to_contain_text("own time")
    visit(site, page)
    assert say(site, long, "false_alarm", VERA).status_code == 201
    with page.expect_response("**/review/say") as answered:
        page.locator(f"#{long}").get_by_role("button", name="True issue").click()
    assert answered.value.status == 409
    expect(page.get_by_role("alert")).to_contain_text("was reviewed (false_alarm) by vera")


def test_a_rest_that_grew_since_it_was_shown_is_not_cleared(site: Site, page: Page) -> None:
    visit(site, page)
    with site.store.tenant(TENANT) as db:
        db.put_entries([entry("late", IRIS, 17)])
    with page.expect_response("**/review/clear") as answered:
        page.get_by_role("button", name="Clear the rest").click()
    assert answered.value.status == 409
    expect(page.get_by_role("alert")).to_contain_text("21 entries can be cleared now, not the 20 that were shown")


def test_what_is_to_be_looked_at_alone_is_listed_with_its_reason(site: Site, page: Page) -> None:
    with site.store.tenant(TENANT, read_only=True) as db:
        policy = review_policy_of(db)
    set_review_policy(site.store, TENANT, replace(policy, one_by_one=OneByOne(clients=frozenset({"acme"}))), VERA)
    visit(site, page, VERA, "/review?from=2026-04-13&to=2026-04-13")
    expect(page.get_by_role("heading", name="One by one (5)")).to_be_visible()
    expect(page.get_by_role("article").filter(has_text="client acme is looked at one by one")).to_have_count(5)
    expect(page.get_by_text("Of 5 submitted entries")).to_contain_text(
        "5 are looked at one by one; nothing speaks against 0"
    )


def one_by_one(site: Site) -> None:
    with site.store.tenant(TENANT, read_only=True) as db:
        policy = review_policy_of(db)
    set_review_policy(site.store, TENANT, replace(policy, one_by_one=OneByOne(clients=frozenset({"acme"}))), VERA)


ALONE = "/review?from=2026-04-13&to=2026-04-13"


def approved(site: Site) -> set[str]:
    with site.store.tenant(TENANT, read_only=True) as db:
        return {row.id for row in db.entries() if row.status is EntryStatus.APPROVED}


def test_keys_alone_approve_what_is_looked_at_one_by_one(site: Site, page: Page) -> None:
    one_by_one(site)
    visit(site, page, VERA, ALONE)
    ready(page)
    second = page.locator("#alone-2")
    words = second.get_by_role("heading").inner_text()
    meant = second.locator("input[name=entry]").get_attribute("value")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("p")
    said(page, f"Approved on its own: {words}")
    expect(page.get_by_role("heading", name="One by one (4)")).to_be_visible()
    assert approved(site) == {meant}
    expect(page.get_by_role("button", name=re.compile("^Approve .*1:00$"))).to_have_count(4)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_is_approved_alone_is_what_was_shown_and_goes_by_the_same_rules(site: Site, page: Page) -> None:
    one_by_one(site)
    vera = site.person(VERA, Role.REVIEWER)
    visit(site, page, VERA, ALONE)
    version = page.locator("#alone-1 input[name=version]").get_attribute("value")
    shown = page.locator("#alone-1 input[name=entry]").get_attribute("value")
    form = {"from": "2026-04-13", "to": "2026-04-13", "shown_at": "2026-04-30T09:00:00Z", "version": version or ""}
    form["csrf"] = vera.headers["X-CSRF-Token"]

    def ask(entry: str | None, version: str | None = version, **more: str) -> tuple[int, str]:
        answer = vera.post("/review/approve", data={**form, "entry": entry or "", "version": version or "", **more})
        return answer.status_code, answer.text

    assert "has changed since it was shown" in ask(shown, "0" * 32)[1]
    with site.store.tenant(TENANT) as db:
        db.put_entries([entry("vera's", VERA, 13)])
        mine, flagged = version_of(db.entry("vera's")), version_of(db.entry("long"))
    assert ask("vera's", mine)[0] == 403, "nobody approves their own time"
    status, text = ask("long", flagged)
    assert (status, "a finding speaks against this entry" in text) == (409, True)
    assert ask("nothing")[0] == 404
    assert approved(site) == set()
    assert ask(shown)[0] == 303
    assert ask(shown)[0] == 409
    iris = site.person(IRIS, Role.CONSULTANT)
    form["csrf"] = iris.headers["X-CSRF-Token"]
    assert iris.post("/review/approve", data={**form, "entry": shown or ""}).status_code == 403
    assert approved(site) == {shown}


def test_one_is_approved_alone_without_javascript_and_on_a_phone(site: Site, browser: Browser) -> None:
    one_by_one(site)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    visit(site, page, VERA, ALONE)
    page.get_by_role("button", name=re.compile("^Approve ")).first.click()
    expect(page.get_by_role("status").filter(has_text="Approved on its own")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_everything_works_without_javascript(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    long = line(site, "implausible_minutes")["id"]
    visit(site, page)
    page.locator(f"#{long}").get_by_role("button", name="False alarm").click()
    expect(page.get_by_role("status").filter(has_text="False alarm")).to_be_visible()
    assert queue(site, check="implausible_minutes") == []
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    assert len(queue(site, check="implausible_minutes")) == 1
    page.get_by_role("button", name="Clear the rest").click()
    expect(page.get_by_role("status").filter(has_text="approved in one act")).to_be_visible()
    expect(page.get_by_role("heading", name="Drawn for a second look (2)")).to_be_visible()
    context.close()


def test_the_second_look_says_nothing_of_the_first(site: Site, page: Page) -> None:
    visit(site, page)
    page.get_by_role("button", name="Clear the rest").click()
    said(page, "approved in one act")
    visit(site, page, VERA)
    audits = page.locator("section", has=page.locator("#audits"))
    text = audits.inner_text()
    assert "kim" not in text.lower()
    assert "approved" not in text.lower()
    audits.locator(".card").first.get_by_role("button", name="True issue").click()
    said(page, "True issue: audit sample")
    assert site.get("/v1/checks/precision")["cleared"]["wrong"] == 1


def test_a_muted_check_is_named_with_its_precision(site: Site, page: Page) -> None:
    with site.store.tenant(TENANT) as db:
        db.put_entries([entry(f"big{n}", IRIS, 1 + n, minutes=1000) for n in range(14)])
    for n in range(14):
        moved = site.http.post(f"/v1/time-entries/big{n}/status", json={"status": "draft", "actor": IRIS})
        assert moved.status_code == 200
    rows = queue(site, check="implausible_minutes", limit="500")
    told = [say(site, row["id"], "false_alarm").json()["muting"] for row in rows]
    assert any("muted: precision 0 of 14" in words for one in told for words in one)
    visit(site, page)
    muted = page.locator("section", has=page.locator("#muted"))
    expect(muted).to_contain_text("implausible minutes muted: precision 0 of 14")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, browser: Browser, scheme: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    long = line(site, "implausible_minutes")["id"]
    assert say(site, long, "note", note="A long night").status_code == 201
    assert say(site, line(site, "daily_hours")["id"], "acceptable").status_code == 201
    kim = site.person(KIM, Role.REVIEWER)
    cleared = kim.post("/v1/findings:clear", json={"from": "2026-04-01", "to": "2026-04-14"})
    assert cleared.status_code == 201
    for path in (
        f"/review?done={cleared.json()['id']}",
        "/review?queue=nothing&from=2020-01-01&to=2020-01-02",
    ):
        visit(site, page, VERA, path)
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_strange_addresses_are_pages_or_problems(site: Site, page: Page) -> None:
    for path in (
        "/review?as=<script>alert(1)</script>",
        "/review?from=2026-05-01&to=2026-04-01",
        "/review?done=act_nothing",
    ):
        visit(site, page, VERA, path)
        expect(page.get_by_role("heading", name="Review")).to_be_visible()
        assert page.locator("main script").count() == 0
    kim = site.person(KIM, Role.REVIEWER)
    assert kim.get("/review", params={"from": "yesterday"}).status_code == 422
    body = {"target": "x", "say": "explode", "shown_at": "2026-04-30T09:00:00Z"}
    assert kim.post("/review/say", data=body).status_code == 422
    rest = {"expected": "1", "shown_at": "2026-04-30T09:00:00Z"}
    assert kim.post("/review/clear", data=rest).status_code == 422


def test_an_auditor_reads_and_is_offered_nothing_else(site: Site, page: Page) -> None:
    assert say(site, line(site, "daily_hours")["id"], "acceptable").status_code == 201
    site.enter(page.context, "auditor@northlight.example", Role.AUDITOR)
    page.goto(f"{site.url}/")
    expect(page).to_have_url(re.compile("/review$"))
    expect(page.locator(".card")).not_to_have_count(0)
    expect(page.get_by_text("You may read this and not answer.")).to_be_visible()
    assert page.locator("main button").count() == 0
    assert page.locator("main form").count() <= 1
    assert Axe().run(page).violations_count == 0


def test_a_firm_without_anything_has_a_page_too(tmp_path: Path, page: Page) -> None:
    with open_store(f"sqlite:///{tmp_path / 'empty.db'}") as store, running(store) as site:
        visit(site, page)
        expect(page.get_by_text("Nothing needs a person")).to_be_visible()
        assert Axe().run(page).violations_count == 0
