"""Scenarios: list, add, copy, and the pages of one: rules, money, floors, mandates, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.base.access import get_visible, signed_in
from asah.portal.people.enums import EmploymentKind
from asah.portal.planning import bridge
from asah.portal.planning.access import EDIT_PLANS, SEE_DRAFTS
from asah.portal.planning.actions import decisions, mandates, scenarios
from asah.portal.planning.actions.plans import running_job
from asah.portal.planning.enums import LimitScope
from asah.portal.planning.forms.fields import EditionForm
from asah.portal.planning.forms.plans import MakePlanForm
from asah.portal.planning.forms.scenarios import (
    CopyScenarioForm,
    FloorsForm,
    LimitsForm,
    MandateForm,
    MandateSheetForm,
    NewScenarioForm,
    RulesForm,
)
from asah.portal.planning.models import Lock, Mandate, Scenario
from asah.portal.planning.queries import figures
from asah.portal.planning.views.editing import say_changes, try_change
from asah.portal.planning.views.lists import DECISIONS, MANDATES, MANDATES_READ, PLANS, SCENARIOS


def list_scenarios(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    return SCENARIOS.respond(
        request,
        figures.scenarios_seen_by(user),
        template="planning/scenarios.html",
        context={"may_edit": EDIT_PLANS.held_by(user)},
    )


def add_scenario(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    EDIT_PLANS.require(user)
    form = NewScenarioForm(request.POST or None, viewer=user)
    if request.method == "POST" and form.is_valid():
        cycle = form.cleaned_data["cycle"]
        try:
            scenario = scenarios.create_scenario(
                actor=user,
                agency=cycle.agency,
                cycle=cycle,
                name=form.cleaned_data["name"],
                note=form.cleaned_data["note"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("planning:limits", number=scenario.pk)
    return render(request, "planning/add_scenario.html", {"form": form})


def show_scenario(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    scenario = _scenario(request, number)
    context = {
        "scenario": scenario,
        "limits": _say_limits(scenario),
        "policy": scenario.policy,
        "absent": scenario.policy.get("max_absent_share"),
        "floors": len(scenario.policy.get("equity", [])),
        "mandates": scenario.mandates.count(),
        "locks": scenario.locks.count(),
        "jp": [
            (title, [(_employment(kind), jp) for kind, jp in scenario.policy.get(name, {}).items()])
            for title, name in ((_("JP target"), "jp_target"), (_("JP ceiling"), "jp_max"))
        ],
        "unverified": [
            (_employment(kind), regulation) for kind, regulation in bridge.unverified_rules(scenario.year)
        ],
        "job": running_job(scenario),
        "may_edit": EDIT_PLANS.held_by(user, scenario.agency),
        "form": MakePlanForm(),
    }
    return PLANS.respond(
        request,
        figures.plans_seen_by(user).filter(scenario=scenario),
        template="planning/scenario.html",
        context=context,
    )


def copy_scenario(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = CopyScenarioForm(
        request.POST or None, initial={"name": _("%(name)s, copy") % {"name": scenario.name}}
    )
    if request.method == "POST" and form.is_valid():
        try:
            copy = scenarios.copy_scenario(actor=user, scenario=scenario, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error("name", error)
        else:
            return redirect("planning:scenario", number=copy.pk)
    return _form_page(request, scenario, form, _("Copy this scenario"), button=_("Copy"))


def edit_rules(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = RulesForm(request.POST or None, scenario=scenario)

    def change(edition: int) -> None:
        scenarios.change_scenario(
            actor=user,
            scenario=scenario,
            edition=edition,
            name=form.cleaned_data["name"],
            note=form.cleaned_data["note"],
            policy=form.policy,
        )

    return _edit(request, scenario, form, change, _("Rules of the year"))


def edit_limits(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = LimitsForm(request.POST or None, scenario=scenario)

    def change(edition: int) -> None:
        scenarios.set_limits(
            actor=user,
            scenario=scenario,
            edition=edition,
            total=form.cleaned_data["total"],
            funds=form.by_fund,
            units=form.by_unit,
        )

    return _edit(request, scenario, form, change, _("Money"))


def edit_floors(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = FloorsForm(request.POST or None, scenario=scenario)

    def change(edition: int) -> None:
        scenarios.set_floors(actor=user, scenario=scenario, edition=edition, floors=form.floors)

    return _edit(request, scenario, form, change, _("Floors"))


# ---- mandates and decisions


def list_mandates(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    scenario = _scenario(request, number)
    rows = scenario.mandates.select_related("person", "programme")
    context = {"scenario": scenario, "may_edit": EDIT_PLANS.held_by(user, scenario.agency)}
    table = MANDATES if context["may_edit"] else MANDATES_READ
    return table.respond(request, rows, template="planning/mandates.html", context=context)


def add_mandate(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = MandateForm(request.POST or None, scenario=scenario)

    def change(edition: int) -> None:
        assert form.person is not None
        mandates.add_mandate(
            actor=user,
            scenario=scenario,
            edition=edition,
            person=form.person,
            programme=form.cleaned_data["programme"],
            points=form.cleaned_data["points"],
        )

    return _edit(request, scenario, form, change, _("Add a mandate"), leads_to="planning:mandates")


def import_mandates(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    form = MandateSheetForm(request.POST or None, request.FILES or None, scenario=scenario)

    def change(edition: int) -> None:
        file = form.cleaned_data["file"]
        try:
            mandates.import_mandates(
                actor=user, scenario=scenario, edition=edition, name=file.name, content=file.read()
            )
        except mandates.MandatesRefused as refused:
            raise ValidationError(refused.problems) from refused

    return _edit(request, scenario, form, change, _("Import mandates"), leads_to="planning:mandates")


def remove_mandate(request: HttpRequest, number: int, mandate: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    row = get_visible(
        request, Mandate, "person", "programme", "scenario__agency", pk=mandate, scenario=scenario
    )
    form = EditionForm(request.POST or None, initial={"edition": scenario.edition})
    said = _("%(name)s need no longer be given %(programme)s.") % {
        "name": row.person.full_name,
        "programme": row.programme,
    }
    return _edit(
        request,
        scenario,
        form,
        lambda edition: mandates.remove_mandate(actor=user, mandate=row, edition=edition),
        _("Take a mandate away"),
        leads_to="planning:mandates",
        said=said,
        button=_("Take away"),
    )


def list_decisions(request: HttpRequest, number: int) -> HttpResponseBase:
    scenario = _scenario(request, number)
    rows = scenario.locks.select_related("person", "offering__programme", "made_by")
    return DECISIONS.respond(
        request, rows, template="planning/decisions.html", context={"scenario": scenario}
    )


def unlock(request: HttpRequest, number: int, lock: int) -> HttpResponse:
    user = signed_in(request)
    scenario = _editable(request, number)
    row = get_visible(
        request, Lock, "person", "offering__programme", "scenario__agency", pk=lock, scenario=scenario
    )
    form = EditionForm(request.POST or None, initial={"edition": scenario.edition})
    said = _("The next plan decides again whether %(name)s is in %(offering)s.") % {
        "name": row.person.full_name,
        "offering": row.offering,
    }
    return _edit(
        request,
        scenario,
        form,
        lambda edition: decisions.unlock(actor=user, lock=row, edition=edition),
        _("Leave it to the plan"),
        leads_to="planning:decisions",
        said=said,
        button=_("Leave it to the plan"),
    )


# ---- what these pages share


def _say_limits(scenario: Scenario) -> list[tuple[str, int]]:
    """The money in all, of each fund, and of all units together, whose list may be long."""
    limits = list(scenario.limits.select_related("fund"))
    said = [(_("in all"), limit.amount) for limit in limits if limit.scope == LimitScope.TOTAL]
    said += [(limit.fund.name, limit.amount) for limit in limits if limit.fund is not None]
    units = [limit.amount for limit in limits if limit.scope == LimitScope.UNIT]
    if units:
        words = ngettext("travel of %(count)s unit", "travel of %(count)s units", len(units))
        said.append((words % {"count": len(units)}, sum(units)))
    return said


def _employment(kind: str) -> str:
    return str(dict(EmploymentKind.choices).get(kind, kind))


def _scenario(request: HttpRequest, number: int) -> Scenario:
    return get_visible(request, Scenario, "agency", "cycle", pk=number)


def _editable(request: HttpRequest, number: int) -> Scenario:
    scenario = _scenario(request, number)
    EDIT_PLANS.require(signed_in(request), scenario.agency)
    return scenario


def _edit(
    request: HttpRequest,
    scenario: Scenario,
    form: EditionForm,
    change: Callable[[int], Any],
    title: str,
    *,
    leads_to: str = "planning:scenario",
    said: str = "",
    button: str = "",
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and try_change(form, scenario, change):
        messages.success(request, _("Saved. The next plan of this scenario keeps it."))
        return redirect(leads_to, number=scenario.pk)
    return _form_page(request, scenario, form, title, said=said, button=button)


def _form_page(
    request: HttpRequest, scenario: Scenario, form: Any, title: str, *, said: str = "", button: str = ""
) -> HttpResponse:
    context = {
        "scenario": scenario,
        "form": form,
        "title": title,
        "said": said,
        "button": button or _("Save"),
        "changes": say_changes(form) if isinstance(form, EditionForm) else [],
        "has_file": form.is_multipart(),
    }
    return render(request, "planning/edit_scenario.html", context)
