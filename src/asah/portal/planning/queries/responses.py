"""What people said of their own part of a plan, and how many did."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.people.models import Person
from asah.portal.planning.enums import OutcomeState, ResponseState
from asah.portal.planning.models import LineResponse, Plan, PlanOutcome


@dataclass(frozen=True)
class Counts:
    """``people``: those with lines. ``asked``: changes asked for, by whomever; ``answered`` of these.

    ``silent``: with lines, and not a word. Somebody deferred may ask too, and is counted in ``asked`` only.
    """

    people: int
    accepted: int
    asked: int
    answered: int
    silent: int

    @property
    def unanswered(self) -> int:
        return self.asked - self.answered


def counts_of(plan: Plan) -> Counts:
    """Two queries, whatever the size of the plan."""
    planned = PlanOutcome.objects.filter(plan=plan, state=OutcomeState.PLANNED)
    asks = Q(state=ResponseState.CHANGE_ASKED)
    said = LineResponse.objects.filter(plan=plan).aggregate(
        accepted=Count("pk", filter=Q(state=ResponseState.ACCEPTED)),
        asked=Count("pk", filter=asks),
        answered=Count("pk", filter=asks & Q(answered_at__isnull=False)),
        planned=Count("pk", filter=Q(person__in=planned.values("person"))),
    )
    people = planned.count()
    return Counts(people, said["accepted"], said["asked"], said["answered"], people - said["planned"])


def responses_of(plan: Plan, viewer: User) -> QuerySet[LineResponse]:
    """Of the people whom the viewer may see, with ``unit_name`` as the plan has it; requests without
    answer first."""
    unit = PlanOutcome.objects.filter(plan=OuterRef("plan"), person=OuterRef("person"))
    return (
        visible_to(viewer, LineResponse)
        .filter(plan=plan)
        .select_related("person", "answered_by")
        .annotate(unit_name=Subquery(unit.values("unit__name")[:1]))
    )


def response_of(plan: Plan, person: Person) -> LineResponse | None:
    return LineResponse.objects.filter(plan=plan, person=person).select_related("answered_by").first()
