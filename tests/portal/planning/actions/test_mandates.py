"""Mandates out of a sheet: all rows or none."""

from __future__ import annotations

import pytest

from asah.portal.catalogue.models import Programme
from asah.portal.people.models import Person
from asah.portal.planning.actions.mandates import MandatesRefused, import_mandates
from asah.portal.planning.models import Mandate, Scenario
from portal.planning.conftest import World


def _import(world: World, text: str) -> int:
    scenario = Scenario.objects.get(pk=world.scenario.pk)
    return import_mandates(
        actor=world.planner,
        scenario=scenario,
        edition=scenario.edition,
        name="wajib.csv",
        content=text.encode(),
    )


def test_a_sheet_adds_its_rows_and_changes_the_points_of_those_there_already(world: World) -> None:
    Mandate.objects.all().delete()
    first, second = Person.objects.order_by("nip")[:2]
    programme = Programme.objects.filter(state="active").first()
    assert programme is not None
    head = "NIP;Kode Program;Poin\n"
    code = programme.code.lower()
    assert _import(world, f"{head}{first.nip};{code};2,5\n{second.nip};{code};\n") == 2
    assert _import(world, f"{head}{first.nip};{code};4\n") == 1
    assert list(Mandate.objects.order_by("person__nip").values_list("person", "points")) == [
        (first.pk, 4.0),
        (second.pk, None),
    ]


def test_a_sheet_with_one_bad_row_adds_nothing_and_names_every_bad_row(world: World) -> None:
    before = set(Mandate.objects.values_list("pk", "points"))
    person = Person.objects.order_by("nip")[0]
    programme = Programme.objects.filter(state="active")[0]
    rows = (
        f"{person.nip};{programme.code};1",
        f"123;{programme.code};1",
        f"{person.nip};TIDAKADA;1",
        f"{person.nip};{programme.code};-3",
        f"{person.nip};{programme.code};1.000",
    )
    with pytest.raises(MandatesRefused) as refused:
        _import(world, "NIP;Program;Poin\n" + "\n".join(rows) + "\n")
    assert [problem.split(":")[0][-1] for problem in refused.value.problems] == ["3", "4", "5", "6"]
    assert set(Mandate.objects.values_list("pk", "points")) == before
    assert Scenario.objects.get(pk=world.scenario.pk).edition == 1


def test_a_sheet_without_the_columns_says_which_it_needs(world: World) -> None:
    with pytest.raises(MandatesRefused) as refused:
        _import(world, "Nama;Alamat\nA;B\n")
    assert "NIP" in refused.value.problems[0]
