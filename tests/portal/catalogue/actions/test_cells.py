from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from asah.portal.catalogue.actions.workbook import cells
from asah.portal.people.enums import Connectivity, EmploymentKind

two_places = partial(cells.decimal, places=2)
connectivity = partial(cells.choice, choices=Connectivity)


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (cells.money, "1500000", 1_500_000),
        (cells.money, "Rp 1.500.000", 1_500_000),
        (cells.money, "Rp. 750", 750),
        (two_places, "4,5", Decimal("4.5")),
        (two_places, "24.25", Decimal("24.25")),
        (cells.day, "2026-11-22", dt.date(2026, 11, 22)),
        (cells.day, "05/11/2026", dt.date(2026, 11, 5)),
        (cells.truth, "Ya", True),
        (cells.truth, "false", False),
        (connectivity, "low", "low"),
        (connectivity, "Weak", "low"),
        (partial(cells.choices_of, choices=EmploymentKind), "PNS; pppk;", ["PNS", "PPPK"]),
        (cells.code, "k 3", "K3"),
        (cells.whole, "-3", -3),
    ],
)
def test_cells_are_read_as_people_here_write_them(
    read: Callable[[str], Any], written: str, value: object
) -> None:
    assert read(written) == value


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (cells.money, "1.500"),
        (two_places, "2.000"),
        (two_places, "1,500"),
        (cells.money, "1500,50"),
        (cells.money, "1500.5"),
        (cells.money, "-5"),
        (cells.money, "9" * 21),
        (two_places, "1.234"),
        (two_places, "1.000,5"),
        (two_places, "NaN"),
        (two_places, "1e3"),
        (two_places, "٣"),
        (cells.day, "13/13/2026"),
        (cells.day, "22 Nov"),
        (cells.truth, "mungkin"),
        (connectivity, "4G"),
        (cells.whole, "3.0x"),
        (cells.whole, "²"),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_refused(read: Callable[[str], Any], written: str) -> None:
    with pytest.raises(cells.CellError):
        read(written)


def test_headers_are_known_in_any_case_and_with_any_blank() -> None:
    assert [cells.folded(name) for name in (" Biaya per Kelas", "biaya-per-kelas", "BIAYA_PER_KELAS")] == [
        "biaya_per_kelas"
    ] * 3
