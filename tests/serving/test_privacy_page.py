"""The privacy page in a real browser: what others see, one act to forget and one to take back, by keys and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import ADA, BEN, CHROMIUM, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.flows.privacy import traits_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM, reason="NO CHROMIUM: the privacy page is untested here; apt-get install -y chromium"
    ),
]


def learned_day(site: Site) -> str:
    """A day of Ben's on which he confirms what a series, ticket or calendar is remembered by."""
    with site.store.tenant(TENANT, read_only=True) as db:
        row = next(row for row in db.suggestions(person=BEN) if row.item is not None and traits_of(row))
    assert site.decide({"id": row.id, "person": BEN}).status_code == 201
    return f"{site.url}/privacy?person={BEN}&date={row.date}"


def forgotten(site: Site) -> int:
    with site.store.tenant(TENANT, read_only=True) as db:
        return len(db.forgotten(BEN))


def test_keys_alone_forget_and_take_back(site: Site, page: Page) -> None:
    site.enter(page.context, BEN)
    page.goto(learned_day(site).replace("/privacy", "/day"))
    page.get_by_role("link", name="What others see of this day").click()
    expect(page.get_by_role("heading", name="Your manager sees")).to_be_visible()
    page.get_by_role("button", name="Forget that").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Forgotten")).to_be_visible()
    assert forgotten(site) == 1
    page.get_by_role("status").get_by_role("button", name="Remember again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Remembered again")).to_be_visible()
    assert forgotten(site) == 0


def test_it_works_without_javascript_and_only_with_the_sessions_own_token(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    site.enter(context, BEN)
    page = context.new_page()
    page.goto(learned_day(site))
    page.get_by_role("button", name="Forget that").first.click()
    expect(page.get_by_role("status").filter(has_text="Forgotten")).to_be_visible()
    context.close()
    me = site.person(BEN, Role.CONSULTANT)
    form = {"person": BEN, "date": "2026-03-03", "forgotten": "fgt_x"}
    forged = me.post("/privacy/remember", data=form, headers={"X-CSRF-Token": "forged"})
    assert forged.status_code == 403
    missing = me.post("/privacy/remember", data=form)
    assert (missing.status_code, "asked to forget nothing" in missing.text) == (404, True)
    assert forgotten(site) == 1


def test_nobody_opens_somebody_elses_page(site: Site) -> None:
    me = site.person(ADA, Role.CONSULTANT)
    assert me.get("/privacy", params={"person": BEN, "date": "2026-03-03"}).status_code == 403
    assert me.post("/privacy/forget", data={"person": BEN, "date": "2026-03-03", "suggestion": "x"}).status_code == 403
    for bad in ({"person": ADA}, {"person": ADA, "date": "tomorrow"}, {"date": "2026-03-03"}):
        answer = me.get("/privacy", params=bad, headers={"Accept": "text/html"})
        assert (answer.status_code, "text/html" in answer.headers["content-type"]) == (422, True)
    empty = me.get("/privacy", params={"person": ADA, "date": "2031-01-01"})
    assert "nothing of this day is submitted" in empty.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(site: Site, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    site.enter(context, BEN)
    page = context.new_page()
    page.goto(learned_day(site))
    page.get_by_role("button", name="Forget that").first.click()
    expect(page.get_by_role("status").filter(has_text="Forgotten")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
