"""Every role walks every page; nobody reaches the rows of another agency, by whatever address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from asah.portal.base.models import Event, User
from asah.portal.home import bridge
from asah.portal.home.demo import Region
from asah.portal.home.demo.build import build_region
from portal.walk import Walk, all_views, walk

pytestmark = pytest.mark.django_db
# A number in an address of these names nothing that belongs to somebody.
SHARED = re.compile(r"^/(static|language|appearance)/")


@pytest.fixture
def regions(settings: Any, tmp_path: Path) -> list[list[str]]:
    """Two agencies with everything in them; the names of their users."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ENVIRONMENT = type("Environment", (), {"data": tmp_path})
    folder = tmp_path / "merangin"
    bridge.simulate("merangin", 80, 1, folder)
    made = []
    for code in ("A", "B"):
        logins = build_region(Region(code, f"Kabupaten {code}", folder, 2), lambda _step: None)
        made.append([login.username for login in logins])
    return made


def test_every_role_walks_every_page_that_there_is_and_none_reaches_another_agency(
    regions: list[list[str]], sign_in: Callable[[User], Client]
) -> None:
    walks: dict[str, Walk] = {}
    clients = {}
    for username in [*regions[0], *regions[1]]:
        clients[username] = sign_in(User.objects.get(username=username))
        walks[username] = walk(clients[username])
    broken = {
        f"{username} {path}: {status}"
        for username, each in walks.items()
        for path, status in each.seen.items()
        if status not in (200, 302)
    }
    assert "\n".join(sorted(broken)) == ""

    rows = {path for username in regions[1] for path in walks[username].numbered | walks[username].forms}
    rows = {path for path in rows if re.search(r"/\d+/", path) and not SHARED.match(path)}
    assert len(rows) > 30
    reached, silent = [], []
    for username in regions[0]:
        before = Event.objects.filter(action="access.refused").count()
        for path in sorted(rows):
            for method in ("get", "post"):
                status = getattr(clients[username], method)(path).status_code
                if status not in (403, 404, 405):
                    reached.append((username, method, path, status))
        if Event.objects.filter(action="access.refused").count() == before:
            silent.append(username)
    assert reached == []
    assert silent == []
    seen = {name.split("?")[0] for username in regions[0] for name in walks[username].views}
    assert {name for name, pattern in all_views().items() if "<" not in pattern} - seen - NO_PAGES == set()


# Asked by machines, offered before signing in, or posted to by a form: no link leads to them.
NO_PAGES = {
    "home:healthz",
    "home:first_password",
    "home:login",
    "home:logout",
    "home:readyz",
    "home:search",
    "ui:offline",
    "ui:service_worker",
    "ui:style",
    "ui:language",
    "ui:theme",
    "home:read_notices",
    "competency:adopt",
    "competency:draft",
    "competency:bulk",
    "competency:defaults",
    "catalogue:defaults",
    "catalogue:copy_offerings",
    "catalogue:copy_prices",
    "catalogue:copy_fares",
    "needs:submit",
}
