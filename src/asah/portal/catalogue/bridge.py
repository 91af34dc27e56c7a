"""The engine's door for the catalogue: the forms of development, their JP, and the limits of the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

import polars as pl
from django.utils import timezone
from django.utils.translation import get_language

from asah.engine import rules
from asah.engine.tables import SCHEMA
from asah.engine.tables.schema import TYPE_MAX
from asah.portal.catalogue.enums import FormUnit

# The rules name the forms in the Indonesian words of the regulation; these are for readers of English.
ENGLISH: Final = {
    "K1": "Structural leadership training",
    "K2": "Managerial training",
    "K3": "Technical training",
    "K4": "Functional training",
    "K5": "Socio-cultural training",
    "K6": "Seminar or conference",
    "K7": "Workshop",
    "K8": "Course",
    "K9": "Upgrading course (penataran)",
    "K10": "Technical guidance (bimtek)",
    "K11": "Dissemination (sosialisasi)",
    "N1": "Coaching",
    "N2": "Mentoring",
    "N3": "E-learning",
    "N4": "Distance training",
    "N5": "Secondment (detasering)",
    "N6": "Outdoor learning (outbond)",
    "N7": "Benchmarking",
    "N8": "Exchange with staff of companies",
    "N9": "Self-directed learning",
    "N10": "Community of practice",
    "N11": "Guidance at the workplace",
    "N12": "Internship",
}


@dataclass(frozen=True)
class Form:
    """A form of development on one day: ``rate`` JP a ``unit``, at most ``cap`` of these a ``cap_period``."""

    code: str
    indonesian: str
    path: str
    unit: FormUnit
    rate: Decimal
    cap: Decimal | None
    cap_period: str
    regulation: str
    verified: bool

    @property
    def name(self) -> str:
        """In the language of the reader."""
        return ENGLISH.get(self.code, self.indonesian) if get_language() == "en" else self.indonesian

    @property
    def label(self) -> str:
        """``K3 Pelatihan teknis``."""
        return f"{self.code} {self.name}"


@dataclass(frozen=True)
class Conversion:
    """JP of an amount: ``capped`` where a part does not count; ``verified`` whether the rule was checked."""

    jp: Decimal
    capped: bool
    verified: bool


def forms(on: dt.date | None = None) -> tuple[Form, ...]:
    """Every form in force on a day (today), in the order of the regulation."""
    return _forms(on or timezone.localdate())


@lru_cache(maxsize=64)
def _forms(on: dt.date) -> tuple[Form, ...]:
    book = rules.at(on)
    found = []
    for code in book.keys("jp_form"):
        form, rule = book.jp_form(code), book.get("jp_form", code)
        found.append(
            Form(
                code=code,
                indonesian=form.name,
                path=form.path,
                unit=FormUnit(form.unit),
                rate=form.rate,
                cap=form.cap,
                cap_period=form.cap_period,
                regulation=rule.regulation,
                verified=form.verified,
            )
        )
    return tuple(found)


def find_form(code: str, on: dt.date | None = None) -> Form | None:
    """The form with this code, or None where no such form is in force."""
    return next((form for form in forms(on) if form.code == code), None)


def form_label(code: str) -> str:
    """Code and name; the code alone where the rules do not know it."""
    form = find_form(code)
    return form.label if form else code


def form_choices() -> list[tuple[str, str]]:
    """For a choice field or a filter."""
    return [(form.code, form.label) for form in forms()]


def convert_to_jp(
    code: str, amount: Decimal, *, first: dt.date | None = None, last: dt.date | None = None
) -> Conversion | None:
    """What ``amount`` units of a form are in JP, the engine's way: nothing rounded up, caps applied.

    ``first`` and ``last``: the days it takes, for what is capped by day. None where the form is not in force.
    """
    completed = last or timezone.localdate()
    form = find_form(code, completed)
    if form is None:
        return None
    record = pl.DataFrame(
        {
            "person_id": ["1"],
            "form": [code],
            "amount": [float(amount)],
            "started_on": [first or completed],
            "completed_on": [completed],
        }
    )
    row = rules.convert_jp(record, rules=rules.at(completed)).row(0, named=True)
    return Conversion(jp=row["jp"].normalize(), capped=row["reason"] == "capped", verified=form.verified)


def largest(table: str, column: str) -> int:
    """The largest whole number that a column of the engine's tables takes."""
    spec = next(one for one in SCHEMA[table].columns if one.name == column)
    return int(spec.max if spec.max is not None else TYPE_MAX[spec.type])
