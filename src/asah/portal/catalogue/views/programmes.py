"""Programmes: the list, the page of one, making and changing."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.catalogue import actions, bridge, queries
from asah.portal.catalogue.access import EDIT_CATALOGUE, SEE_CATALOGUE
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.forms.programmes import ProgrammeForm, effect_forms, filled_effects
from asah.portal.catalogue.models import Programme
from asah.portal.catalogue.views.agency import chosen_agency, keeping, may_edit
from asah.portal.catalogue.views.lists.offerings import OFFERINGS_OF_PROGRAMME
from asah.portal.catalogue.views.lists.programmes import EFFECTS, PROGRAMMES, STATE_TONES
from asah.portal.catalogue.views.saving import save_and_go
from asah.portal.people.enums import EmploymentKind, PositionKind
from asah.portal.ui.charts import stacked_bars


def list_programmes(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    rows = queries.programmes_seen_by(user)
    return PROGRAMMES.respond(request, rows, template="catalogue/list.html", context=keeping(request))


def show_programme(request: HttpRequest, number: int) -> HttpResponse:
    programme = get_visible(request, Programme, "agency", "fund", "prerequisite", pk=number)
    parameters = (*EFFECTS.parameters, *OFFERINGS_OF_PROGRAMME.parameters)
    context = {
        "programme": programme,
        "crumbs": [(_("Programmes"), reverse("catalogue:list")), (programme.name, "")],
        "tone": STATE_TONES[ProgrammeState(programme.state)],
        "form_of": bridge.find_form(programme.form),
        "form_label": bridge.form_label(programme.form),
        "hours": _draw_hours(programme),
        "hints": actions.hints_of(programme),
        "eligible": _for_whom(programme),
        "effects": EFFECTS.bind(request, queries.effects_of(programme), keep=parameters),
        "offerings": OFFERINGS_OF_PROGRAMME.bind(request, queries.offerings_of(programme), keep=parameters),
        "may_edit": may_edit(request, programme.agency),
    }
    return render(request, "catalogue/programme.html", context)


def _for_whom(programme: Programme) -> list[str]:
    """Kinds of employment and of post, and units, in words; nothing where it is for everybody."""
    employment = [str(EmploymentKind(value).label) for value in programme.eligible_employment]
    posts = [str(PositionKind(value).label) for value in programme.eligible_position_kind]
    return [*employment, *posts, *(unit.name for unit in programme.eligible_units.all())]


def _draw_hours(programme: Programme) -> SafeString | None:
    hours = queries.hours_told_apart(programme)
    if hours is None:
        return None
    parts = [_("Theory"), _("Practice"), _("Simulation")]
    return stacked_bars(_("JP by kind of hour"), parts, [(programme.name, hours)], name="hours")


def add_programme(request: HttpRequest) -> HttpResponse:
    agency = chosen_agency(request)
    return _change(request, Programme(agency=agency), _("New programme"))


def edit_programme(request: HttpRequest, number: int) -> HttpResponse:
    programme = get_visible(request, Programme, "agency", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), programme.agency)
    return _change(request, programme, programme.name)


def _change(request: HttpRequest, programme: Programme, title: str) -> HttpResponse:
    form = ProgrammeForm(request.POST or None, instance=programme, agency=programme.agency)
    lines = effect_forms(programme, request.POST or None)

    def save() -> str:
        saved = actions.save_programme(
            actor=signed_in(request),
            programme=form.instance,
            effects=filled_effects(lines),
            units=list(form.cleaned_data["eligible_units"]),
        )
        messages.success(request, _("Saved."))
        for hint in actions.hints_of(saved):
            messages.warning(request, hint)
        return reverse("catalogue:programme", args=[saved.pk])

    context = {
        "title": title,
        "lines_title": _("Expected gain"),
        "lines_help": _("One line for each competency. A line without a competency is left out when saved."),
        "agency": programme.agency,
        "crumbs": [(_("Programmes"), reverse("catalogue:list")), (title, "")],
        "back": reverse("catalogue:programme", args=[programme.pk])
        if programme.pk
        else reverse("catalogue:list"),
    }
    return save_and_go(request, form, save, context=context, lines=lines)


@require_POST
def set_state(request: HttpRequest, number: int) -> HttpResponse:
    programme = get_visible(request, Programme, "agency", pk=number)
    state = request.POST.get("state", "")
    if state in ProgrammeState.values:
        try:
            actions.set_programme_state(
                actor=signed_in(request), programme=programme, state=ProgrammeState(state)
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Saved."))
    return redirect("catalogue:programme", number=programme.pk)
