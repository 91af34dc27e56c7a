from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from asah.portal.catalogue import bridge
from asah.portal.catalogue.enums import FormUnit

CODES = [*(f"K{n}" for n in range(1, 12)), *(f"N{n}" for n in range(1, 13))]


def test_all_forms_of_the_rules_have_a_name_in_both_languages() -> None:
    assert [form.code for form in bridge.forms()] == CODES
    assert sorted(bridge.ENGLISH) == sorted(CODES)
    with translation.override("id"):
        assert bridge.form_label("K10") == "K10 Bimbingan teknis"
    with translation.override("en"):
        assert bridge.form_label("K10") == "K10 Technical guidance (bimtek)"


def test_a_form_says_what_it_counts_and_that_nobody_checked_it() -> None:
    form = bridge.find_form("K7")
    assert form is not None
    assert (form.unit, form.rate, form.cap, form.verified) == (FormUnit.DAY, Decimal(5), None, False)
    assert form.regulation == "PerLAN 10/2018"


def test_no_form_is_in_force_before_its_regulation() -> None:
    assert bridge.forms(dt.date(2010, 1, 1)) == ()
    assert bridge.find_form("K3", dt.date(2010, 1, 1)) is None
    assert bridge.convert_to_jp("K3", Decimal(10), last=dt.date(2010, 1, 1)) is None


@pytest.mark.parametrize(
    ("code", "amount", "days", "jp", "capped"),
    [
        ("K3", "24", 3, "24", False),
        ("K6", "3", 3, "12", False),
        ("K7", "2", 2, "10", False),
        ("N3", "24", 2, "6", True),
        ("N3", "6", 2, "6", False),
        ("N12", "1", 30, "20", False),
    ],
)
def test_amounts_become_jp_the_engines_way(code: str, amount: str, days: int, jp: str, capped: bool) -> None:
    first = dt.date(2026, 3, 2)
    found = bridge.convert_to_jp(code, Decimal(amount), first=first, last=first + dt.timedelta(days=days - 1))
    assert found == bridge.Conversion(jp=Decimal(jp), capped=capped, verified=False)


def test_limits_are_those_of_the_engines_columns() -> None:
    assert bridge.largest("programmes", "cost_per_person_idr") == 10_000_000_000
    assert bridge.largest("offerings", "days") == 1_000
    assert bridge.largest("programmes", "jp") == 10_000
