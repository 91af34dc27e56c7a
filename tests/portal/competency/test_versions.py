from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Event
from asah.portal.competency.actions import (
    LevelText,
    add_competency,
    archive_competency,
    change_competency,
    change_draft,
    discard_draft,
    put_in_force,
    restore_competency,
    start_draft,
    write_levels,
)
from asah.portal.competency.actions.requirements import Change, set_requirements
from asah.portal.competency.enums import FrameworkState
from asah.portal.competency.models import Anchor, Competency, Framework, LevelDescriptor
from asah.portal.competency.queries import competencies_of, framework_in_force, levels_of
from factories.portal import a_user, an_office

from .conftest import Here

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def a_level(text: str) -> LevelText:
    return LevelText((text, ""), (text, ""), ((text, ""),))


def a_draft(here: Here, valid_from: dt.date | None = None) -> Framework:
    return start_draft(
        actor=here.planner, agency=here.agency, version="2", valid_from=valid_from or TODAY(), source="SK 2"
    )


def test_a_draft_begins_as_a_copy_and_changing_it_leaves_what_is_in_force(here: Here) -> None:
    old = framework_in_force(here.agency)
    assert old is not None
    draft = a_draft(here)
    integrity = here.competency("M.01")
    assert [(row.level, row.title_id) for row in levels_of(integrity, draft)] == [
        (row.level, row.title_id) for row in levels_of(integrity, old)
    ]
    assert Anchor.objects.filter(descriptor__framework=draft).count() == 20
    new = {level: a_level(f"baru {level}") for level in range(1, 6)}
    write_levels(actor=here.planner, framework=draft, competency=integrity, levels=new)
    assert [row.title_id for row in levels_of(integrity, draft)] == [f"baru {level}" for level in range(1, 6)]
    assert [row.title_id for row in levels_of(integrity, old)] == [f"Judul {level}" for level in range(1, 6)]


def test_putting_a_draft_in_force_archives_the_old_version_with_its_last_day(here: Here) -> None:
    old = framework_in_force(here.agency)
    assert old is not None
    draft = a_draft(here)
    put_in_force(actor=here.planner, framework=draft)
    old.refresh_from_db()
    assert (old.state, old.valid_to) == (FrameworkState.ARCHIVED, TODAY() - dt.timedelta(days=1))
    assert framework_in_force(here.agency) == draft
    assert old.descriptors.count() == 10
    assert Event.objects.get(action="framework.put_in_force").detail == {
        "version": "2",
        "instead_of": "uji.1",
    }


def test_everything_missing_in_a_draft_is_told_at_once(here: Here) -> None:
    draft = a_draft(here, TODAY() + dt.timedelta(days=1))
    levels = {level: a_level("ada") for level in (1, 2, 4)}
    write_levels(actor=here.planner, framework=draft, competency=here.competency("M.01"), levels=levels)
    write_levels(
        actor=here.planner,
        framework=draft,
        competency=here.competency("SK.01"),
        levels={1: LevelText(("ada", ""), ("ada", ""), ())},
    )
    with pytest.raises(ValidationError) as caught:
        put_in_force(actor=here.planner, framework=draft)
    told = caught.value.messages
    assert len(told) == 3
    assert "Integritas" in told[0]
    assert "3, 5" in told[0]
    assert "1, 2, 3, 4, 5" in told[1]
    draft.refresh_from_db()
    assert draft.state == FrameworkState.DRAFT


def test_a_version_does_not_begin_before_the_one_it_replaces(here: Here) -> None:
    draft = a_draft(here, dt.date(2020, 1, 1))
    with pytest.raises(ValidationError, match=r"uji\.1"):
        put_in_force(actor=here.planner, framework=draft)
    change_draft(
        actor=here.planner,
        framework=draft,
        version="2b",
        valid_from=dt.date(2020, 1, 2),
        source="SK",
        verified=True,
    )
    put_in_force(actor=here.planner, framework=draft)
    assert framework_in_force(here.agency) == draft


