"""What people do on every page of the portal: sign in, choose in the menu, go on with the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from browser.portal_server import Portal

# A browser of its own, in which the user of this role has signed in.
Desk = Callable[[str], Page]
MOST_STOPS = 60


def sign_in(page: Page, portal: Portal, role: str) -> None:
    """Fills in the page to sign in, wherever it leads."""
    page.get_by_label("Nama pengguna").fill(f"{role}-mr")
    page.get_by_label("Kata sandi").fill(portal.password)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def choose(page: Page, name: str) -> None:
    menu = page.get_by_role("navigation", name="Menu utama")
    menu.get_by_role("link", name=name, exact=True).click()


def tab_to(there: Locator) -> None:
    """From where the keyboard is, as somebody goes who has no mouse."""
    for _stop in range(MOST_STOPS):
        if there.evaluate("one => one === document.activeElement"):
            return
        there.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not come to {there}")
