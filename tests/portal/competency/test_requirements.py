from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from asah.portal.base.enums import Role
from asah.portal.base.models import Event
from asah.portal.competency.actions import (
    Change,
    OvertakenError,
    apply_defaults,
    plan_changes,
    plan_defaults,
    set_requirements,
)
from asah.portal.competency.actions.defaults import plain_rung
from asah.portal.competency.enums import Basis
from asah.portal.competency.models import Requirement
from asah.portal.competency.queries import Standard, standard_of
from asah.portal.people.models import Position
from factories.portal import a_position, a_user, an_office

from .conftest import Here

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def rows(here: Here, post: int = 0, code: str = "M.01") -> list[tuple[int, dt.date, dt.date | None]]:
    found = Requirement.objects.filter(position=here.posts[post], competency__code=code).order_by(
        "valid_from"
    )
    return list(found.values_list("level", "valid_from", "valid_to"))


def set_level(here: Here, level: int | None, on: dt.date | None = None, **values: object) -> None:
    change = Change(here.posts[0].pk, here.competency("M.01").pk, level, **values)  # type: ignore[arg-type]
    set_requirements(actor=here.planner, agency=here.agency, changes=[change], on=on)


def enter_earlier() -> None:
    """As if all that stands had been entered a month ago."""
    Requirement.objects.update(written_at=timezone.now() - 30 * DAY)


def test_another_level_closes_the_old_one_on_the_day_before(here: Here) -> None:
    set_level(here, 3, dt.date(2024, 1, 1), source="SK 1")
    enter_earlier()
    set_level(here, 4, dt.date(2025, 7, 1), source="SK 2")
    assert rows(here) == [
        (3, dt.date(2024, 1, 1), dt.date(2025, 6, 30)),
        (4, dt.date(2025, 7, 1), None),
    ]


def test_a_day_asks_for_what_held_on_it(here: Here) -> None:
    post, integrity = here.posts[0].pk, here.competency("M.01").pk
    set_level(here, 3, dt.date(2024, 1, 1))
    set_level(here, 4, dt.date(2025, 7, 1), importance=Decimal("2.5"), basis=Basis.DEFAULT.value)
    set_level(here, None, dt.date(2025, 9, 1))

    def at(*day: int) -> list[Standard]:
        return standard_of([post, here.posts[1].pk], dt.date(*day))

    assert at(2023, 12, 31) == []
    assert at(2025, 6, 30) == [Standard(post, integrity, 3, Decimal(1), "stipulated")]
    assert at(2025, 7, 1) == at(2025, 8, 31) == [Standard(post, integrity, 4, Decimal("2.5"), "default")]
    assert at(2025, 9, 1) == []


def test_what_was_entered_today_is_amended_and_the_audit_says_what_it_was(here: Here) -> None:
    today = timezone.localdate()
    set_level(here, 2, today - 10 * DAY)
    enter_earlier()
    set_level(here, 3)
    set_level(here, 5)
    assert rows(here) == [(2, today - 10 * DAY, today - DAY), (5, today, None)]
    amended = Event.objects.filter(action="requirements.set").order_by("number").last()
    assert amended is not None
    assert amended.detail["amended"] == [[here.posts[0].pk, here.competency("M.01").pk, 3]]
    set_level(here, None)
    assert rows(here) == [(2, today - 10 * DAY, today - DAY)]


def test_history_is_never_overwritten(here: Here) -> None:
    set_level(here, 3, dt.date(2024, 1, 1))
    enter_earlier()
    for day in (dt.date(2024, 1, 1), dt.date(2023, 6, 1)):
        with pytest.raises(ValidationError, match="Integritas"):
            set_level(here, 4, day)
    set_level(here, None, dt.date(2024, 6, 1))
    with pytest.raises(ValidationError, match="Integritas"):
        set_level(here, 4, dt.date(2024, 5, 31))
    set_level(here, 4, dt.date(2024, 6, 1))
    assert rows(here) == [(3, dt.date(2024, 1, 1), dt.date(2024, 5, 31)), (4, dt.date(2024, 6, 1), None)]


def test_a_level_does_not_begin_in_the_future(here: Here) -> None:
    with pytest.raises(ValidationError):
        set_level(here, 3, timezone.localdate() + DAY)
    assert rows(here) == []


def test_what_does_not_differ_is_not_written(here: Here) -> None:
    set_level(here, 3, dt.date(2024, 1, 1), source="SK 1")
    enter_earlier()
    events = Event.objects.count()
    set_level(here, 3)
    assert rows(here) == [(3, dt.date(2024, 1, 1), None)]
    assert Event.objects.count() == events


