from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from asah.portal.competency.models import Competency
from asah.portal.needs.actions import close_cycle, save_draft, submit_rating
from asah.portal.needs.enums import AssignmentState, CycleState
from asah.portal.needs.models import Assignment, Cycle, Rating, Submission
from asah.portal.needs.queries.rating import scores_in, sheet_of, standing_ratings
from asah.portal.people.models import Person
from factories.needs import a_framework, a_standard, an_open_cycle, the_form
from factories.portal import a_person, a_position, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@dataclass
class Scene:
    """A supervisor with one report whose post demands the first and the last of four competencies."""

    cycle: Cycle
    user: User
    chief: Person
    staff: Person
    competencies: list[Competency]
    form: Assignment

    @property
    def answers(self) -> dict[int, int | None]:
        return {self.competencies[0].pk: 4, self.competencies[3].pk: None}

    def send(self, **changed: object) -> Submission:
        given: dict[str, object] = {
            "actor": self.user,
            "assignment": self.form,
            "number": uuid.uuid4(),
            "filled_at": timezone.now(),
            "scores": self.answers,
        }
        return submit_rating(**(given | changed))  # type: ignore[arg-type]


@pytest.fixture
def scene() -> Scene:
    agency = an_agency()
    office = an_office(agency)
    framework, competencies = a_framework(agency, described=True)
    post = a_position(agency, "Pranata Komputer")
    a_standard(post, {competencies[0]: 3, competencies[3]: 2})
    user = a_user(Role.SUPERVISOR, unit=office)
    chief = a_person(office, user=user)
    staff = a_person(office, position=post, supervisor=chief)
    cycle = an_open_cycle(agency, framework)
    return Scene(cycle, user, chief, staff, competencies, the_form(cycle, staff, chief))


