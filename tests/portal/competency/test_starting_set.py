from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from asah.portal.base.enums import Role
from asah.portal.base.models import Event
from asah.portal.competency.actions import adopt_starting_set, read_starting_set
from asah.portal.competency.actions.defaults import read_default_levels
from asah.portal.competency.models import Competency, Framework, LevelDescriptor
from asah.portal.competency.queries import competencies_of, framework_in_force, levels_of
from factories.portal import a_user, an_agency, an_office

from .conftest import DEFAULTS, FRAMEWORK, a_competency


def test_a_set_in_several_files_is_one_set_and_checked_only_where_every_part_is(data: Path) -> None:
    found = read_starting_set(data)
    assert [one.code for one in found.competencies] == ["M.01", "SK.01", "T.01"]
    assert (found.version, found.valid_from, found.source, found.verified) == (
        "uji.1",
        dt.date(2020, 1, 1),
        "Sumber uji.",
        False,
    )
    assert found.competencies[0].levels[3].anchors == (
        ("Perilaku 3a", "Behaviour 3a"),
        ("Perilaku 3b", "Behaviour 3b"),
    )
    assert found.competencies[2].levels == {}


def test_everything_wrong_in_the_files_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = ", "utf-8")
    (tmp_path / "b.toml").write_text(
        FRAMEWORK.format(verified="true").replace("valid_from = 2020-01-01", "")
        + a_competency("M.01", "Integritas", "unknown")
        + a_competency("M.02", "Kerja sama", "managerial")
        + a_competency("M.02", "Kerja sama", "managerial")
        + a_competency("M.03", "Tanpa level lima", "managerial").replace("level = 5", "level = 9"),
        "utf-8",
    )
    with pytest.raises(ValueError, match=r"a\.toml") as caught:
        read_starting_set(tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["a.toml", *["b.toml"] * 5]
    assert "kind 'unknown'" in lines[1]
    assert "already" in lines[2]
    assert "'9'" in lines[3]
    assert "valid_from" in lines[5]


def test_the_set_that_comes_with_the_portal_can_be_read_whole() -> None:
    found = read_starting_set()
    codes = [one.code for one in found.competencies]
    assert {"M.01", "M.08", "SK.01", "X.01", "I.01", "B.07", "T.01"} <= set(codes)
    assert all(len(text.anchors) == 3 for one in found.competencies for text in one.levels.values())
    assert found.verified is False
    assert read_default_levels().verified is False


@pytest.mark.django_db
def test_adopting_puts_the_whole_set_in_force_with_its_source(data: Path) -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    framework = adopt_starting_set(actor=planner, agency=agency, folder=data)
    assert framework_in_force(agency) == framework
    assert (framework.source, framework.verified) == ("Sumber uji.", False)
    first = competencies_of(agency).get(code="M.01")
    levels = levels_of(first, framework)
    assert [level.level for level in levels] == [1, 2, 3, 4, 5]
    assert [anchor.text_en for anchor in levels[4].anchors.all()] == ["Behaviour 5a", "Behaviour 5b"]
    assert Event.objects.get(action="framework.adopted").detail == {"version": "uji.1", "competencies": 3}


@pytest.mark.django_db
def test_a_competency_the_agency_has_already_stays_the_one_it_is(data: Path) -> None:
    agency = an_agency()
    own = Competency.objects.create(agency=agency, code="M.01", name_id="Nama sendiri", kind="managerial")
    adopt_starting_set(actor=None, agency=agency, folder=data)
    own.refresh_from_db()
    assert own.name_id == "Nama sendiri"
    assert own.descriptors.count() == 5
    assert Competency.objects.filter(agency=agency).count() == 3


@pytest.mark.django_db
def test_a_set_is_adopted_once_and_by_those_who_may(data: Path) -> None:
    agency = an_agency()
    office_planner = a_user(Role.PLANNER, unit=an_office(agency))
    head = a_user(Role.HEAD, unit=agency)
    stranger = a_user(Role.PLANNER, unit=an_agency())
    for user in (office_planner, head, stranger):
        with pytest.raises(PermissionDenied):
            adopt_starting_set(actor=user, agency=agency, folder=data)
    assert Framework.objects.count() == 0
    adopt_starting_set(actor=None, agency=agency, folder=data)
    with pytest.raises(ValidationError):
        adopt_starting_set(actor=None, agency=agency, folder=data)
    assert LevelDescriptor.objects.count() == 10


def test_default_levels_tell_what_is_wrong_in_them(tmp_path: Path) -> None:
    text = (
        DEFAULTS
        + '[[post]]\nkind = "raja"\nlevel = 9\n[[post]]\nkind = "fungsional"\njenjang = "Muda"\nlevel = 3\n'
    )
    (tmp_path / "levels.toml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="raja") as caught:
        read_default_levels(tmp_path)
    assert len(str(caught.value).splitlines()) == 3
