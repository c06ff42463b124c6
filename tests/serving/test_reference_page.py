"""``/docs``: every operation of the document is there for a person to read, without scripts and without the outside world."""

import re
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Page
from tests.serving.conftest import Site

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def text_of(site: Site, path: str) -> str:
    answer = httpx2.get(f"{site.url}{path}", headers=BROWSER)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert not re.findall(r'(?:src|href)="https?:', answer.text)
    return answer.text


def test_every_operation_stands_in_its_topic_with_parameters_example_and_refusals(standing: Site) -> None:
    document = standing.get("/openapi.json")
    index = text_of(standing, "/docs")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            (topic,) = operation["tags"][:1]
            assert f'href="/docs/{quote(topic)}#{operation["operationId"]}"' in index, (method, path)
    told = text_of(standing, "/docs/suggestions")
    assert 'id="score_activities"' in told
    assert "whole number, 1 to 500" in told
    for words in ("suggestions:score", "as_of", "PORTAL-43 Keep the basket", "invalid-input", "RateLimit"):
        assert words in told


def test_every_schema_that_is_linked_is_there(standing: Site) -> None:
    document = standing.get("/openapi.json")
    shown = text_of(standing, "/docs/schemas")
    anchors = set(re.findall(r'<h2 id="(\w+)"', shown))
    assert anchors == set(document["components"]["schemas"])
    topics = {operation["tags"][0] for item in document["paths"].values() for operation in item.values()}
    for topic in topics:
        assert set(re.findall(r"/docs/schemas#(\w+)", text_of(standing, f"/docs/{topic}"))) <= anchors


def test_what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(standing: Site) -> None:
    for path in ("/nowhere", "/v1/nowhere"):
        page = httpx2.get(f"{standing.url}{path}", headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Nothing here" in page.text
        problem = httpx2.get(f"{standing.url}{path}")
        assert problem.headers["content-type"] == "application/problem+json"
    assert httpx2.get(f"{standing.url}/docs/nothing").status_code == 404


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_narrow_and_a_wide_window_without_scripts(standing: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/docs", "/docs/suggestions", "/docs/schemas"):
        page.goto(standing.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
