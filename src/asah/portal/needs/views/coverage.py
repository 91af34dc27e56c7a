"""How far the rating is, reminding, and naming raters where none is known."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.needs import actions
from asah.portal.needs.access import ASSIGN_RATERS, SEE_COVERAGE
from asah.portal.needs.enums import CycleState, RaterRole
from asah.portal.needs.forms.cycle import RaterForm
from asah.portal.needs.models import Cycle, Member
from asah.portal.needs.queries import coverage as queries
from asah.portal.needs.queries import cycles, rating
from asah.portal.needs.views.lists_cycles import UNASSIGNED, UNRATED, draw_coverage
from asah.portal.ui.charts import Bar, bars
from asah.portal.ui.formats import number as write_number
from asah.portal.ui.formats import share


def show_coverage(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    SEE_COVERAGE.require(user)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    offices = queries.coverage(user, cycle)
    roles = [(role.value, str(role.label)) for role in RaterRole if role in cycle.roles]
    may_remind = ASSIGN_RATERS.held_by(user) and rating.is_open(cycle)
    # Least first: that is where somebody has to go.
    drawn = sorted(offices, key=lambda office: (office.share is None, office.share or 0, office.name))
    chart = bars(
        _("Forms sent, by office"),
        [
            Bar(
                office.name,
                office.share,
                f"{share(office.share, 0)} ({write_number(office.sent)} / {write_number(office.whole)})",
            )
            for office in drawn
        ],
        name="sent",
        amount=_("Sent"),
        whole=1,
    )
    context = {
        "cycle": cycle,
        "chart": chart,
        "people": sum(office.people for office in offices),
        "unrated": sum(office.unrated for office in offices),
        "sent": sum(office.sent for office in offices),
        "whole": sum(office.whole for office in offices),
        "no_supervisor": queries.members_without(user, cycle, RaterRole.SUPERVISOR).count()
        if RaterRole.SUPERVISOR in cycle.roles
        else 0,
        "may_remind": may_remind,
        "waited_for": queries.raters_waited_for(cycle, ASSIGN_RATERS.paths(user)) if may_remind else None,
        "log": cycles.log_of(cycle, actions.REMINDED)[:10],
    }
    table = draw_coverage(request, roles)
    return table.respond(request, offices, template="needs/coverage.html", context=context)


def list_unrated(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    SEE_COVERAGE.require(user)
    cycle = get_visible(request, Cycle, pk=number)
    rows = queries.unrated_members(user, cycle)
    table = UNRATED if ASSIGN_RATERS.held_by(user) else UNRATED.read_only("name")
    return table.respond(request, rows, template="needs/unrated.html", context={"cycle": cycle})


@require_POST
def remind(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    try:
        told = actions.remind_raters(actor=user, cycle=cycle)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("%(count)s person was reminded.", "%(count)s people were reminded.", told)
        messages.success(request, words % {"count": told})
    return redirect("needs:coverage", number=cycle.pk)


def list_unassigned(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    ASSIGN_RATERS.require(user)
    cycle = get_visible(request, Cycle, pk=number)
    rows = queries.members_without(user, cycle, RaterRole.SUPERVISOR)
    if RaterRole.SUPERVISOR not in cycle.roles or cycle.state == CycleState.DRAFT:
        rows = rows.none()
    return UNASSIGNED.respond(request, rows, template="needs/unassigned.html", context={"cycle": cycle})


def assign_rater(request: HttpRequest, number: int, member: int) -> HttpResponse:
    user = signed_in(request)
    row = get_visible(request, Member, "person", "unit", "cycle", "position", pk=member, cycle=number)
    ASSIGN_RATERS.require(user, row.unit)
    form = RaterForm(request.POST or None, member=row)
    if request.method == "POST" and form.is_valid():
        try:
            named = actions.assign_rater(
                actor=user,
                member=row,
                role=form.cleaned_data["role"],
                rater=form.cleaned_data["nip"],
                whole_unit=form.cleaned_data["whole_unit"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = ngettext("Named for %(count)s person.", "Named for %(count)s people.", named)
            messages.success(request, words % {"count": named})
            return redirect("needs:unassigned", number=row.cycle_id)
    context = {"member": row, "cycle": row.cycle, "form": form, "supervisors": queries.supervisors_of(row)}
    return render(request, "needs/assign.html", context)


@require_POST
def release_rater(request: HttpRequest, number: int, member: int, form: int) -> HttpResponse:
    row = get_visible(request, Member, "unit", pk=member, cycle=number)
    assignment = get_object_or_404(queries.supervisors_of(row), pk=form)
    try:
        actions.release_rater(actor=signed_in(request), assignment=assignment)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Taken back."))
    return redirect("needs:assign", number=number, member=member)
