"""Pages in a real browser. Without one these tests are left out, and the run says so in one line.

With ASAH_TEST_STRICT=1, as before a change lands, they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from browser.portal_desk import Desk, sign_in
from browser.portal_server import Portal, running_portal

HERE = Path(__file__).parent
UNPLANNED = HERE / "portal_unplanned.py"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for path in map(shutil.which, NAMES) if path), None)
MISSING = "no Chromium on this machine; on Debian or Ubuntu: apt install chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
LEFT_OUT = pytest.StashKey[int]()
# Long enough on a busy machine; what is there earlier is seen earlier.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM or os.environ.get("ASAH_TEST_STRICT") == "1":
        return
    away = [item for item in items if HERE in item.path.parents]
    items[:] = [item for item in items if HERE not in item.path.parents]
    config.stash[LEFT_OUT] = len(away)
    config.hook.pytest_deselected(items=away)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{left_out} browser tests were left out: {MISSING}", yellow=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.fail(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def unplanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for all journeys; each makes for itself what it changes."""
    with running_portal(tmp_path_factory.mktemp("unplanned"), UNPLANNED) as portal:
        yield portal


@pytest.fixture
def desk(browser: Browser, unplanned: Portal) -> Iterator[Desk]:
    """A desk with a browser of its own, at which the user of this role has signed in."""
    opened: list[BrowserContext] = []

    def desk(role: str) -> Page:
        context = browser.new_context(base_url=unplanned.address, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        sign_in(page, unplanned, role)
        return page

    yield desk
    for context in opened:
        context.close()
