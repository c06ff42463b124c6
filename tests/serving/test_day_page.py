"""The day page in a real browser: by click, by keys alone, without JavaScript, on a phone, and for everybody."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import ADA, BEN, CHROMIUM, DANA, TENANT, Site, running

from hourtrail.domain.access import Role
from hourtrail.domain.suggestion import Suggestion
from hourtrail.store import Store
from hourtrail_serving.gate import Login

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the day page is untested here; apt-get install -y chromium"),
]
BUSY = {"person": BEN, "date": "2026-03-03"}


def day_of(site: Site, person: str = BEN, most: int = 2) -> str:
    """The address of a day with at least ``most`` suggestions that have a work item."""
    rows = site.open_suggestions(person)
    days = [row["date"] for row in rows]
    busiest = max(days, key=days.count)
    assert days.count(busiest) >= most
    return f"{site.url}/day?person={person}&date={busiest}"


def waiting(site: Site, url: str) -> list[dict[str, Any]]:
    day = url.rsplit("=", 1)[1]
    person = re.findall(r"person=([^&]+)", url)[0]
    return [
        row for row in site.get("/v1/suggestions", person=person, status="open")["suggestions"] if row["date"] == day
    ]


def visit(site: Site, page: Page, url: str) -> None:
    """Open a page as the person whose day it is."""
    named = re.findall(r"person=([^&]+)", url)
    site.enter(page.context, named[0] if named else ADA)
    page.goto(url)


def ready(page: Page) -> None:
    """The script has run: it shows the line that explains the keys."""
    expect(page.get_by_text("keys are o")).to_be_visible()


def store_changed(site: Site, identifier: str, **changes: Any) -> Suggestion:
    with site.store.tenant(TENANT) as db:
        before = db.suggestion(identifier)
        after = replace(before, **changes, revision=before.revision + 1)
        db.reconcile_suggestions(create=[], update=[after], withdraw=[])
    return after


def test_a_click_accepts_and_a_click_takes_it_back(site: Site, page: Page) -> None:
    url = day_of(site)
    first = waiting(site, url)[0]
    visit(site, page, url)
    card = page.locator(f"#{first['id']}")
    for label in ("Evidence", "Suggested", "Billed"):
        expect(card.get_by_text(label, exact=True)).to_be_visible()
    expect(card).to_contain_text(first["rounding"])
    for reason in first["reasons"]:
        expect(card).to_contain_text(reason)
    card.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    (entry,) = [row for row in site.entries() if row.suggestion == first["id"]]
    assert entry.minutes == first["suggested_minutes"]
    with site.store.tenant(TENANT, read_only=True) as db:
        decision = db.decision(entry.decision)
    assert decision.actor == BEN
    assert decision.seconds is not None
    page.locator(".note").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is waiting again")).to_be_visible()
    assert not [row for row in site.entries() if row.suggestion == first["id"]]


def test_keys_alone_do_it_all(site: Site, page: Page) -> None:
    url = day_of(site)
    rows = waiting(site, url)
    visit(site, page, url)
    page.keyboard.press("j")
    expect(page.locator(".card").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".card").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    assert site.get(f"/v1/suggestions/{rows[0]['id']}")["status"] == "decided"
    ready(page)
    page.keyboard.press("u")
    expect(page.get_by_text("is waiting again")).to_be_visible()
    ready(page)
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="Not work")).to_be_visible()
    assert site.get(f"/v1/suggestions/{rows[0]['id']}")["status"] == "decided"


def test_keys_go_on_working_while_a_button_has_the_focus(site: Site, page: Page) -> None:
    url = day_of(site)
    rows = waiting(site, url)
    visit(site, page, url)
    second = page.locator(".card").nth(1)
    second.get_by_role("button", name="Not work").focus()
    page.keyboard.press("k")
    expect(page.locator(".card").nth(0)).to_be_focused()
    second.get_by_role("button", name="Accept").focus()
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="Not work")).to_be_visible()
    assert site.get(f"/v1/suggestions/{rows[1]['id']}")["status"] == "decided"
    # Enter on a focused button is that button's, not the card's.
    page.locator(".card").nth(0).get_by_role("button", name="Not work").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**done={rows[0]['id']}*")
    with site.store.tenant(TENANT, read_only=True) as db:
        current = db.current_decision(rows[0]["id"])
    assert current is not None
    assert current.verdict == "not_work"


def test_typing_is_not_taken_for_keys_and_keys_can_be_switched_off(site: Site, page: Page) -> None:
    url = day_of(site)
    before = len(waiting(site, url))
    visit(site, page, url)
    page.locator("summary").first.click()
    field = page.get_by_label("What was done").first
    field.press_sequentially("x1uj")
    assert "x1uj" in field.input_value()
    page.get_by_role("button", name="keys are on").click()
    page.keyboard.press("x")
    page.reload()
    expect(page.get_by_role("button", name="keys are off")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("Control+1")
    assert len(waiting(site, url)) == before


@pytest.mark.parametrize("by_key", [True, False])
def test_an_alternative_is_one_step_away(site: Site, page: Page, by_key: bool) -> None:
    row = next(row for row in site.open_suggestions(ADA) if len(row["alternatives"]) > 1)
    visit(site, page, f"{site.url}/day?person={ADA}&date={row['date']}")
    card = page.locator(f"#{row['id']}")
    if by_key:
        card.focus()
        page.keyboard.press("1")
    else:
        card.get_by_role("group", name="Or book it on").get_by_role("button").first.click()
    expect(page.get_by_role("status").filter(has_text="Changed")).to_be_visible()
    (entry,) = [entry for entry in site.entries() if entry.suggestion == row["id"]]
    other = row["alternatives"][1]
    assert (entry.item.client, entry.item.project, entry.item.task) == (
        other["client"],
        other["project"],
        other["task"],
    )


def test_minutes_and_words_can_be_changed(site: Site, page: Page) -> None:
    row = site.open_suggestions(BEN)[0]
    visit(site, page, f"{site.url}/day?person={BEN}&date={row['date']}")
    card = page.locator(f"#{row['id']}")
    card.locator("summary").click()
    card.get_by_label("Minutes").fill("12")
    card.get_by_label("What was done").fill("Short call")
    card.get_by_role("button", name="Book this").click()
    expect(page.get_by_role("cell", name="Short call", exact=True)).to_be_visible()
    (entry,) = [entry for entry in site.entries() if entry.suggestion == row["id"]]
    assert (entry.minutes, entry.narrative) == (12, "Short call")


def test_a_work_item_that_is_not_theirs_is_refused_on_the_page(site: Site, page: Page) -> None:
    row = site.open_suggestions(BEN)[0]
    visit(site, page, f"{site.url}/day?person={BEN}&date={row['date']}")
    card = page.locator(f"#{row['id']}")
    card.locator("summary").click()
    card.get_by_label("Work item").fill("acme/secret")
    with page.expect_response("**/day/decide") as answered:
        card.get_by_role("button", name="Book this").click()
    assert answered.value.status == 422
    expect(page.get_by_role("alert")).to_contain_text("acme/secret")
    assert site.get(f"/v1/suggestions/{row['id']}")["status"] == "open"


def test_what_changed_meanwhile_is_said_and_not_booked(site: Site, page: Page) -> None:
    row = site.open_suggestions(BEN)[0]
    visit(site, page, f"{site.url}/day?person={BEN}&date={row['date']}")
    store_changed(site, row["id"], narrative="Another thing")
    page.locator(f"#{row['id']}").get_by_role("button", name="Accept").click()
    expect(page.get_by_role("alert")).to_contain_text("has changed since it was shown")
    expect(page.get_by_role("heading", name="Another thing")).to_be_visible()
    assert site.get(f"/v1/suggestions/{row['id']}")["status"] == "open"


def test_everything_works_without_javascript(site: Site, browser: Browser) -> None:
    url = day_of(site)
    rows = waiting(site, url)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    visit(site, page, url)
    assert "j" not in page.locator("footer .keys:visible").all_inner_texts()
    page.locator(f"#{rows[0]['id']}").get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    page.locator(f"#{rows[1]['id']}").get_by_role("button", name="Not work").click()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is waiting again")).to_be_visible()
    context.close()
    statuses = [site.get(f"/v1/suggestions/{row['id']}")["status"] for row in rows[:2]]
    assert statuses == ["decided", "open"]


def test_without_a_login_who_decides_is_chosen_in_the_open(store: Store, page: Page) -> None:
    with running(store, login=Login(required=False)) as site:
        url = day_of(site)
        row = waiting(site, url)[0]
        page.goto(url)
        expect(page.get_by_text("No login.")).to_be_visible()
        page.get_by_label("deciding as").select_option(DANA)
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".who")).to_contain_text("for somebody else")
        page.locator(f"#{row['id']}").get_by_role("button", name="Accept").click()
        expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
        expect(page.locator("#actor")).to_have_text(DANA)
        assert Axe().run(page).violations_count == 0
        with site.store.tenant(TENANT, read_only=True) as db:
            decision = db.current_decision(row["id"])
            told = [(event.action.text, event.actor) for event in db.audit_events()][-1]
    assert decision is not None
    assert decision.actor == DANA
    assert told == ("system:word:carried", "system:no-login"), "the trail says that nobody was signed in"


def test_nobody_opens_or_decides_somebody_elses_day(site: Site, page: Page) -> None:
    row = site.open_suggestions(BEN)[0]
    site.enter(page.context, ADA)
    with page.expect_response("**/day?**") as answered:
        page.goto(f"{site.url}/day?person={BEN}&date={row['date']}")
    assert answered.value.status == 403
    expect(page.get_by_role("heading", name="Not for you")).to_be_visible()
    assert row["narrative"] not in page.content()
    assert Axe().run(page).violations_count == 0
    ada = site.person(ADA, Role.CONSULTANT)
    form = {"suggestion": row["id"], "verdict": "accept", "date": row["date"], "revision": "1", "shown_at": "2026-03-03T18:00:00Z"}  # fmt: skip
    for person, named in ((BEN, ""), (ADA, BEN), (BEN, BEN), (ADA, "")):
        answer = ada.post("/day/decide", data={**form, "person": person, "as": named})
        assert answer.status_code in {403, 404}, answer.text
    assert site.get(f"/v1/suggestions/{row['id']}")["status"] == "open"


def test_a_title_is_text_and_never_markup(site: Site, page: Page) -> None:
    row = site.open_suggestions(BEN)[0]
    hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&"
    before = store_changed(site, row["id"], narrative=hostile, reasons=("<b>bold</b>",))
    store_changed(site, row["id"], block=replace(before.block, title=hostile))
    visit(site, page, f"{site.url}/day?person={BEN}&date={row['date']}&as=<script>alert(1)</script>&done={row['id']}")
    expect(page.get_by_role("heading", name=hostile)).to_be_visible()
    expect(page.locator(".reasons", has_text="<b>bold</b>")).to_be_visible()
    assert page.title().endswith("Hourtrail")
    assert page.locator("main script, main img").count() == 0


def test_the_front_door_leads_to_what_is_waiting(site: Site, page: Page) -> None:
    visit(site, page, site.url)
    expect(page).to_have_url(re.compile(r"/day\?person=ada%40northlight\.example&date=2026-03-"))
    page.get_by_role("link", name=re.compile("→")).click()
    page.get_by_role("link", name=re.compile("←")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("March 2026"))


def test_what_was_seen_but_not_proposed_is_named(site: Site, page: Page) -> None:
    visit(site, page, f"{site.url}/day?person={ADA}&date=2026-03-03")
    expect(page.locator("section", has=page.locator("#withheld"))).to_contain_text("declined by its owner")
    expect(page.locator("table.week tbody tr")).not_to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, browser: Browser, scheme: Any, width: int) -> None:
    row = site.open_suggestions(BEN)[0]
    assert site.decide(row).status_code == 201
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    days = sorted({row["date"] for row in site.open_suggestions(BEN)})
    for path in (
        f"/day?person={BEN}&date={row['date']}&done={row['id']}",
        f"/day?person={ADA}&date={days[0]}",
    ):
        visit(site, page, site.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_empty_state_says_what_to_do(site: Site, page: Page) -> None:
    with site.store.tenant(TENANT) as db:
        rows = [row.id for row in db.suggestions() if row.status == "open"]
        db.reconcile_suggestions(create=[], update=[], withdraw=rows)
    visit(site, page, site.url)
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    expect(page.get_by_text("hourtrail ingest")).to_be_visible()
    assert Axe().run(page).violations_count == 0


def test_a_day_without_anything_is_a_page_too(site: Site, page: Page) -> None:
    for person, day in ((ADA, date(2030, 1, 1)), ("nobody", date(1970, 1, 1)), (ADA, date(2199, 12, 31))):
        visit(site, page, f"{site.url}/day?person={person}&date={day}")
        expect(page.get_by_text("Nothing is waiting on this day.")).to_be_visible()
