"""The sign-in page in a real browser: by keys alone, refused in words, and for everybody."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.serving.conftest import BEN, CHEAP, CHROMIUM, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.flows.identity.people import NewAccount, add_account

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM, reason="NO CHROMIUM: the sign-in page is untested here; apt-get install -y chromium"
    ),
]
PASSWORD = "a few good words"


def test_keys_alone_lead_to_the_page_that_was_asked_for_and_out_again(site: Site, page: Page) -> None:
    new = NewAccount(login=BEN, name="Ben Okafor", password=PASSWORD, roles=(Role.CONSULTANT,))
    add_account(site.store, TENANT, new, "test", passwords=CHEAP)
    wanted = f"{site.url}/day?person={BEN}&date=2026-03-03"
    page.goto(wanted)
    expect(page.get_by_label("Login name")).to_be_focused()
    page.keyboard.type(BEN)
    page.keyboard.press("Tab")
    page.keyboard.type("not this")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The login name or the password is not right")
    expect(page.get_by_label("Login name")).to_have_value(BEN)
    expect(page.get_by_label("Password")).to_be_focused()
    assert Axe().run(page).violations_count == 0
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(wanted)
    expect(page.locator(".me")).to_contain_text("Signed in as Ben Okafor")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto(wanted)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_needs_no_script_and_axe_finds_nothing(standing: Site, browser: Browser, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(standing.url)
    assert page.locator("script").count() == 0
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    standing.enter(context, "new@northlight.example", Role.ML_ENGINEER)
    page.goto(standing.url)
    expect(page.get_by_text("Your roles: ml engineer.")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    context.close()
