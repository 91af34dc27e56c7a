from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.urls import get_resolver
from django.utils import translation

import asah.portal
from asah.portal.ui.fields import DecimalField, FloatField, RupiahField, WholeField

PORTAL = Path(asah.portal.__file__).parent
PLAIN = (forms.IntegerField, forms.FloatField, forms.DecimalField)


@pytest.fixture(autouse=True, params=["id", "en"])
def language(request: pytest.FixtureRequest) -> Any:
    with translation.override(request.param):
        yield request.param


def said(field: forms.Field, text: str) -> str:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(text)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2000", 2000),
        ("2.000", 2000),
        ("2,000", 2000),
        ("2 000", 2000),
        ("1.500.000", 1_500_000),
        ("-3", -3),
        ("12", 12),
        ("12,0", 12),
        ("0", 0),
        ("", None),
        (" 7 ", 7),
        (7, 7),
    ],
)
def test_a_whole_number_loses_no_thousand(text: Any, value: int | None) -> None:
    assert WholeField(required=False).clean(text) == value


@pytest.mark.parametrize(
    "text", ["2.5", "12,5", "1.50.000", "1.500,000", "1.5000", "1500.000", "2.000.", "x", "1e3", "٣"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert said(WholeField(), text)


@pytest.mark.parametrize(
    "text",
    ["1500000", "1.500.000", "1,500,000", "Rp 1.500.000", "rp1.500.000,00", "Rp. 1.500.000,-", "1500000.00"],
)
def test_an_amount_is_read_as_it_is_written_here(text: str) -> None:
    assert RupiahField().clean(text) == 1_500_000


def test_half_a_million_is_never_five_hundred() -> None:
    assert [RupiahField().clean(text) for text in ("500.000", "831.000", "110.000")] == [
        500_000,
        831_000,
        110_000,
    ]


@pytest.mark.parametrize("text", ["-5", "1.500,5", "1.5", "9.999.999.999.999.999", "USD 5", "Rp"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert said(RupiahField(), text)


def test_an_amount_is_shown_with_its_thousands_apart_and_read_back_the_same(language: str) -> None:
    field = RupiahField()
    assert field.prepare_value(1_500_000) == ("1.500.000" if language == "id" else "1,500,000")
    assert not field.has_changed(1_500_000, field.prepare_value(1_500_000))
    assert field.has_changed(1_500_000, "1.500")
    assert field.has_changed(1_500_000, "x")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("110,00", "110"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("0.125", "0.125"),
        ("1,1250", "1.125"),
        ("1000", "1000"),
        ("1.000.000", "1000000"),
        ("-8,25", "-8.25"),
    ],
)
def test_decimals_stand_after_a_comma_or_a_point(text: str, value: str) -> None:
    assert str(DecimalField().clean(text)) == value
    assert FloatField().clean(text) == float(value)


@pytest.mark.parametrize("field", [DecimalField(), FloatField(max_value=10_000)])
@pytest.mark.parametrize("text", ["1.000", "1,000", "2.500"])
def test_what_may_be_a_thousand_or_one_is_refused_with_both_ways_out(field: forms.Field, text: str) -> None:
    ways = re.findall(r"\d[\d,.]*\d|\d", said(field, text))
    assert [float(field.clean(way)) for way in ways] == [
        float(text[0] + text[2:]),
        float(text.replace(",", ".")),
    ]


def test_what_can_be_no_thousand_is_read_as_decimals() -> None:
    assert DecimalField(max_value=4).clean("1,125") == Decimal("1.125")
    assert FloatField(min_value=-180, max_value=180).clean("-102.274") == -102.274


@pytest.mark.parametrize("text", ["x", "nan", "Infinity", "1e3", "1,2,3", "12,-", "12,"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert said(DecimalField(), text)
    assert said(FloatField(), text)


def test_decimals_are_shown_without_zeros_and_read_back_the_same(language: str) -> None:
    comma = "," if language == "id" else "."
    for value, shown in (("110.00", "110"), ("110.50", "110,5"), ("1.125", "1,1250"), ("0.125", "0,125")):
        assert DecimalField().prepare_value(Decimal(value)) == shown.replace(",", comma)
        assert not DecimalField().has_changed(Decimal(value), shown)
        assert not FloatField().has_changed(float(value), shown)


def test_no_form_of_the_portal_takes_numbers_in_the_way_that_loses_thousands() -> None:
    _ = get_resolver().url_patterns
    pending, wrong = list(forms.BaseForm.__subclasses__()), []
    while pending:
        form = pending.pop()
        pending += form.__subclasses__()
        for name, field in getattr(form, "base_fields", {}).items():
            if form.__module__.startswith("asah.") and type(field) in PLAIN and not field.widget.is_hidden:
                wrong.append(f"{form.__module__}.{form.__name__}.{name}")
    written = re.compile(r"(?<!\.)forms\.(Integer|Float|Decimal)Field\((?!widget=forms\.HiddenInput)")
    for path in PORTAL.rglob("*.py"):
        if path.name != "fields.py" and written.search(path.read_text("utf-8")):
            wrong.append(str(path.relative_to(PORTAL)))
    assert wrong == []
