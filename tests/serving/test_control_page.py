"""The control page in a real browser: the kill switch within reach of those who may press it, with and without JavaScript."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import ADA, CHROMIUM, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.autopost import OrderTerms
from hourtrail.domain.money import Money
from hourtrail.flows.autopost import enable_order, propose_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM, reason="NO CHROMIUM: the control page is untested here; apt-get install -y chromium"
    ),
]
KIM, REV = "kim@northlight.example", "rev@northlight.example"


def ordered(site: Site) -> str:
    """An order in force, of two administrators with accounts."""
    for who in (DANA, KIM):
        site.person(who, Role.ADMIN)
    last = datetime.now(UTC).date() + timedelta(days=30)
    terms = OrderTerms(most=Money(Decimal(400), "EUR"), most_minutes=240, last_day=last)
    made = propose_order(site.store, TENANT, terms, DANA, "less clicking")
    return enable_order(site.store, TENANT, made.id, KIM, "agreed").id


def in_force(site: Site) -> bool:
    with site.store.tenant(TENANT, read_only=True) as db:
        return db.auto_post().in_force(datetime.now(UTC)) is not None


@pytest.mark.parametrize("script", [True, False])
def test_a_reviewer_stops_it_with_one_press(site: Site, browser: Browser, script: bool) -> None:
    ordered(site)
    context = browser.new_context(java_script_enabled=script)
    site.enter(context, REV, Role.REVIEWER)
    page = context.new_page()
    page.goto(f"{site.url}/review")
    page.get_by_role("link", name="Control").click()
    expect(page.get_by_text("less clicking").first).to_be_visible()
    expect(page.get_by_role("button", name="Put in force")).to_have_count(0)
    assert in_force(site)
    button = page.get_by_role("button", name="Stop automatic submission now")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Stopped.")).to_be_visible()
    expect(page.get_by_text(f"stopped by {REV}").first).to_be_visible()
    assert not in_force(site)
    context.close()


def test_an_administrator_sees_what_is_missing_and_goes_down_at_once(site: Site, page: Page) -> None:
    site.enter(page.context, DANA, Role.ADMIN)
    page.goto(f"{site.url}/control")
    page.get_by_role("combobox").select_option("prefill")
    page.get_by_label("Why", exact=True).fill("we trust it")
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_role("alert")).to_contain_text("0 blind answers, at least 59 needed")
    page.get_by_role("combobox").select_option("shadow")
    page.get_by_label("Why", exact=True).fill("a quiet week")
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_role("heading", name="How far the model goes: shadow")).to_be_visible()
    expect(page.get_by_text("a quiet week")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(site: Site, page: Page, scheme: str) -> None:
    ordered(site)
    site.enter(page.context, DANA, Role.ADMIN)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.url}/control")
    assert Axe().run(page).response["violations"] == []
    page.set_viewport_size({"width": 360, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


def test_consultants_do_not_see_it_and_a_forged_form_does_nothing(site: Site) -> None:
    ordered(site)
    ada = site.person(ADA, Role.CONSULTANT)
    assert ada.get("/control").status_code == 403
    assert "/control" not in ada.get("/").text
    rev = site.person(REV, Role.REVIEWER)
    forged = rev.post("/control/stop", data={"reason": "x"}, headers={"X-CSRF-Token": "0" * 64})
    assert forged.status_code == 403
    assert rev.post("/control/mode", data={"mode": "shadow", "reason": "x"}).status_code == 403
    assert in_force(site)
