"""Options and fixtures that every area of the test-suite shares."""

import base64
import os
import shutil
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# One master key for every store of the run, PostgreSQL and copied SQLite files too; tests of the key files take it away.
os.environ.setdefault("HOURTRAIL_KEY", base64.b64encode(bytes(range(32))).decode())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write what the code yields today beside each golden input, instead of comparing; review the diff",
    )

    parser.addoption(
        "--no-skips",
        action="store_true",
        default=False,
        help="a skipped test fails: for a run that is to prove that what it needs is there",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``--no-skips`` a skipped test is a failed one, with its reason."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
    return report


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written rather than compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session", autouse=True)
def _no_lots() -> Iterator[None]:
    """The blind audit hides one answer in twenty by lot; tests about something else draw none, its own tests set the share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hourtrail.flows.confidence.SHARE", 0.0)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium. One for all areas: Playwright starts once in a thread."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need no browser

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        yield launched
        launched.close()
