"""People in a plan, one of them, and the classes: who, why, and why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, note_refused, signed_in
from asah.portal.base.models import Job, User
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Offering, Programme
from asah.portal.people.enums import EmploymentKind, PositionKind
from asah.portal.people.models import Person
from asah.portal.planning import bridge
from asah.portal.planning.access import EDIT_PLANS, SEE_PLANS, sees_all_of
from asah.portal.planning.actions.plans import begin_explanation
from asah.portal.planning.models import Plan, PlanClass, PlanOutcome
from asah.portal.planning.queries import people, schedule
from asah.portal.planning.queries.consequences import call
from asah.portal.planning.views.lists import CLASSES, OUTCOME_TONES, PARTICIPANTS, PEOPLE, say_reason
from asah.portal.planning.views.plans import get_plan, plan_context

# A plan of more people is read by a worker: in a request it would keep everybody else waiting.
READ_AT_ONCE = 3000


def list_people(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    plan = get_plan(request, number)
    rows: QuerySet[PlanOutcome] = people.outcomes_of(plan, user)
    competencies = people.competencies_in(plan)
    chosen = request.GET.get("competency", "")
    name = dict(competencies).get(int(chosen[:18])) if chosen.isdecimal() else None
    if name is not None:
        rows = people.with_need_in(plan, rows, int(chosen))
    context = {**plan_context(plan, user, "people"), "competency": name}
    return PEOPLE.respond(
        request, rows, template="planning/people.html", context=context, keep=["competency"]
    )


def show_person(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """What somebody gets, why, and why nothing else; the explanation comes after the page."""
    user = signed_in(request)
    outcome = get_outcome(request, number, person)
    plan = outcome.plan
    programmes = Programme.objects.filter(agency=plan.scenario.agency_id, state=ProgrammeState.ACTIVE)
    context = {
        **plan_context(plan, user, "people"),
        "tabs": plan_context(plan, user, "people")["tabs"] if SEE_PLANS.held_by(user) else [],
        "outcome": outcome,
        "person": outcome.person,
        "reason": say_reason(outcome.reason),
        "outcome_tone": OUTCOME_TONES[outcome.state],
        "lines": people.lines_of_person(plan, outcome.person),
        "locks": people.locks_of_person(plan, outcome.person) if sees_all_of(user, plan) else [],
        "programmes": programmes.values_list("code", "name"),
        # After the decree a change is a revision, which is a scenario and plans of its own.
        "may_decide": EDIT_PLANS.held_by(user, plan.scenario.agency) and not plan.is_frozen,
    }
    return render(request, "planning/person.html", context)


def explain_person(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """The engine's reasons; htmx puts them into the page of the person."""
    user = signed_in(request)
    outcome = get_outcome(request, number, person)
    asked = request.GET.get("programme", "")
    known = Programme.objects.filter(
        agency=outcome.plan.scenario.agency_id, code=asked, state=ProgrammeState.ACTIVE
    )
    programme = asked if asked and known.exists() else None
    context = _explain(request, outcome.plan, user, "person", outcome.person_id, programme)
    return _answer(request, {**context, "plan": outcome.plan, "person": outcome.person})


