"""Numbers as people type them here, in Indonesian or in English: 1.500.000 and 1,500,000; 12,5 and 12.5.

Django's own fields take 2.000 for 2, which loses a thousand without a word. These never do: a whole number
is read as two thousand, and a number with decimals asks which is meant wherever it may be either.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.formats import is_indonesian, number

MOST_RUPIAH: Final = 10**15
# The same sign stands between all thousands, and another one before the decimals.
_NUMBER: Final = re.compile(
    r"(?P<sign>-?)(?P<whole>[1-9]\d{0,2}(?P<between>[., \u00a0])\d{3}(?:(?P=between)\d{3})*|\d+)"
    r"(?:(?!(?P=between))[.,](?P<part>\d+|-))?",
    re.ASCII,
)
_EITHER: Final = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_RP: Final = re.compile(r"rp\.?\s*", re.IGNORECASE)
# What people write after an amount to say that it is whole: Rp 1.500.000,00 and Rp 1.500.000,-.
_NO_PART: Final = {None, "-", "0", "00"}

if TYPE_CHECKING:
    _Field = forms.Field
else:
    _Field = object


def _read(text: str) -> tuple[str, str | None] | None:
    """Whole part and decimals in digits alone; one group of three digits is taken for thousands."""
    found = _NUMBER.fullmatch(text)
    return found and (found["sign"] + re.sub(r"\D", "", found["whole"]), found["part"])


def write_decimal(value: Decimal | float) -> str:
    """``110`` or ``110,5``, in English ``110.5``; what ``DecimalField`` reads as the same number."""
    plain = f"{Decimal(str(value)):f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if _EITHER.fullmatch(plain):
        plain += "0"
    return plain.replace(".", ",") if is_indonesian() else plain


class WholeField(forms.IntegerField):
    """A whole number: ``2000``, ``2.000`` and ``2,000`` are the same."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        found = _read(text)
        if text and (found is None or found[1] not in _NO_PART):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(found[0] if found else None)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keys of digits on a telephone."""
        return {"inputmode": "numeric", "autocomplete": "off"}


class RupiahField(WholeField):
    """Whole rupiah: ``1500000``, ``1.500.000`` and ``Rp 1.500.000,00``. Blank is None, not zero."""

    default_error_messages: ClassVar = {"invalid": _("Write whole rupiah, such as 1.500.000.")}

    def to_python(self, value: Any) -> int | None:
        amount = super().to_python(_RP.sub("", value.strip(), count=1) if isinstance(value, str) else value)
        if amount is not None and amount < 0:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if amount is not None and amount > MOST_RUPIAH:
            raise forms.ValidationError(_("This is more money than there is. Count the zeros."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        """With points between thousands, so that nobody has to count zeros."""
        return number(value, 0) if isinstance(value, int) else value


class _WithDecimals(_Field):
    """A number with decimals after a comma or a point. ``max_value`` may decide what 1.500 is."""

    widget = forms.TextInput
    default_error_messages: ClassVar = {
        "invalid": _("Write a number in digits, such as 12,5."),
        "either": _("This may be %(thousands)s or %(decimals)s. Write the one that is meant in this way."),
    }
    min_value: Any
    max_value: Any

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        text = value.strip()
        found = _read(text)
        if found is None or found[1] == "-":
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        whole, part = found
        if _EITHER.fullmatch(text):
            decimals = text.replace(",", ".").rstrip("0").rstrip(".")
            if self._is_within(int(whole)):
                said = {"thousands": whole, "decimals": write_decimal(Decimal(decimals))}
                raise forms.ValidationError(self.error_messages["either"], code="either", params=said)
            return super().to_python(decimals)
        part = (part or "").rstrip("0")
        return super().to_python(f"{whole}.{part}" if part else whole)

    def _is_within(self, value: int) -> bool:
        return (self.max_value is None or value <= self.max_value) and (
            self.min_value is None or value >= self.min_value
        )

    def prepare_value(self, value: Any) -> Any:
        """Without zeros at the end, in the reader's way of writing."""
        return write_decimal(value) if isinstance(value, (Decimal, float)) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keys of numbers on a telephone."""
        return {"inputmode": "decimal", "autocomplete": "off"}


class DecimalField(_WithDecimals, forms.DecimalField):
    """``12,5`` and ``12.5`` are the same; 1.000 is refused where it could be a thousand as well as one."""


class FloatField(_WithDecimals, forms.FloatField):
    """As ``DecimalField``, for what is measured and not counted in hundredths."""


def field_of(column: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """For ``formfield_callback`` of a model form: its columns of numbers with the fields of this module."""
    for kind, form_class in (
        (models.DecimalField, DecimalField),
        (models.FloatField, FloatField),
        (models.IntegerField, WholeField),
    ):
        if isinstance(column, kind) and not column.choices:
            options["form_class"] = form_class
            break
    if isinstance(column, models.DecimalField):
        # A most that the column knows also tells whether 1.125 can be a thousand.
        for limit in column.validators:
            if isinstance(limit, MaxValueValidator):
                options |= {"max_value": limit.limit_value, "error_messages": {"max_value": limit.message}}
    return column.formfield(**options)
