"""The lists of planning: columns, filters, what an empty one says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.catalogue.models import Offering
from asah.portal.catalogue.queries import weeks_in
from asah.portal.people.enums import EmploymentKind
from asah.portal.planning.bridge import reason_codes, reason_words
from asah.portal.planning.enums import OutcomeState, PlanState
from asah.portal.planning.models import Plan, PlanClass
from asah.portal.planning.queries import people
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

STATE_TONES = {
    PlanState.DRAFT.value: "neutral",
    PlanState.SHOWN.value: "info",
    PlanState.SUBMITTED.value: "warning",
    PlanState.STIPULATED.value: "good",
    PlanState.REPLACED.value: "neutral",
}
OUTCOME_TONES = {
    OutcomeState.PLANNED.value: "good",
    OutcomeState.DEFERRED.value: "warning",
    OutcomeState.EXEMPT.value: "neutral",
}


def say_reason(code: str) -> str:
    return reason_words(code, get_language() or "id") if code else ""


def when(offering: Offering | PlanClass) -> Any:
    """Its first day where one is set, else its week."""
    return _when(offering.starts_on, offering.period)


def _when(first_day: dt.date | None, week: int | None) -> Any:
    if first_day:
        return first_day
    return _("week %(week)s") % {"week": week} if week else _("any time")


SCENARIOS = Table(
    name="scenarios",
    caption=_("Scenarios"),
    columns=[
        Column(
            "name",
            _("Scenario"),
            value=lambda s: s.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda s: url_of("planning:scenario", s.pk),
        ),
        Column("year", _("Year"), value=lambda s: str(s.year), order=("year",)),
        Column("cycle", _("Needs analysis"), value=lambda s: s.cycle.name, order=("cycle__name",)),
        Column("total", _("Money in all"), value=lambda s: s.total, kind="money", order=("total",)),
        Column("made", _("Plans"), value=lambda s: s.made, kind="number", order=("made",)),
        Column(
            "gap",
            _("At most left, latest plan"),
            value=lambda s: s.latest_gap,
            kind="share",
            places=2,
            order=("latest_gap",),
        ),
        Column(
            "spent",
            _("Spent, latest plan"),
            value=lambda s: s.latest_spent,
            kind="money",
            order=("latest_spent",),
            link=lambda s: url_of("planning:plan", s.latest) if s.latest else "",
        ),
    ],
    sort="-year",
    empty=_("No scenario yet. Add one for a needs analysis that is computed."),
)

PLANS = Table(
    name="plans",
    caption=_("Plans"),
    columns=[
        Column(
            "scenario",
            _("Plan"),
            value=lambda p: _("%(scenario)s, plan %(number)s") % {"scenario": p.scenario, "number": p.number},
            order=("scenario__name", "number"),
            search=("scenario__name__icontains",),
            link=lambda p: url_of("planning:plan", p.pk),
        ),
        Column("year", _("Year"), value=lambda p: str(p.scenario.year), order=("scenario__year",)),
        Column(
            "state",
            _("State"),
            value=lambda p: p.get_state_display(),
            kind="badge",
            tone=lambda p: STATE_TONES[p.state],
            order=("state",),
        ),
        Column("gap", _("At most left"), value=lambda p: p.gap, kind="share", places=2, order=("gap",)),
        Column("spent", _("Spent"), value=lambda p: p.spent, kind="money", order=("spent",)),
        Column("made", _("Made"), value=lambda p: p.made_at, kind="date", order=("made_at",)),
        Column("by", _("By"), value=lambda p: p.made_by.name if p.made_by else "", order=("made_by__name",)),
    ],
    filters=[ChoiceFilter("state", _("State"), field="state", choices=PlanState.choices)],
    sort="-made",
    empty=_("No plan yet. A planner makes one from a scenario."),
)


def _plan_of(request: HttpRequest) -> Plan:
    match = request.resolver_match
    assert match is not None
    return get_visible(request, Plan, "scenario__agency", pk=match.kwargs["number"])


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    return people.offices_in(_plan_of(request), signed_in(request))


def _reasons(request: HttpRequest) -> list[tuple[str, str]]:
    return [(code, say_reason(code)) for code in reason_codes()]


def _weeks(request: HttpRequest) -> list[tuple[int, str]]:
    last = weeks_in(_plan_of(request).scenario.year)
    return [(week, gettext("week %(week)s") % {"week": week}) for week in range(1, last + 1)]


def _in_week(rows: QuerySet[PlanClass], week: int) -> QuerySet[PlanClass]:
    lasts = Q(period_end__gte=week) | Q(period_end=None, period=week)
    return rows.filter(lasts, period__lte=week)


PEOPLE = Table(
    name="outcomes",
    caption=_("People in the plan"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda o: o.name,
            order=("person__name",),
            search=("name__icontains",),
            link=lambda o: url_of("planning:person", o.plan_id, o.person_id),
        ),
        Column(
            "nip",
            _("NIP"),
            value=lambda o: o.nip,
            order=("nip",),
            search=("nip__startswith",),
        ),
        Column(
            "unit",
            _("Unit"),
            value=lambda o: o.unit.name,
            order=("unit__name",),
            search=("unit__name__icontains",),
        ),
        Column(
            "state",
            _("State"),
            value=lambda o: o.get_state_display(),
            kind="badge",
            tone=lambda o: OUTCOME_TONES[o.state],
            order=("state",),
        ),
        Column("reason", _("Reason"), value=lambda o: say_reason(o.reason), order=("reason",)),
        Column("lines", _("Programmes"), value=lambda o: o.lines, kind="number", order=("lines",)),
        Column("jp", _("JP"), value=lambda o: o.jp, kind="number", order=("jp",)),
        Column(
            "closed",
            _("Points closed"),
            value=lambda o: o.closure,
            kind="number",
            order=("closure",),
        ),
        Column("need", _("Points needed"), value=lambda o: o.need, kind="number", order=("need",)),
    ],
    filters=[
        ChoiceFilter("state", _("State"), field="state", choices=OutcomeState.choices),
        ChoiceFilter("reason", _("Reason"), field="reason", choices=_reasons),
        ChoiceFilter("unit", _("Unit and below"), field="unit__path__startswith", choices=_units),
        ChoiceFilter("employment", _("Employment"), field="employment", choices=EmploymentKind.choices),
    ],
    sort="name",
    empty=_("There is nobody in this plan whom you may see."),
)

CLASSES = Table(
    name="classes",
    caption=_("Classes of the plan"),
    columns=[
        Column(
            "programme",
            _("Programme"),
            value=lambda c: c.programme,
            order=("programme",),
            search=("programme__icontains",),
            link=lambda c: url_of("planning:class", c.plan_id, c.offering_id),
        ),
        Column("code", _("Code"), value=lambda c: c.code, search=("code__icontains",)),
        Column("when", _("When"), value=lambda c: when(c), kind="date", order=("period",)),
        Column(
            "place",
            _("Place"),
            value=lambda c: c.place_name or _("not at a place"),
            order=("place_name",),
            search=("place_name__icontains",),
        ),
        Column("classes", _("Classes"), value=lambda c: c.classes, kind="number", order=("classes",)),
        Column("enrolled", _("People"), value=lambda c: c.enrolled, kind="number", order=("enrolled",)),
        Column("seats", _("Seats"), value=lambda c: c.seats, kind="number", order=("seats",)),
        Column("cost", _("Classes (Rp)"), value=lambda c: c.cost, kind="money", order=("cost",)),
        Column("fees", _("Participants (Rp)"), value=lambda c: c.fees, kind="money", order=("fees",)),
    ],
    filters=[ChoiceFilter("week", _("Week"), choices=_weeks, apply=_in_week)],
    sort="when",
    empty=_("This plan opens no class."),
)


def _line_columns() -> list[Column]:
    return [
        Column(
            "name",
            _("Name"),
            value=lambda line: line.person.full_name,
            order=("person__name",),
            search=("person__name__icontains", "person__nip__startswith"),
            link=lambda line: url_of("planning:person", line.plan_id, line.person_id),
        ),
        Column("nip", _("NIP"), value=lambda line: line.person.nip, order=("person__nip",)),
        Column(
            "unit",
            _("Unit"),
            value=lambda line: line.unit.name,
            order=("unit__name",),
            search=("unit__name__icontains",),
        ),
    ]


PARTICIPANTS = Table(
    name="participants",
    caption=_("Participants"),
    columns=[
        *_line_columns(),
        Column("jp", _("JP"), value=lambda line: line.jp, kind="number"),
        Column("fee", _("Fee"), value=lambda line: line.fee, kind="money", order=("fee",)),
        Column("travel", _("Travel"), value=lambda line: line.travel, kind="money", order=("travel",)),
        Column(
            "locked",
            _("Decided by hand"),
            value=lambda line: _("yes") if line.locked else "",
            order=("-locked",),
        ),
    ],
    sort="name",
    empty=_("Nobody whom you may see is in it."),
)

DIFFERENT_LINES = Table(
    name="lines",
    caption=_("Enrolments that only one of the plans has"),
    prefix="l-",
    columns=[
        *_line_columns(),
        Column(
            "change",
            _("Change"),
            value=lambda line: _("new") if line.is_new else _("gone"),
            kind="badge",
            tone=lambda line: "good" if line.is_new else "warning",
            order=("is_new",),
        ),
        Column(
            "programme",
            _("Programme"),
            value=lambda line: line.planned_programme,
            order=("planned_programme",),
            search=("planned_programme__icontains",),
        ),
        Column(
            "when",
            _("When"),
            value=lambda line: _when(line.planned_starts_on, line.planned_period),
            kind="date",
            order=("planned_period",),
        ),
    ],
    sort="name",
    empty=_("Both plans enrol the same people in the same offerings."),
)

DIFFERENT_PEOPLE = Table(
    name="differences",
    caption=_("Whose gap is closed more or less"),
    prefix="p-",
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda o: o.person.full_name,
            order=("person__name",),
            search=("person__name__icontains", "person__nip__startswith"),
            link=lambda o: url_of("planning:person", o.plan_id, o.person_id),
        ),
        Column("unit", _("Unit"), value=lambda o: o.unit.name, order=("unit__name",)),
        Column("before", _("Points before"), value=lambda o: o.earlier, kind="number", order=("earlier",)),
        Column("after", _("Points after"), value=lambda o: o.closure, kind="number", order=("closure",)),
        Column(
            "difference", _("Difference"), value=lambda o: o.difference, kind="number", order=("difference",)
        ),
    ],
    sort="-difference",
    empty=_("Nobody's gap is closed more or less."),
)

MANDATES = Table(
    name="mandates",
    caption=_("Mandates"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda m: m.person.full_name,
            order=("person__name",),
            search=("person__name__icontains", "person__nip__startswith"),
        ),
        Column("nip", _("NIP"), value=lambda m: m.person.nip, order=("person__nip",)),
        Column(
            "programme",
            _("Programme"),
            value=lambda m: m.programme.name,
            order=("programme__name",),
            search=("programme__name__icontains",),
        ),
        Column("points", _("Points"), value=lambda m: m.points, kind="number", order=("points",)),
        Column(
            "change",
            _("Change"),
            value=lambda m: _("Take away"),
            link=lambda m: url_of("planning:remove_mandate", m.scenario_id, m.pk),
        ),
    ],
    sort="name",
    empty=_("Nobody must be given a programme. Add people one by one, or import a sheet."),
)

# Without the way to take one away, for those who read only.
MANDATES_READ = replace(MANDATES, columns=MANDATES.columns[:-1])

DECISIONS = Table(
    name="decisions",
    caption=_("Decisions by hand"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda lock: lock.person.full_name,
            order=("person__name",),
            search=("person__name__icontains", "person__nip__startswith"),
        ),
        Column("state", _("Decision"), value=lambda lock: lock.get_state_display(), order=("state",)),
        Column(
            "offering",
            _("Offering"),
            value=lambda lock: str(lock.offering),
            order=("offering__programme__name",),
            search=("offering__programme__name__icontains",),
        ),
        Column("reason", _("Reason"), value=lambda lock: lock.reason, search=("reason__icontains",)),
        Column(
            "by",
            _("By"),
            value=lambda lock: lock.made_by.name if lock.made_by else "",
            order=("made_by__name",),
        ),
        Column("when", _("Decided on"), value=lambda lock: lock.made_at, kind="date", order=("made_at",)),
        Column(
            "change",
            _("Change"),
            value=lambda lock: _("Leave it to the plan"),
            link=lambda lock: url_of("planning:unlock", lock.scenario_id, lock.pk),
        ),
    ],
    sort="-when",
    empty=_("Nothing was decided by hand. Decisions are made on the page of a person in a plan."),
)