def list_classes(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    plan = get_plan(request, number)
    context = plan_context(plan, user, "classes")
    return CLASSES.respond(
        request, schedule.classes_of(plan), template="planning/classes.html", context=context
    )


def show_class(request: HttpRequest, number: int, offering: int) -> HttpResponseBase:
    user = signed_in(request)
    plan = get_plan(request, number)
    row = _offering(request, plan, offering)
    opened = PlanClass.objects.filter(plan=plan, offering=row).first()
    context = {
        **plan_context(plan, user, "classes"),
        "offering": row,
        "opened": opened,
        # A class that is not opened is in no plan: of it there is only what the catalogue says.
        "about": opened or PlanClass(plan=plan, offering=row, **bridge.offering_as_planned(row)),
    }
    return PARTICIPANTS.respond(
        request, schedule.lines_of_class(plan, user, row.pk), template="planning/class.html", context=context
    )


def explain_class(request: HttpRequest, number: int, offering: int) -> HttpResponse:
    """Why a class is opened or not, and who just missed it: it names many, so only for whoever sees all."""
    user = signed_in(request)
    plan = get_plan(request, number)
    if not sees_all_of(user, plan):
        raise PermissionDenied
    row = _offering(request, plan, offering)
    context = _explain(request, plan, user, "offering", row.pk, None)
    return _answer(request, {**context, "plan": plan, "offering": row})


def get_outcome(request: HttpRequest, number: int, person: int, *related: str) -> PlanOutcome:
    """404 where the plan has no such person; in the audit where it is one whom the reader may not see."""
    whole = ("plan__scenario__agency", "person__current__unit", "unit", *related)
    try:
        return get_visible(request, PlanOutcome, *whole, plan=number, person=person)
    except Http404:
        if not PlanOutcome.objects.filter(plan=number, person=person).exists():
            note_refused(request, Person, pk=person)
        raise


def _offering(request: HttpRequest, plan: Plan, number: int) -> Offering:
    """404 where the plan had no such offering; in the audit where it is another agency's."""
    offered = Offering.objects.select_related("programme", "place", "resource")
    try:
        return offered.get(pk=number, programme__agency=plan.scenario.agency_id, year=plan.scenario.year)
    except Offering.DoesNotExist as nothing:
        note_refused(request, Offering, pk=number)
        raise Http404 from nothing


# ---- the engine's sentences


def _explain(
    request: HttpRequest, plan: Plan, viewer: User, subject: str, key: int, programme: str | None
) -> dict[str, Any]:
    """Sentences by heading, or the job that is working them out."""
    if "job" in request.GET:
        return _say_job(_job_about(request, plan, subject, key), plan, viewer)
    if (
        plan.summary["people"]
        and sum(plan.summary["people"].values()) > READ_AT_ONCE
        and not bridge.is_warm(plan.folder)
    ):
        # Asked again, the job of the first time is found: without scripts a reload shows what came of it.
        job = begin_explanation(actor=viewer, plan=plan, subject=subject, key=key, programme=programme)
        return _say_job(job, plan, viewer)
    keys = bridge.read_keys(plan.folder)
    try:
        if subject == "person":
            said = bridge.explain_person(plan.folder, keys.of["people"][key], programme)
        else:
            said = bridge.explain_offering(plan.folder, keys.of["offerings"][key])
    except (KeyError, bridge.UnknownSubject) as unknown:
        raise Http404 from unknown
    return {"groups": group_sentences(said, plan, viewer)}


def _job_about(request: HttpRequest, plan: Plan, subject: str, key: int) -> Job:
    """A job of this reader about exactly this subject."""
    number = request.GET["job"]
    if not number.isdecimal():
        raise Http404
    job = get_visible(request, Job, pk=int(number[:18]))
    about = (job.arguments.get("plan"), job.arguments.get("subject"), job.arguments.get("key"))
    if about != (plan.pk, subject, key):
        raise Http404
    return job


def _say_job(job: Job, plan: Plan, viewer: User) -> dict[str, Any]:
    if not job.is_over:
        return {"job": job}
    if "sentences" not in job.result:
        return {"failed": True}
    return {"groups": group_sentences(job.result["sentences"], plan, viewer)}


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    inside = bool(getattr(request, "htmx", False))
    return render(request, "planning/_why.html" if inside else "planning/why.html", context)


_HEADINGS = {
    "closes": "gaps",
    "stays_open": "gaps",
    "jp_reached": "duties",
    "jp_short": "duties",
    "mandate_given": "duties",
    "mandate_missed": "duties",
    "gets": "gets",
    "by_hand": "gets",
    "brings": "worth",
    "leaves_at": "worth",
    "in_all": "worth",
    "best_at_prices": "worth",
    "better_at_prices": "worth",
    "nothing_better": "worth",
    "million_total": "money",
    "million_fund": "money",
    "million_unit": "money",
    "million_nothing": "money",
}


def group_sentences(said: Sequence[bridge.Sentence], plan: Plan, viewer: User) -> list[tuple[str, list[str]]]:
    """Headings with sentences in the reader's language. People the reader may not see stay unnamed."""
    headings = {
        "gets": _("What came of it"),
        "gaps": _("Gaps and what closes them"),
        "duties": _("JP and mandates"),
        "worth": _("Why this"),
        "others": _("Why not something else"),
        "money": _("What more money would bring"),
    }
    codes = bridge.reason_codes()
    language = "id" if (get_language() or "id").startswith("id") else "en"
    nips = {str(one["facts"][name]) for one in said for name in ("other", "person") if _is_nip(one, name)}
    names = people.names_of(viewer, nips, plan.scenario.agency_id)
    programmes = people.programme_names(plan)
    competencies = people.competency_names(plan)
    offerings = _offering_words(plan, {code for one in said for code in _offerings_in(one)})
    groups: dict[str, list[str]] = {name: [] for name in headings}
    for one in said:
        text = str(one[language])
        if one["code"] == "admit_not":
            text = _(
                "%(count)s programmes that would serve this person do not admit them; ask for one by name."
            ) % {"count": one["facts"]["count"]}
        if one["code"] == "not_admitted":
            text = _say_not_admitted(one["facts"])
        for code in sorted(offerings.keys() & _offerings_in(one), key=len, reverse=True):
            text = text.replace(code, offerings[code])
        if "programme_name" in one["facts"]:
            name = one["facts"]["programme_name"]
            text = text.replace(f"{one['facts']['programme']} ({name})", name)
            text = text.replace(f"{name}, {name}", name)
        for nip in nips:
            text = text.replace(nip, names.get(nip, _("somebody of another unit")))
        told = one["facts"].get("competency_name")
        if told:
            text = text.replace(told, competencies.get(one["facts"]["competency"], told))
        for code in _bare_codes(one):
            text = re.sub(
                rf"(?<!\w){re.escape(code)}(?!\w)", lambda found: programmes.get(found[0], found[0]), text
            )
        group = "gets" if one["code"] in codes else _HEADINGS.get(one["code"], "others")
        groups[group].append(text)
    return [(headings[name], texts) for name, texts in groups.items() if texts]


def _offerings_in(sentence: bridge.Sentence) -> set[str]:
    """Codes of offerings that the sentence names: people know them by programme and date."""
    facts = sentence["facts"]
    others = facts.get("others", [])
    named = [facts.get("offering"), facts.get("other"), *(others if isinstance(others, list) else [])]
    return {code for code in named if isinstance(code, str) and not code.isdecimal()}


def _offering_words(plan: Plan, codes: set[str]) -> dict[str, str]:
    """Programme and date of offerings, by the code that the plan's tables have for them."""
    if not codes:
        return {}
    keys = bridge.read_keys(plan.folder).back("offerings")
    known = [keys[code] for code in codes if code in keys]
    found = Offering.objects.select_related("programme").in_bulk(known)
    return {code: call(found[keys[code]]) for code in codes if keys.get(code) in found}


def _say_not_admitted(facts: dict[str, Any]) -> str:
    """Kinds of employment and of posts by their names."""
    words = {**dict(EmploymentKind.choices), **dict(PositionKind.choices)}
    admitted = facts["admitted"]
    many = admitted if isinstance(admitted, list) else [admitted]
    return _(
        "%(programme)s does not admit this person: it is for %(admitted)s, and this person is %(value)s."
    ) % {
        "programme": facts["programme_name"],
        "admitted": ", ".join(str(words.get(each, each)) for each in many),
        "value": words.get(facts["value"], facts["value"]),
    }


def _bare_codes(sentence: bridge.Sentence) -> list[str]:
    """Codes of programmes that the sentence does not name: people know programmes by name."""
    facts = sentence["facts"]
    alone = [facts["programme"]] if "programme" in facts and "programme_name" not in facts else []
    return [*alone, *facts.get("programmes", [])]


def _is_nip(sentence: bridge.Sentence, name: str) -> bool:
    """Whether a fact names a person: ``other`` names an offering where two offerings clash."""
    value = sentence["facts"].get(name)
    return isinstance(value, str) and value.isdecimal()