def test_another_level_does_not_keep_the_source_of_the_old_one(here: Here) -> None:
    set_level(here, 3, dt.date(2024, 1, 1), source="SK 1")
    set_level(here, 3, dt.date(2024, 2, 1), importance=Decimal(2))
    set_level(here, 4, dt.date(2024, 3, 1))
    found = Requirement.objects.order_by("valid_from").values_list("level", "importance", "source")
    assert list(found) == [(3, 1, "SK 1"), (3, 2, "SK 1"), (4, 2, "")]


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(here: Here, elsewhere: Here) -> None:
    post, integrity = here.posts[0].pk, here.competency("M.01").pk
    changes = [
        Change(post, integrity, 3),
        Change(post, integrity, 4),
        Change(post, here.competency("SK.01").pk, 6),
        Change(here.posts[1].pk, integrity, 3, Decimal(-1)),
        Change(elsewhere.posts[0].pk, integrity, 3),
        Change(post, elsewhere.competency("T.01").pk, 3),
    ]
    with pytest.raises(ValidationError) as caught:
        set_requirements(actor=here.planner, agency=here.agency, changes=changes)
    assert len(caught.value.messages) == 4
    assert Requirement.objects.count() == 0


def test_only_those_who_may_edit_in_the_agency_itself_set_levels(here: Here, elsewhere: Here) -> None:
    change = Change(here.posts[0].pk, here.competency("M.01").pk, 3)
    for user in (
        elsewhere.planner,
        a_user(Role.OPERATOR, unit=here.agency),
        a_user(Role.PLANNER, unit=an_office(here.agency)),
    ):
        with pytest.raises(PermissionDenied):
            set_requirements(actor=user, agency=here.agency, changes=[change])
        with pytest.raises(PermissionDenied):
            apply_defaults(actor=user, agency=here.agency)
    assert Requirement.objects.count() == 0


def test_only_what_was_shown_is_written(here: Here) -> None:
    change = Change(here.posts[0].pk, here.competency("M.01").pk, 3)
    shown = plan_changes(agency=here.agency, changes=[change])
    set_level(here, 2)
    with pytest.raises(OvertakenError):
        set_requirements(actor=here.planner, agency=here.agency, changes=[change], seen=shown.digest)
    again = plan_changes(agency=here.agency, changes=[change])
    set_requirements(actor=here.planner, agency=here.agency, changes=[change], seen=again.digest)
    assert [row[0] for row in rows(here)] == [3]


def test_a_thousand_levels_are_set_with_a_few_questions(
    here: Here, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    posts = Position.objects.bulk_create(
        Position(agency=here.agency, code=f"P{number}", name=f"Jabatan {number}") for number in range(600)
    )
    competencies = [here.competency(code).pk for code in ("M.01", "SK.01")]
    changes = [Change(post.pk, one, 3) for post in posts for one in competencies]
    set_requirements(actor=here.planner, agency=here.agency, changes=changes, on=dt.date(2024, 1, 1))
    enter_earlier()
    with django_assert_max_num_queries(30):
        plan = set_requirements(
            actor=here.planner,
            agency=here.agency,
            changes=[Change(post.pk, one, 4) for post in posts for one in competencies],
        )
    assert plan.counts == {"new": 0, "changed": 1200, "cleared": 0, "same": 0}
    assert Requirement.objects.filter(valid_to=None).count() == 1200
    assert Requirement.objects.count() == 2400


def test_standards_of_more_posts_than_one_question_takes_are_all_found(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asah.portal.competency.queries.CHUNK", 1)
    integrity = here.competency("M.01").pk
    changes = [Change(post.pk, integrity, 2) for post in here.posts]
    set_requirements(actor=here.planner, agency=here.agency, changes=changes)
    found = standard_of([post.pk for post in here.posts], timezone.localdate())
    assert [row.position_id for row in found] == sorted(post.pk for post in here.posts)


def test_rungs_are_the_same_however_they_are_written() -> None:
    assert {
        plain_rung("fungsional", text) for text in ("Ahli Muda", "ahli_muda", "MUDA", " Ahli  muda ")
    } == {"muda"}
    assert {plain_rung("jpt", text) for text in ("JPT Pratama", "pratama")} == {"pratama"}


def test_defaults_fill_posts_without_a_standard_and_are_labelled(here: Here, data: Path) -> None:
    set_level(here, 5)
    other = a_position(here.agency, "Perencana", "fungsional", "Muda")
    plan = plan_defaults(agency=here.agency, folder=data)
    assert {level: [post.name for post in posts] for level, posts in plan.filled.items()} == {
        2: ["Kepala Seksi"],
        3: ["Perencana"],
    }
    assert [post.name for post in plan.unknown] == ["Jabatan Baru"]
    assert Requirement.objects.count() == 1
    apply_defaults(actor=here.planner, agency=here.agency, folder=data)
    found = Requirement.objects.filter(position=other).order_by("competency__code")
    assert list(found.values_list("competency__code", "level", "basis", "source")) == [
        ("M.01", 3, "default", "Kelaziman uji."),
        ("SK.01", 3, "default", "Kelaziman uji."),
    ]
    assert [row[0] for row in rows(here)] == [5]
    assert not Requirement.objects.filter(position=here.posts[2]).exists()


def test_filling_defaults_twice_changes_nothing(here: Here, data: Path) -> None:
    apply_defaults(actor=here.planner, agency=here.agency, folder=data)
    count = Requirement.objects.count()
    assert apply_defaults(actor=here.planner, agency=here.agency, folder=data).steps == []
    assert Requirement.objects.count() == count == 4