def test_there_is_one_draft_at_a_time_and_names_of_versions_differ(here: Here) -> None:
    with pytest.raises(ValidationError):
        start_draft(actor=here.planner, agency=here.agency, version="uji.1", valid_from=TODAY())
    draft = a_draft(here)
    with pytest.raises(ValidationError):
        start_draft(actor=here.planner, agency=here.agency, version="3", valid_from=TODAY())
    discard_draft(actor=here.planner, framework=draft)
    assert LevelDescriptor.objects.filter(framework__version="2").count() == 0
    assert start_draft(actor=here.planner, agency=here.agency, version="3", valid_from=TODAY()).pk


def test_what_is_in_force_or_archived_is_neither_changed_nor_discarded(here: Here) -> None:
    old = framework_in_force(here.agency)
    assert old is not None
    with pytest.raises(ValidationError):
        write_levels(actor=here.planner, framework=old, competency=here.competency("M.01"), levels={})
    with pytest.raises(ValidationError):
        discard_draft(actor=here.planner, framework=old)
    with pytest.raises(ValidationError):
        put_in_force(actor=here.planner, framework=old)
    assert old.descriptors.count() == 10


def test_only_planner_and_administrator_of_the_agency_itself_change_the_framework(
    here: Here, elsewhere: Here
) -> None:
    draft = a_draft(here)
    refused = [
        elsewhere.planner,
        a_user(Role.PLANNER, unit=an_office(here.agency)),
        a_user(Role.INSPECTOR, unit=here.agency),
    ]
    for user in refused:
        with pytest.raises(PermissionDenied):
            put_in_force(actor=user, framework=draft)
        with pytest.raises(PermissionDenied):
            write_levels(actor=user, framework=draft, competency=here.competency("M.01"), levels={})
        with pytest.raises(PermissionDenied):
            archive_competency(actor=user, competency=here.competency("M.01"))
    put_in_force(actor=a_user(Role.ADMINISTRATOR, unit=here.agency), framework=draft)


def test_a_competency_of_another_agency_gets_no_levels_here(here: Here, elsewhere: Here) -> None:
    draft = a_draft(here)
    with pytest.raises(ValidationError):
        write_levels(
            actor=here.planner,
            framework=draft,
            competency=elsewhere.competency("M.01"),
            levels={1: a_level("x")},
        )


def test_archiving_ends_the_demand_and_keeps_everything(here: Here) -> None:
    integrity = here.competency("M.01")
    set_requirements(
        actor=here.planner,
        agency=here.agency,
        changes=[Change(post.pk, integrity.pk, 3) for post in here.posts[:2]],
        on=dt.date(2024, 1, 1),
    )
    assert archive_competency(actor=here.planner, competency=integrity) == 2
    assert not competencies_of(here.agency).filter(pk=integrity.pk).exists()
    assert {row.valid_to for row in integrity.requirements.all()} == {TODAY() - dt.timedelta(days=1)}
    assert integrity.descriptors.count() == 5
    restore_competency(actor=here.planner, competency=integrity)
    assert competencies_of(here.agency).filter(pk=integrity.pk).exists()
    assert integrity.requirements.filter(valid_to=None).count() == 0


def test_an_archived_competency_is_not_copied_into_a_draft(here: Here) -> None:
    archive_competency(actor=here.planner, competency=here.competency("M.01"))
    draft = a_draft(here)
    assert set(draft.descriptors.values_list("competency__code", flat=True)) == {"SK.01"}


def test_codes_are_given_once_in_an_agency_and_stay(here: Here, elsewhere: Here) -> None:
    with pytest.raises(ValidationError):
        add_competency(
            actor=here.planner,
            agency=here.agency,
            competency=Competency(code="M.01", name_id="Dua", kind="managerial"),
        )
    added = add_competency(
        actor=here.planner,
        agency=here.agency,
        competency=Competency(code="T.99", name_id="Baru", kind="technical"),
    )
    added.code, added.name_id = "T.100", "Lebih baru"
    change_competency(actor=here.planner, competency=added, changed=["code", "name_id"])
    added.refresh_from_db()
    assert (added.code, added.name_id) == ("T.99", "Lebih baru")
    assert not Competency.objects.filter(agency=elsewhere.agency, code="T.99").exists()
