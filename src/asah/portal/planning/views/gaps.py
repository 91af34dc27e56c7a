"""Programmes out of gaps: what many lack and nothing on offer serves."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from asah.portal.base.access import note_refused, signed_in
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions import draft_programme
from asah.portal.catalogue.models import Programme
from asah.portal.competency.models import Competency
from asah.portal.needs.access import SEE_PROFILES
from asah.portal.needs.models import Cycle
from asah.portal.needs.queries.groups import LEAST_PEOPLE
from asah.portal.planning.access import SEE_DRAFTS
from asah.portal.planning.queries.gaps import Unserved, cycles_of, unserved_gaps
from asah.portal.ui.formats import number
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import submit_once


def list_gaps(request: HttpRequest) -> HttpResponse:
    """Whoever may see the people sees all figures with the way to them; others see groups."""
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    cycles = cycles_of(user)
    asked = request.GET.get("cycle", "")
    cycle = next((each for each in cycles if str(each.pk) == asked), cycles[0] if cycles else None)
    if asked.isdecimal() and (cycle is None or str(cycle.pk) != asked):
        note_refused(request, Cycle, pk=int(asked[:18]))
        messages.warning(
            request, _("The analysis in this address is not there for you; this is another one.")
        )
    is_open = cycle is not None and SEE_PROFILES.held_by(user, cycle.agency)
    gaps = unserved_gaps(cycle, of_groups=not is_open) if cycle else []
    context = {
        "cycles": cycles,
        "cycle": cycle,
        "gaps": [
            (
                gap,
                say_levels(gap),
                say_where(gap),
                [(each, _page_of(each)) for each in gap.programmes],
                OnceForm(),
            )
            for gap in gaps
        ],
        "least": LEAST_PEOPLE,
        "is_open": is_open,
        "may_draft": cycle is not None and EDIT_CATALOGUE.held_by(user, cycle.agency),
    }
    return render(request, "planning/gaps.html", context)


@require_POST
def draft_from_gap(request: HttpRequest, cycle: int, competency: int) -> HttpResponse:
    """One step: the programme is a draft of the catalogue, with the gap written into it."""
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    analysis = next((each for each in cycles_of(user) if each.pk == cycle), None)
    if analysis is None:
        note_refused(request, Cycle, pk=cycle)
        raise Http404
    # The catalogue is read by everybody in the agency: what is written there tells of groups only.
    gap = next(
        (each for each in unserved_gaps(analysis, of_groups=True) if each.competency.pk == competency), None
    )
    if gap is None:
        note_refused(request, Competency, pk=competency)
        raise Http404
    back = f"{reverse('planning:gaps')}?cycle={analysis.pk}"
    form = OnceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The form came without its mark. Send it again from this page."))
        return redirect(back)
    lacking = gap

    def act() -> str:
        programme = draft_programme(
            actor=user,
            agency=analysis.agency,
            competency=lacking.competency,
            people=None if lacking.too_small else lacking.people,
            why=say_gap(lacking, analysis.year),
        )
        messages.success(request, _("A draft was made. Give it its JP, cost and dates, then offer it."))
        return _page_of(programme) or back

    try:
        return submit_once(request, form, act)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(back)


def say_levels(gap: Unserved) -> str:
    """How many people at which level demanded: "2 (37), 3 (19)"; levels told together as "4 + 5 (12)"."""
    return ", ".join(
        f"{' + '.join(str(level) for level in levels)} ({number(people, 0)})" for levels, people in gap.levels
    )


def say_gap(gap: Unserved, year: int) -> str:
    """What a draft says of the gap it was made from."""
    facts = {"competency": gap.competency.name, "year": year}
    nothing = _("No programme with a class in %(year)s raises it.") % facts
    if gap.too_small:
        few = _("Drafted from a gap in %(competency)s: fewer than %(least)s people lack it.")
        return f"{few % {**facts, 'least': LEAST_PEOPLE}} {nothing}"
    told = _(
        "Drafted from a gap: %(people)s people lack what their post demands in %(competency)s, %(depth)s"
        " levels on average. By level demanded: %(levels)s."
    ) % {
        **facts,
        "people": number(gap.people, 0),
        "depth": number(gap.depth, 1),
        "levels": say_levels(gap),
    }
    return f"{told} {nothing}\n{say_where(gap)}"


def say_where(gap: Unserved) -> str:
    """The largest offices, and how many people are in how many others."""
    offices = ", ".join(f"{name} ({number(people, 0)})" for name, people in gap.offices)
    others, people = gap.elsewhere
    if not others:
        return offices
    rest = ngettext(
        "and %(offices)s other office (%(people)s)", "and %(offices)s other offices (%(people)s)", others
    ) % {"offices": number(others, 0), "people": number(people, 0)}
    return f"{offices} {rest}" if offices else rest


def _page_of(programme: Programme) -> str:
    try:
        return reverse("catalogue:programme", args=[programme.pk])
    except NoReverseMatch:
        return ""
