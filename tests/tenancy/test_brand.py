"""A tenant's name, colour and logo on every page that it sees, and nobody else's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient
from tests.serving.conftest import ADA, CHEAP, TENANT, Site, running
from tests.tenancy.houses import NINE, House, house
from tests.tenancy.test_made_from_a_template import png

from hourtrail.domain.access import Role
from hourtrail.domain.brand import DARK_GROUND, contrast, on_dark
from hourtrail.flows.tenants import set_logo
from hourtrail.store import Store, open_store
from hourtrail_serving.access import RULES
from hourtrail_serving.gate import Login
from hourtrail_serving.pages.shell import without_commands

PRODUCT, COLOUR = "Northlight Zeiten", "#7a1f5c"
ROLES = (Role.CONSULTANT, Role.REVIEWER)
VENDOR = re.compile("hourtrail", re.IGNORECASE)
INSIDE = re.compile(r"hourtrail_session|urn:hourtrail|&#34;hourtrail&#34;|hourtrail-audit[a-z-]*/\d")
"""Names of cookies, of kinds of problems, of the source of our own rows and of file formats: members of the interface."""


def branded(store: Store, tenant: str) -> None:
    with store.tenant(tenant) as db:
        document = {"brand": {"product": PRODUCT, "colour": COLOUR, "hosts": [f"{tenant}.example"]}}
        db.change_settings(document, actor="op", at=NINE, reason="")
    set_logo(store, tenant, png(), "op")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[House]:
    with open_store(str(tmp_path / "a.db")) as store, house(store) as found:
        found.make("plain", brand={"hosts": ["plain.example"]})
        found.make("own")
        branded(store, "own")
        found.app.state.tenancy.look()
        yield found


PAGES = sorted(
    path for method, path in RULES if method == "GET" and not path.startswith(("/v1", "/livez", "/readyz", "/brand"))
)
TOPICS = ("activities", "audit", "checks", "decisions", "directory", "suggestions", "time entries", "schemas")


def test_no_page_of_a_branded_tenant_names_the_vendor(store: Store) -> None:
    """Every page that there is: as it is, empty, refused, mistyped, and before anybody has signed in; and every form."""
    branded(store, TENANT)
    with house(store, TENANT) as found:
        found.app.state.tenancy.look()
        clients = (
            found.person(TENANT, ADA, *ROLES), found.person(TENANT, "new@firm.example", Role.CONSULTANT),
            found.person(TENANT, "nobody@firm.example"), found.client(f"{TENANT}.example"),
            found.person(TENANT, "kim@firm.example", Role.PARTNER_ADMIN, Role.ADMIN),
        )  # fmt: skip
        shown = {path: sum(_pages(client, path) for client in clients) for path in PAGES}
        assert {path for path, count in shown.items() if not count} <= {"/sign-in/provider/back"}
        for path in (path for method, path in RULES if method == "POST" and not path.startswith("/v1")):
            answer = clients[0].post(path.replace("{firm}", TENANT), data={"login": "x", "password": "y"})
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert not VENDOR.findall(INSIDE.sub("", answer.text)), path


def _pages(client: TestClient, path: str) -> int:
    """How many pages it showed, none of which names the vendor."""
    if "{topic}" in path:
        return sum(_pages(client, path.replace("{topic}", topic)) for topic in TOPICS)
    shown, address = 0, re.sub(r"\{\w+\}", "x", path.replace("{firm}", TENANT))
    for query in ("", f"?person={ADA}&date=2026-03-02", "?person=nobody&date=2026-03-02", "?date=never&onward=//x"):
        answer = client.get(address + query, headers={"Accept": "text/html"})
        if answer.headers.get("content-type", "").startswith("text/html"):
            shown += 1
            assert not VENDOR.findall(INSIDE.sub("", answer.text)), (address, query, answer.status_code)
            assert PRODUCT in answer.text
            assert "/brand/logo" in answer.text
            assert "/static/icon.svg" not in answer.text
    return shown


def test_commands_are_left_out_of_what_a_branded_page_tells() -> None:
    assert (
        without_commands("there is no account 'x'; hourtrail users list shows those that there are")
        == "there is no account 'x'"
    )
    assert without_commands("wait; then try again") == "wait; then try again"
    assert without_commands("`hourtrail x` does it") == "this cannot be done"


def test_name_colour_and_logo_are_at_the_tenants_own_door(both: House) -> None:
    own, plain, nowhere = both.client("own.example"), both.client("plain.example"), both.client()
    assert own.get("/brand/logo").content == png()
    assert own.get("/brand/logo").headers["content-type"] == "image/png"
    assert COLOUR in own.get("/brand/style.css").text
    assert nowhere.get("/brand/logo?firm=own").content == png()
    assert nowhere.get("/at/own/sign-in").text.count("?firm=own") == 3
    for other in (plain, nowhere):
        assert other.get("/brand/logo").status_code == 404
        assert COLOUR not in other.get("/brand/style.css").text
    assert PRODUCT not in plain.get("/sign-in").text
    # A signed-in browser is shown its own, whatever the address.
    assert both.person("own", "kim@own.example", Role.CONSULTANT).get("/brand/logo").content == png()
    assert both.person("plain", "kim@plain.example", Role.CONSULTANT).get("/brand/logo").status_code == 404
    assert own.get("/brand/logo?firm=plain").status_code == 404


def test_a_shade_for_dark_ground_can_be_read() -> None:
    for colour in (COLOUR, "#000000", "#1f6f5c", "#003366", "#767676"):
        assert contrast(DARK_GROUND) / contrast(on_dark(colour)) >= 4.5


def test_the_browser_paints_the_page_in_the_firms_colour(store: Store, browser: Browser) -> None:
    branded(store, TENANT)
    with running(store, login=Login(passwords=CHEAP)) as site:
        _look(site, browser)


def _look(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    page = context.new_page()
    page.on(
        "console",
        lambda said: problems.append(said.text) if said.type == "error" and "status of 4" not in said.text else None,
    )
    page.goto(f"{site.url}/sign-in")
    assert page.title() == f"Sign in · {PRODUCT}"
    painted = page.locator("button.main").evaluate("node => getComputedStyle(node).backgroundColor")
    assert painted == "rgb(122, 31, 92)"
    assert page.locator("a.brand img").evaluate("node => node.complete && node.naturalWidth") == 4
    site.enter(context, ADA, *ROLES)
    page.goto(f"{site.url}/day?person={ADA}&date=2026-03-02")
    assert PRODUCT in page.title()
    assert page.locator("a.brand img").evaluate("node => node.complete && node.naturalWidth") == 4
    context.close()
    assert problems == []
