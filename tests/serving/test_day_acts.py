"""The day page's acts on many things at once, in a real browser: accept what is sure, take it back, submit the week."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import ADA, BEN, CHROMIUM, DANA, TENANT, Site
from tests.serving.test_day_page import day_of, ready, store_changed, visit, waiting

from hourtrail.domain.access import Role
from hourtrail.domain.suggestion import Band
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.policy.review import load

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the day page is untested here; apt-get install -y chromium"),
]


def sure(site: Site, most: int = 2) -> str:
    """A day of which ``most`` suggestions are sure."""
    url = day_of(site, most=most)
    for row in [row for row in waiting(site, url) if row["project"]][:most]:
        store_changed(site, row["id"], band=Band.PREFILL)
    return url


def test_a_day_is_confirmed_taken_back_and_submitted_by_keys_alone(site: Site, page: Page) -> None:
    url = sure(site)
    before = len(waiting(site, url))
    visit(site, page, url)
    ready(page)
    page.keyboard.press("a")
    expect(page.locator(".note.good")).to_contain_text("Accepted together: 2")
    assert len(waiting(site, url)) == before - 2
    ready(page)
    page.keyboard.press("u")
    expect(page.get_by_text("Accept the 2 that are sure")).to_be_visible()
    assert len(waiting(site, url)) == before
    ready(page)
    page.keyboard.press("a")
    expect(page.locator(".note.good")).to_contain_text("Accepted together: 2")
    ready(page)
    page.keyboard.press("s")
    expect(page.locator(".note.good")).to_have_text("The week is submitted.")
    week = site.get(f"/v1/timesheets/{BEN}/{url.rsplit('=', 1)[1]}")
    assert (week["status"], week["entries"]["draft"]) == ("submitted", 0)
    page.get_by_role("button", name="Take the week back").click()
    expect(page.locator(".note.good")).to_contain_text("yours again")
    assert site.get(f"/v1/timesheets/{BEN}/{week['week']}")["status"] == "draft"


def test_it_works_without_a_script_and_what_the_policy_keeps_back_stays(site: Site, browser: Browser) -> None:
    url = sure(site, 3)
    kept = next(row for row in waiting(site, url) if row["band"] == "prefill")
    text = f'version = "alone"\n[one_by_one]\nclients = ["{kept["client"]}"]'
    set_review_policy(site.store, TENANT, load(text), DANA, now=datetime.now(UTC))
    context = browser.new_context(java_script_enabled=False)
    site.enter(context, BEN)
    page = context.new_page()
    page.goto(url)
    card = page.locator(f"#{kept['id']}")
    expect(card).to_contain_text(f"client {kept['client']} is looked at one by one")
    free = [row for row in waiting(site, url) if row["band"] == "prefill" and row["client"] != kept["client"]]
    button = page.get_by_role("button", name="that are sure")
    if len(free) > 1:
        button.click()
        expect(page.locator(".note.good")).to_contain_text(f"Accepted together: {len(free)}")
    else:
        expect(button).to_have_count(0)
    page.locator(f"#{kept['id']}").get_by_role("button", name="Accept").click()
    expect(page.locator(".note.good")).to_contain_text("Accepted")
    page.get_by_role("button", name="Submit the week").click()
    expect(page.locator(".note.good")).to_have_text("The week is submitted.")
    context.close()


def test_forms_that_do_not_fit_or_are_not_ones_own_change_nothing(site: Site) -> None:
    ada = site.person(ADA, Role.CONSULTANT)
    token = ada.headers["X-CSRF-Token"]
    fields = {"csrf": token, "person": BEN, "date": "2026-03-03"}
    assert ada.post("/day/submit", data={**fields, "act": "submit"}).status_code == 403
    row = site.open_suggestions(BEN)[0]
    bulk = {**fields, "verdict": "accept", "shown_at": "2026-03-03T18:00:00Z", "row": f"{row['id']}@{row['revision']}"}
    assert ada.post("/day/accept", data=bulk).status_code == 403
    own = ada.post("/day/accept", data={**bulk, "person": ADA})
    assert (own.status_code, "Nothing was changed" in own.text) == (404, True)
    for change in ({"row": "x"}, {"verdict": "edit"}, {"shown_at": "now"}, {"row": []}):
        assert ada.post("/day/accept", data={**bulk, "person": ADA, **change}).status_code == 422
    assert ada.post("/day/submit", data={**fields, "person": ADA, "act": "approve"}).status_code == 422
    assert site.get(f"/v1/suggestions/{row['id']}")["status"] == "open"
