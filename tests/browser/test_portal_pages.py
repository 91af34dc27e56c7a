"""Every page of the portal in a real browser, as each role: no violation, nothing sideways, no error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from browser.portal_server import Portal, running_portal

REGION = Path(__file__).with_name("portal_region.py")
ROLES = [
    "planner",
    "administrator",
    "asn",
    "supervisor",
    "head",
    "pyb",
    "ppk",
    "operator",
    "inspector",
    "facilitator",
]
WIDTHS = {"wide": (1280, "light"), "narrow": (320, "dark")}
NO_PAGE = re.compile(r"^/(static|sign-out)|\.(xlsx|csv|pdf|docx|js)$|export|/style/")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(tmp_path_factory.mktemp("portal"), REGION) as portal:
        yield portal


def test_every_page_can_be_read_by_everybody_on_every_screen(browser: Browser, portal: Portal) -> None:
    wrong: list[str] = []
    looked: set[str] = set()
    for role in ROLES:
        # The home page is another one for every role; everything else is looked at once.
        looked.discard("home:home")
        pages = {width: _sign_in(browser, portal, role, width) for width in WIDTHS}
        waiting = ["/"]
        while waiting:
            path = waiting.pop(0)
            name = _view_of(path)
            if name is None or name in looked:
                continue
            looked.add(name)
            for width, page in pages.items():
                wrong += _look(page, f"{portal.address}{path}", f"{role} {width} {path}", WIDTHS[width][0])
            hrefs = "all => all.map(a => a.getAttribute('href'))"
            links = pages["wide"].eval_on_selector_all("a[href]", hrefs)
            waiting += [link for link in links if link.startswith("/")]
        for page in pages.values():
            page.context.close()
    assert wrong == []
    assert len(looked) > 60


def _view_of(path: str) -> str | None:
    bare = path.split("?")[0].split("#")[0]
    if NO_PAGE.search(bare) or "export=" in path:
        return None
    try:
        return resolve(bare).view_name
    except Resolver404:
        return bare


def _sign_in(browser: Browser, portal: Portal, role: str, width: str) -> Page:
    pixels, scheme = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": pixels, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{portal.address}/sign-in/")
    page.fill("[name=username]", f"{role}-mr")
    page.fill("[name=password]", portal.password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{portal.address}/")
    return page


def _look(page: Page, address: str, named: str, width: int) -> list[str]:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    answer = page.goto(address)
    page.wait_for_load_state("load")
    wrong = [f"{named}: status {answer.status}"] if answer and answer.status >= 400 else []
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        wrong.append(f"{named}: {wide} pixels wide")
    found = Axe().run(page)
    for each in found.response["violations"]:
        wrong.append(f"{named}: {each['id']} {each['nodes'][0]['html'][:120]}")
    return wrong + [f"{named}: {line}" for line in told]