def code_of(told: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(told.value.error_list[0].code)


def test_a_form_asks_what_the_post_demands_with_five_levels_and_their_anchors(scene: Scene) -> None:
    sheet = sheet_of(scene.form)
    assert [item.competency for item in sheet.items] == [scene.competencies[0], scene.competencies[3]]
    assert [level.title for level in sheet.items[0].levels] == [f"Tingkat {n} dari K.1" for n in range(1, 6)]
    assert sheet.items[0].levels[1].anchors == ("Perilaku tingkat 2",)
    assert sheet.by_standard


def test_a_post_without_a_standard_is_asked_what_every_post_is_and_it_is_said(scene: Scene) -> None:
    sheet = sheet_of(the_form(scene.cycle, scene.chief, scene.chief))
    assert [item.competency for item in sheet.items] == scene.competencies[:3]
    assert not sheet.by_standard


def test_a_standard_that_changes_later_does_not_change_the_form(scene: Scene) -> None:
    tomorrow = timezone.localdate() + DAY
    assert scene.staff.current
    assert scene.staff.current.position
    a_standard(scene.staff.current.position, {scene.competencies[1]: 3}, since=tomorrow)
    assert len(sheet_of(scene.form).items) == 2


def test_a_sent_form_becomes_one_rating_a_competency_and_none_where_nobody_can_judge(scene: Scene) -> None:
    scene.send()
    (rating,) = Rating.objects.all()
    assert (rating.person, rating.rater, rating.role) == (scene.staff, scene.chief, "supervisor")
    assert (rating.competency, rating.score) == (scene.competencies[0], 4)
    scene.form.refresh_from_db()
    assert scene.form.state == AssignmentState.SENT
    assert scores_in(scene.form, sheet_of(scene.form)) == scene.answers


def test_the_same_form_arriving_twice_is_taken_once(scene: Scene) -> None:
    number = uuid.uuid4()
    first = scene.send(number=number)
    again = scene.send(number=number, scores={})
    assert again == first
    assert (Submission.objects.count(), Rating.objects.count()) == (1, 1)


def test_a_number_of_another_form_is_refused(scene: Scene) -> None:
    number = uuid.uuid4()
    scene.send(number=number)
    own = the_form(scene.cycle, scene.chief, scene.chief)
    with pytest.raises(ValidationError) as told:
        scene.send(number=number, assignment=own)
    assert code_of(told) == "taken"


def test_a_form_sent_again_adds_rows_and_the_latest_filled_in_holds(scene: Scene) -> None:
    first = scene.competencies[0].pk
    now = timezone.now()
    scene.send(scores=scene.answers | {first: 5}, filled_at=now - dt.timedelta(minutes=1))
    # Filled in earlier on another phone, and arrived later.
    scene.send(scores=scene.answers | {first: 2}, filled_at=now - dt.timedelta(minutes=9))
    assert Rating.objects.count() == 2
    assert [int(rating.score) for rating in standing_ratings(scene.cycle)] == [5]


def test_a_form_with_gaps_or_strange_answers_is_refused_with_what_is_missing(scene: Scene) -> None:
    first, last = scene.competencies[0], scene.competencies[3]
    for scores in ({first.pk: 3}, {first.pk: 3, last.pk: 6}, scene.answers | {scene.competencies[1].pk: 3}):
        with pytest.raises(ValidationError) as told:
            scene.send(scores=scores)
        assert code_of(told) == "incomplete"
    with pytest.raises(ValidationError, match=last.name_id):
        scene.send(scores={first.pk: 3})
    assert not Submission.objects.exists()


def test_nobody_is_unable_to_judge_themselves(scene: Scene) -> None:
    own = the_form(scene.cycle, scene.chief, scene.chief)
    with pytest.raises(ValidationError) as told:
        scene.send(assignment=own, scores=dict.fromkeys([each.pk for each in scene.competencies[:3]]))
    assert code_of(told) == "incomplete"


def close_on(cycle: Cycle, days_ago: int, state: CycleState = CycleState.CLOSED) -> dt.datetime:
    """Closes a cycle that has been open for a month; returns a moment of its last day."""
    closed = timezone.localdate() - days_ago * DAY
    Cycle.objects.filter(pk=cycle.pk).update(
        opens_on=closed - 30 * DAY, closes_on=closed, state=state, opened_at=timezone.now() - 40 * DAY
    )
    return timezone.make_aware(dt.datetime.combine(closed, dt.time(10)))


@pytest.mark.parametrize("state", [CycleState.OPEN, CycleState.CLOSED])
def test_a_form_filled_in_after_the_last_day_is_refused(scene: Scene, state: CycleState) -> None:
    close_on(scene.cycle, 1, state)
    with pytest.raises(ValidationError) as told:
        scene.send()
    assert code_of(told) == "closed"


def test_a_form_filled_in_before_the_last_day_is_taken_within_a_week_and_marked_late(scene: Scene) -> None:
    moment = close_on(scene.cycle, 7)
    submission = scene.send(filled_at=moment)
    assert (submission.late, submission.filled_at) == (True, moment)
    assert Rating.objects.get().rated_on == timezone.localdate() - 7 * DAY


def test_a_form_that_arrives_more_than_a_week_late_is_refused(scene: Scene) -> None:
    moment = close_on(scene.cycle, 8)
    with pytest.raises(ValidationError) as told:
        scene.send(filled_at=moment)
    assert code_of(told) == "closed"


def test_a_form_in_time_is_not_late(scene: Scene) -> None:
    assert not scene.send().late


def test_a_finished_cycle_takes_nothing(scene: Scene) -> None:
    moment = close_on(scene.cycle, 1, CycleState.FINISHED)
    with pytest.raises(ValidationError) as told:
        scene.send(filled_at=moment)
    assert code_of(told) == "closed"


def test_a_clock_that_is_wrong_does_not_open_a_closed_cycle(scene: Scene) -> None:
    close_on(scene.cycle, 1)
    for moment in (timezone.now() + 30 * DAY, dt.datetime(1970, 1, 2, tzinfo=dt.UTC)):
        with pytest.raises(ValidationError) as told:
            scene.send(filled_at=moment)
        assert code_of(told) == "closed"


def test_a_clock_that_is_wrong_costs_nobody_the_form_while_it_is_open(scene: Scene) -> None:
    submission = scene.send(filled_at=dt.datetime(1970, 1, 2, tzinfo=dt.UTC))
    assert timezone.now() - submission.filled_at < dt.timedelta(minutes=1)


def test_a_draft_is_kept_until_it_is_sent_and_says_nothing_yet(scene: Scene) -> None:
    draft = {scene.competencies[0].pk: 2}
    save_draft(actor=scene.user, assignment=scene.form, scores=draft)
    scene.form.refresh_from_db()
    assert (scene.form.state, scores_in(scene.form, sheet_of(scene.form))) == (AssignmentState.DRAFT, draft)
    assert not Rating.objects.exists()
    scene.send()
    scene.form.refresh_from_db()
    assert (scene.form.state, scene.form.draft) == (AssignmentState.SENT, {})


def test_nobody_else_fills_in_a_form(scene: Scene) -> None:
    other = a_user(Role.PLANNER, unit=scene.cycle.agency)
    with pytest.raises(PermissionDenied):
        scene.send(actor=other)
    with pytest.raises(PermissionDenied):
        save_draft(actor=other, assignment=scene.form, scores={})


def test_a_closed_cycle_keeps_no_drafts(scene: Scene) -> None:
    close_cycle(actor=a_user(Role.PLANNER, unit=scene.cycle.agency), cycle=scene.cycle)
    with pytest.raises(ValidationError) as told:
        save_draft(actor=scene.user, assignment=scene.form, scores={})
    assert code_of(told) == "closed"


@pytest.mark.parametrize("role", ["peer", "subordinate"])
def test_the_audit_does_not_say_whom_somebody_rated_in_confidence(scene: Scene, role: str) -> None:
    Assignment.objects.filter(pk=scene.form.pk).update(role=role)
    scene.send()
    line = Event.objects.get(action="needs.rated")
    assert (line.actor, line.subject) == (scene.user, f"needs.Cycle:{scene.cycle.pk}")
    assert line.unit == scene.cycle.agency
    assert line.detail == {"role": role, "late": False}
