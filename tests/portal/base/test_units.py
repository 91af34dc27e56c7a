"""Units that are made, renamed and moved, and who may."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from asah.portal.base.actions import change_unit, create_unit, move_unit
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit
from factories.portal import a_user, an_agency, an_office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ADMINISTRATOR, True), (Role.OPERATOR, True), (Role.PLANNER, False)]
)
def test_administrators_and_operators_change_units_below_their_own(role: Role, may: bool) -> None:
    agency = an_agency()
    office, beside = an_office(agency), an_office(agency)
    user = a_user(role, unit=office)
    for unit in (office, beside):
        allowed = may and unit == office
        try:
            part = create_unit(actor=user, code="1", name="Bagian Umum", parent=unit)
            change_unit(actor=user, unit=part, code="1", name="Bagian Tata Usaha")
        except PermissionDenied:
            assert not allowed
        else:
            assert allowed


def test_a_new_name_is_kept_and_the_audit_tells_both() -> None:
    agency = an_agency()
    office = an_office(agency, "Dinas Lama")
    change_unit(actor=a_user(Role.ADMINISTRATOR, unit=agency), unit=office, code="D1", name="Dinas Baru")
    office.refresh_from_db()
    assert (office.code, office.name) == ("D1", "Dinas Baru")
    event = Event.objects.get(action="unit.changed")
    assert (event.unit, event.detail["from"][1], event.detail["to"]) == (
        office,
        "Dinas Lama",
        ["D1", "Dinas Baru"],
    )


def test_a_unit_that_is_saved_as_it_was_leaves_no_line() -> None:
    office = an_office(an_agency())
    change_unit(actor=None, unit=office, code=office.code, name=office.name)
    assert not Event.objects.filter(action="unit.changed").exists()


def test_a_code_stands_once_in_an_agency_in_whatever_case() -> None:
    agency, abroad = an_agency(), an_agency()
    first, other = an_office(agency), an_office(agency)
    assert create_unit(actor=None, code=first.code, name="Dinas Uji", parent=abroad)
    for call in (
        lambda: create_unit(actor=None, code=first.code, name="Dinas Kembar", parent=agency),
        lambda: create_unit(actor=None, code=first.code.lower(), name="Bagian", parent=other),
        lambda: change_unit(actor=None, unit=other, code=first.code, name=other.name),
    ):
        with pytest.raises(ValidationError) as refused:
            call()
        assert first.code in refused.value.messages[0]
    change_unit(actor=None, unit=other, code=other.code.lower(), name=other.name)
    assert Unit.objects.get(pk=other.pk).code == other.code.lower()


def test_a_unit_is_not_moved_below_itself_nor_out_of_its_agency() -> None:
    agency, abroad = an_agency(), an_agency()
    office = an_office(agency)
    part = an_office(office)
    for unit, parent in ((office, office), (office, part), (office, abroad), (agency, abroad)):
        with pytest.raises(ValidationError):
            move_unit(actor=None, unit=Unit.objects.get(pk=unit.pk), parent=Unit.objects.get(pk=parent.pk))
    assert [unit.path for unit in Unit.objects.filter(pk__in=[office.pk, part.pk]).order_by("pk")] == [
        office.path,
        part.path,
    ]


def test_a_move_that_is_asked_with_old_knowledge_does_not_tear_the_tree() -> None:
    """Two who move at once: what the second read of the tree is no longer so."""
    agency = an_agency()
    one, two = an_office(agency), an_office(agency)
    stale_one, stale_two = Unit.objects.get(pk=one.pk), Unit.objects.get(pk=two.pk)
    move_unit(actor=None, unit=one, parent=two)
    with pytest.raises(ValidationError):
        move_unit(actor=None, unit=stale_two, parent=stale_one)


def one_below_the_other(unit: Unit, many: int) -> None:
    for number in range(many):
        unit = create_unit(actor=None, code=str(number), name="Bagian", parent=unit)


def test_a_tree_deeper_than_a_path_can_tell_is_refused() -> None:
    agency = an_agency()
    with pytest.raises(ValidationError):
        one_below_the_other(agency, 200)
    deepest = max(Unit.objects.all(), key=lambda unit: len(unit.path))
    assert 190 < len(deepest.path) <= 200
    top = create_unit(actor=None, code="x", name="Dinas", parent=agency)
    create_unit(actor=None, code="y", name="Bagian", parent=top)
    with pytest.raises(ValidationError):
        move_unit(actor=None, unit=top, parent=deepest)
