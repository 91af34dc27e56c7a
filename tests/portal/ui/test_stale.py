"""A form that somebody else overtook is refused, with their values shown and the own ones kept."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django import forms
from django.utils import translation

from asah.portal.ui.stale import StaleForm


class Trip(StaleForm):
    title = forms.CharField(label="Title", required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "none"), ("a", "By air"), ("s", "By sea")], required=False
    )
    day = forms.DateField(label="Day", required=False)


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def opened(**standing: Any) -> dict[str, Any]:
    """What the page of the form would send if nothing was typed into it."""
    form = Trip(initial=standing)
    found = re.findall(r'name="(\w+)" value="([^"]*)"', str(form))
    return dict(found) | {"kind": standing.get("kind", "")}


def test_a_form_that_nobody_overtook_is_valid() -> None:
    form = Trip(opened(title="Tour", kind="a") | {"title": "Journey"}, initial={"title": "Tour", "kind": "a"})
    assert form.is_valid()
    assert form.changed_data == ["title"]


def test_what_another_saved_meanwhile_is_not_written_over_unseen() -> None:
    sent = opened(title="Tour", kind="a") | {"title": "Journey"}
    form = Trip(sent, initial={"title": "Tour", "kind": "s"})
    assert not form.is_valid()
    assert form.changed_meanwhile == ["kind"]
    page = str(form)
    assert "Kind: By sea" in page
    assert 'value="Journey"' in page


def test_sending_it_again_is_a_decision() -> None:
    standing = {"title": "Tour", "kind": "s"}
    refused = Trip(opened(title="Tour", kind="a"), initial=standing)
    assert not refused.is_valid()
    again = Trip(refused.data, initial=standing)
    assert again.is_valid()
    assert again.changed_data == ["kind"]
    overtaken_again = Trip(refused.data, initial={"title": "Other", "kind": "s"})
    assert not overtaken_again.is_valid()


def test_the_same_form_sent_twice_is_no_conflict() -> None:
    sent = opened(title="Tour") | {"title": "Journey", "day": "2027-02-01"}
    form = Trip(sent, initial={"title": "Journey", "day": dt.date(2027, 2, 1)})
    assert form.is_valid()


def test_the_mark_tells_nothing_of_what_stands_there() -> None:
    assert "Tour" not in str(Trip(initial={"title": "Tour"})["opened"])
    with_prefix = Trip(prefix="t", initial={"title": "Tour"})
    assert 'name="t-opened"' in str(with_prefix["opened"])


def test_a_new_thing_has_nothing_to_be_overtaken() -> None:
    assert Trip(opened() | {"title": "Journey"}).is_valid()
