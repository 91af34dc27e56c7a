"""Cases of ethics and discipline: they raise a need for coaching, and take nobody out of anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.base.outbox import notice_kind, tell
from asah.portal.competency.queries import standard_of
from asah.portal.needs.access import OPEN_CASES
from asah.portal.needs.enums import Against, CaseState
from asah.portal.needs.models import COACHING, ConductCase, Cycle, Member, Need
from asah.portal.needs.queries.conduct import (
    competencies_for,
    cycles_running,
    people_of_cases,
    users_to_name,
)
from asah.portal.needs.queries.profile import standard_day

# A case calls for one level more; where the post demands nothing here, for the second.
COACHING_LEVELS = 1.0
USUAL_LEVEL = 2
LONGEST_AGO = dt.timedelta(days=3653)

NAMED_IN_CASE = notice_kind(
    "needs.named_in_case",
    title=gettext_lazy("A case you are to see"),
    sentence=gettext_lazy("You were named to see a case of conduct. Every look at it is recorded."),
)


@transaction.atomic
def open_case(*, actor: User, case: ConductCase, named: Sequence[User]) -> ConductCase:
    """Keeps a new case, tells those named, and raises the need in every analysis that is not finished.

    The audit says that a case was opened, not about whom and not in which office.
    """
    OPEN_CASES.require(actor)
    person = case.person
    if not people_of_cases(actor).filter(pk=person.pk).exists():
        raise PermissionDenied
    if not competencies_for(person.agency_id).filter(pk=case.competency_id).exists():
        raise ValidationError(_("Choose a competency of ethics or integrity of your agency."))
    allowed = set(users_to_name(person).values_list("pk", flat=True))
    if any(user.pk not in allowed for user in named):
        raise ValidationError(_("Somebody named has no role in coaching here. Choose from the list."))
    today = timezone.localdate()
    if not today - LONGEST_AGO <= case.opened_on <= today:
        raise ValidationError({"opened_on": _("Choose a day of the last ten years, today at the latest.")})
    case.opened_by, case.state = actor, CaseState.OPEN
    case.save()
    case.named.set(named)
    agency = Unit.objects.get(pk=person.agency_id)
    audit.record(actor, "conduct.opened", case, unit=agency, detail={"named": len(named)})
    tell([user for user in named if user != actor], NAMED_IN_CASE, link=reverse("needs:case", args=[case.pk]))
    for cycle in cycles_running(person.agency_id):
        raise_needs(cycle=cycle)
    return case


@transaction.atomic
def close_case(*, actor: User, case: ConductCase) -> None:
    """Coaching is done. What the case raised in analyses before stays as it is."""
    if case.opened_by_id != actor.pk and not visible_to(actor, ConductCase).filter(pk=case.pk).exists():
        raise PermissionDenied
    if case.state != CaseState.OPEN:
        raise ValidationError(_("This case is closed already."))
    case.state, case.closed_at = CaseState.CLOSED, timezone.now()
    case.save(update_fields=["state", "closed_at"])
    audit.record(actor, "conduct.closed", case, unit=Unit.objects.get(pk=case.person.agency_id))


@transaction.atomic
def note_seen(*, actor: User, case: ConductCase) -> None:
    """The line in the audit of one look at a case."""
    audit.record(actor, "conduct.seen", case, unit=Unit.objects.get(pk=case.person.agency_id))


@transaction.atomic
def note_listed(*, actor: User, cases: Sequence[ConductCase]) -> None:
    """One line for a look at a list that names people; none for an empty one."""
    if cases:
        audit.record(
            actor, "conduct.listed", ConductCase._meta.label, detail={"cases": [case.pk for case in cases]}
        )


def raise_needs(*, cycle: Cycle) -> int:
    """A need for every open case of a member that has none yet in this competency; how many were added.

    Where the estimate found a need there, that one stands: planning sees to the level that a case calls for.
    """
    cases = ConductCase.objects.filter(state=CaseState.OPEN, person__agency=cycle.agency_id)
    wanted = set(cases.values_list("person_id", "competency_id"))
    people = {person for person, _competency in wanted}
    have = set(Need.objects.filter(cycle=cycle, person__in=people).values_list("person_id", "competency_id"))
    members = {member.person_id: member for member in Member.objects.filter(cycle=cycle, person__in=people)}
    posts = {member.position_id for member in members.values() if member.position_id}
    demanded = {
        (each.position_id, each.competency_id): each for each in standard_of(posts, standard_day(cycle))
    }
    needs = []
    for person, competency in sorted(wanted - have):
        if person not in members:
            continue
        member = members[person]
        standard = demanded.get((member.position_id or 0, competency))
        needs.append(
            Need(
                cycle=cycle,
                person_id=person,
                unit_id=member.unit_id,
                competency_id=competency,
                against=Against.CURRENT,
                required=standard.level if standard else USUAL_LEVEL,
                gap=COACHING_LEVELS,
                weight=float(standard.importance) if standard and standard.importance else 1.0,
                basis=COACHING,
            )
        )
    return len(Need.objects.bulk_create(needs))
