from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.test import RequestFactory

from asah.portal.ui import navigation
from asah.portal.ui.addresses import url_of
from asah.portal.ui.navigation import Entry, Group, Link, check_entries, read_navigation, register

# Those of the portal, before a test puts others in their place.
ENTRIES = navigation.entries

ADDRESSES = {"first": "/", "people:list": "/people/", "people:import": "/people/import/"}


@pytest.fixture(autouse=True)
def menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "entries", {})
    monkeypatch.setattr(navigation, "url_of", ADDRESSES.__getitem__)


def _look(path: str, *, signed_in: bool = True, planner: bool = True) -> tuple[Group, ...]:
    request: Any = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=signed_in, planner=planner)
    return read_navigation(request)


def test_entries_stand_in_order_and_under_the_name_of_their_group() -> None:
    register(Entry("people", "People", "people:list", order=20, group="Work"))
    register(Entry("first", "First page", "first", order=1))
    register(Entry("import", "Import", "people:import", order=30, group="Work"))
    assert _look("/elsewhere/") == (
        Group("", (Link("First page", "/", False),)),
        Group("Work", (Link("People", "/people/", False), Link("Import", "/people/import/", False))),
    )


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", ["/"]),
        ("/people/", ["/people/"]),
        ("/people/7/", ["/people/"]),
        ("/people/import/", ["/people/import/"]),
    ],
)
def test_only_the_most_exact_link_is_the_current_one(path: str, current: list[str]) -> None:
    for name, url_name in (("a", "first"), ("b", "people:list"), ("c", "people:import")):
        register(Entry(name, name, url_name))
    assert [link.url for group in _look(path) for link in group.links if link.current] == current


def test_an_entry_is_shown_to_those_it_names_and_nothing_before_signing_in() -> None:
    register(Entry("people", "People", "people:list", shown=lambda user: user.planner))
    register(Entry("first", "First page", "first"))
    assert [link.label for group in _look("/") for link in group.links] == ["People", "First page"]
    assert [link.label for group in _look("/", planner=False) for link in group.links] == ["First page"]
    assert _look("/", signed_in=False) == ()


def test_a_name_can_be_taken_once_only() -> None:
    register(Entry("people", "People", "people:list"))
    with pytest.raises(ValueError, match="already has an entry 'people'"):
        register(Entry("people", "Others", "first"))


def test_an_entry_without_an_address_is_found_before_any_reader_meets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(navigation, "url_of", url_of)
    register(Entry("home", "Home", "home:home"))
    register(Entry("moved", "Moved", "people:moved"))
    told = [fault for fault in run_checks(tags=[Tags.urls]) if fault.id == "ui.E001"]
    assert ["'moved' leads to 'people:moved'" in fault.msg for fault in told] == [True]


def test_every_entry_of_the_portal_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "url_of", url_of)
    monkeypatch.setattr(navigation, "entries", ENTRIES)
    assert len(ENTRIES) > 10
    assert check_entries() == []


def test_a_request_that_failed_before_anybody_was_known_has_no_menu() -> None:
    register(Entry("first", "First page", "first", shown=lambda user: True))
    assert read_navigation(RequestFactory().get("/")) == ()
