"""Rating with the network cut, in a real browser against a real portal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import ARGUMENTS, CHROMIUM
from browser.portal_data import STAFF
from browser.portal_server import Line, Portal, running_portal

LIST, FORM = "/needs/rate/", re.compile(r"/needs/rate/\d+/$")
ASKED = 3
# Rated over the line that is cut at random; the others are left to single tests.
MANY = range(11, STAFF + 1)
OpenBrowser = Callable[[], BrowserContext]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One for all these tests, each of which rates people of its own."""
    with running_portal(tmp_path_factory.mktemp("portal") / "data") as portal:
        yield portal


@pytest.fixture
def line(portal: Portal) -> Iterator[Line]:
    line = Line(portal.port)
    yield line
    line.close()


@pytest.fixture
def open_browser(browser: Browser, line: Line, tmp_path: Path) -> Iterator[OpenBrowser]:
    """A phone whose browser remembers: opened again, it has what it kept."""
    opened: list[BrowserContext] = []

    def open_browser() -> BrowserContext:
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport={"width": 360, "height": 740},
            base_url=f"http://localhost:{line.port}",
        )
        context.set_default_timeout(20_000)
        opened.append(context)
        return context

    yield open_browser
    for context in opened:
        context.close()


def sign_in(page: Page, portal: Portal, name: str = "kepala") -> None:
    page.goto("/sign-in/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", portal.password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def open_list(page: Page) -> None:
    """The list with the network on, until all forms are kept."""
    page.goto(LIST)
    expect(page.locator("html[data-kept=yes]")).to_be_attached(timeout=60_000)


def rate(page: Page, name: str, level: int = 3) -> None:
    """Fills in and sends the form of one person, as far as the line lets it."""
    page.get_by_role("link", name=name).click()
    page.wait_for_url(FORM)
    for question in page.locator(".question").all():
        question.locator(f"input[value='{level}']").check()
    page.get_by_role("button", name="Kirim", exact=True).click()
    page.wait_for_url(f"**{LIST}")


def entries(page: Page, state: str = "") -> list[str]:
    lines = page.locator(f".offline-bar li{f'[data-state={state}]' if state else ''}")
    return [text.strip() for text in lines.locator("[data-part=label]").all_inner_texts()]


def arrived(portal: Portal, first: int, last: int = 0) -> list[tuple[Any, ...]]:
    """Name, forms, ratings, lowest and highest score of people with these numbers, as far as any arrived."""
    return portal.ask(
        "select p.name, count(distinct s.id), count(r.id), min(r.score), max(r.score) from needs_submission s"
        " join needs_assignment a on a.id = s.assignment_id join needs_member m on m.id = a.member_id"
        " join people_person p on p.id = m.person_id left join needs_rating r on r.submission_id = s.id"
        f" where p.name between '{staff(first)}' and '{staff(last or first)}' group by p.name order by p.name"
    )


def staff(number: int) -> str:
    return f"Staf Nomor {number:02d}"


def test_a_rating_made_without_network_outlives_the_browser_and_arrives_once(
    portal: Portal, open_browser: OpenBrowser
) -> None:
    phone = open_browser()
    page = phone.pages[0]
    sign_in(page, portal)
    open_list(page)
    phone.set_offline(True)
    rate(page, staff(7), level=4)
    expect(page.locator(".offline-bar [data-part=cut]")).to_be_visible()
    assert entries(page, "waiting") == [staff(7)]
    assert arrived(portal, 7) == []
    phone.close()

    phone = open_browser()
    phone.set_offline(True)
    page = phone.pages[0]
    page.goto(LIST)
    expect(page.locator(".offline-bar li[data-state=waiting]")).to_have_count(1)
    expect(page.locator("li[data-assignment]", has_text=staff(7)).locator("[data-queued]")).to_be_visible()
    phone.set_offline(False)
    expect(page.locator(".offline-bar li[data-state=sent]")).to_have_count(1, timeout=60_000)
    page.reload()
    expect(page.locator("li[data-assignment]", has_text=staff(7)).locator(".tag-good")).to_be_attached()
    assert arrived(portal, 7) == [(staff(7), 1, ASKED, 4, 4)]


def test_over_a_line_that_is_cut_at_random_every_rating_arrives_and_each_once(
    portal: Portal, line: Line, open_browser: OpenBrowser
) -> None:
    page = open_browser().pages[0]
    sign_in(page, portal)
    open_list(page)
    line.shake(seed=11)
    for number in MANY:
        rate(page, staff(number), level=1 + number % 5)
    line.mend()
    page.goto(LIST)
    send = page.locator(".offline-bar [data-part=send]")
    if send.is_visible():
        send.click()
    expect(page.locator(".offline-bar [data-part=all-sent]")).to_be_visible(timeout=90_000)
    assert arrived(portal, MANY[0], MANY[-1]) == [
        (staff(number), 1, ASKED, 1 + number % 5, 1 + number % 5) for number in MANY
    ]
    # Some came more than once, for their answer was lost; else this test would show nothing.
    assert line.heard["/needs/rate/submit/"] > len(MANY)
    # In the order in which they were filled in.
    filled = portal.ask("select filled_at from needs_submission order by received_at")[-len(MANY) :]
    assert filled == sorted(filled)


def test_a_refused_rating_stays_with_its_reason_until_it_is_discarded(
    portal: Portal, line: Line, open_browser: OpenBrowser
) -> None:
    page = open_browser().pages[0]
    sign_in(page, portal)
    open_list(page)
    line.cut()
    rate(page, staff(1))
    portal.tell("update needs_cycle set state = 'finished'")
    line.mend()
    refused = page.locator(".offline-bar li[data-state=refused]")
    expect(refused).to_have_count(1, timeout=30_000)
    expect(refused.locator("[data-part=reason]")).to_have_text("Analisis ini tidak menerima penilaian.")
    page.reload()
    expect(refused).to_have_count(1)
    refused.get_by_role("button", name="Buang").click()
    expect(page.locator(".offline-bar li")).to_have_count(0)
    assert arrived(portal, 1) == []
    portal.tell("update needs_cycle set state = 'open'")


def test_what_waits_outlives_a_session_that_ended_and_is_not_sent_for_somebody_else(
    portal: Portal, line: Line, open_browser: OpenBrowser
) -> None:
    phone = open_browser()
    page = phone.pages[0]
    sign_in(page, portal)
    open_list(page)
    line.cut()
    rate(page, staff(2))
    phone.clear_cookies(name="sessionid")
    line.mend()
    expect(page.locator(".offline-bar [data-part=sign-in]")).to_be_visible(timeout=30_000)
    sign_in(page, portal, "lain")
    open_list(page)
    expect(page.locator(".offline-bar li")).to_have_count(0)
    assert arrived(portal, 2) == []
    page.click("[data-sign-out] button")
    sign_in(page, portal)
    page.goto(LIST)
    expect(page.locator(".offline-bar li[data-state=sent]")).to_have_count(1)
    assert arrived(portal, 2) == [(staff(2), 1, ASKED, 3, 3)]


def test_nothing_is_kept_after_signing_out(portal: Portal, line: Line, open_browser: OpenBrowser) -> None:
    page = open_browser().pages[0]
    sign_in(page, portal)
    open_list(page)
    kept = "caches.keys().then((names) => names.filter((name) => name.startsWith('asah-pages-')))"
    assert len(page.evaluate(kept)) == 1
    page.click("[data-sign-out] button")
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate(kept) == []
    line.cut()
    page.goto(LIST)
    expect(page.get_by_role("heading", name="Jaringan terputus")).to_be_visible()
    assert "Staf Nomor" not in page.content()


def test_a_draft_made_without_network_comes_back(
    portal: Portal, line: Line, open_browser: OpenBrowser
) -> None:
    page = open_browser().pages[0]
    sign_in(page, portal)
    open_list(page)
    line.cut()
    page.get_by_role("link", name=staff(3)).click()
    page.locator(".question").first.locator("input[value='5']").check()
    expect(page.locator("[data-kept-on=device]")).to_be_visible()
    page.reload()
    expect(page.locator(".question").first.locator("input[value='5']")).to_be_checked()
    line.mend()
    page.reload()
    expect(page.locator("[data-kept-on=server]")).to_be_visible()
    (drafts,) = portal.ask("select draft from needs_assignment where state = 'draft'")
    assert list(json.loads(drafts[0]).values()) == [5]


def test_digits_answer_and_go_on_and_gaps_are_shown(portal: Portal, open_browser: OpenBrowser) -> None:
    page = open_browser().pages[0]
    sign_in(page, portal)
    page.goto(LIST)
    page.get_by_role("link", name=staff(4)).click()
    page.locator(".question input").first.focus()
    page.keyboard.press("4")
    page.keyboard.press("0")
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.locator(".question.field-wrong")).to_have_count(1)
    expect(page.locator(".question").last.locator("input").first).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Kirim", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}")
    expect(page.locator(".offline-bar li[data-state=sent]")).to_have_count(1)
    assert arrived(portal, 4) == [(staff(4), 1, 2, 2, 4)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_and_form_are_accessible_at_320(
    portal: Portal, line: Line, open_browser: OpenBrowser, scheme: str
) -> None:
    page = open_browser().pages[0]
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, portal)
    open_list(page)
    line.cut()
    rate(page, staff(5))
    for name in (None, staff(6)):
        if name:
            page.get_by_role("link", name=name).click()
            page.wait_for_url(FORM)
            page.locator("summary").first.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    targets = page.locator(".level").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(targets) >= 44


@pytest.mark.parametrize(
    "page_of", ["", "cycles/add/", "cycles/1/", "cycles/1/coverage/", "cycles/1/unassigned/"]
)
def test_pages_of_the_planner_are_accessible_at_320(
    portal: Portal, open_browser: OpenBrowser, page_of: str
) -> None:
    page = open_browser().pages[0]
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, portal, "perencana")
    page.goto(f"/needs/{page_of}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
