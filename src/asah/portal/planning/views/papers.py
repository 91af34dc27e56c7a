"""The documents of a plan: a list with three formats each, and taking them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import Unit
from asah.portal.documents.actions.language import Code
from asah.portal.documents.enums import Format
from asah.portal.planning.actions import papers
from asah.portal.planning.actions.papers.write import offices_with_lines
from asah.portal.planning.enums import Paper
from asah.portal.planning.models import Plan
from asah.portal.planning.views.plans import get_plan, plan_context
from asah.portal.ui.formats import number

ABOUT = {
    Paper.PLAN: gettext_lazy(
        "Six chapters with the matrix of the seven contents, the budget and the evaluation."
    ),
    Paper.AKPK: gettext_lazy("Method, answers, gaps by competency and office, nine boxes, recommendations."),
    Paper.BY_NAME: gettext_lazy(
        "Participants, needs and people not planned, each by name. Restricted. A list of more than"
        " %(pdf)s rows is"
        " not given as PDF and one of more than %(word)s not as Word: take it as Excel, or office by office."
    ),
    Paper.OFFICES: gettext_lazy("People, money and programmes of each office."),
    Paper.BUDGET: gettext_lazy("By fund, form and office, against the limits."),
}


def list_papers(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    parts = [papers.Part(paper) for paper in Paper]
    offices = offices_with_lines(plan)
    by_office = [papers.Part(Paper.BY_NAME, office) for office in offices]
    is_large = papers.is_large(plan)
    running = papers.running_papers(plan)
    context = {
        **plan_context(plan, user, "papers"),
        "papers": [_entry(plan, part, is_large) for part in parts if papers.may_read(user, plan, part)],
        "offices": [_entry(plan, part, is_large) for part in by_office if papers.may_read(user, plan, part)],
        "is_large": is_large,
        "running": next((job for job in running if job.created_by_id == user.pk), None),
        "is_running": bool(running),
    }
    return render(request, "planning/papers.html", context)


def _entry(plan: Plan, part: papers.Part, is_large: bool) -> dict[str, Any]:
    """A document with its formats: the address of each, or "" where it must be prepared first."""
    query = f"?office={part.office.pk}" if part.office else ""
    links = []
    for form in Format:
        ready = not is_large or papers.find_paper(plan, part, form, _language()) is not None
        url = reverse("planning:paper", args=[plan.pk, part.paper.value, form.value]) + query if ready else ""
        links.append((form.value.upper(), url))
    return {
        "title": part.office.name if part.office else part.paper.label,
        "about": "" if part.office else _about(part.paper),
        "too_long": [
            form.value.upper()
            for form in Format
            if is_large and papers.is_too_long(plan, part, form, _language())
        ],
        "links": links,
        "is_ready": any(url for _label, url in links),
        "prepare": reverse("planning:prepare_paper", args=[plan.pk, part.paper.value]) + query,
    }


def _about(paper: Paper) -> str:
    most = papers.MOST_ROWS
    return str(ABOUT[paper]) % {"pdf": number(most[Format.PDF]), "word": number(most[Format.DOCX])}


def take_paper(request: HttpRequest, number: int, paper: str, form: str) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    part = _part(request, plan, paper)
    if form not in {each.value for each in Format}:
        raise Http404
    try:
        content = papers.take_paper(actor=user, plan=plan, part=part, form=Format(form), language=_language())
    except ValidationError as error:
        messages.error(request, " ".join(str(each) for each in error.messages))
        return redirect("planning:papers", number=plan.pk)
    response = HttpResponse(content, content_type=Format(form).media_type)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(plan, part)}.{form}"'
    return response


@require_POST
def prepare_paper(request: HttpRequest, number: int, paper: str) -> HttpResponse:
    """Has a worker write it; the page of the documents shows how far it is."""
    user = signed_in(request)
    plan = get_plan(request, number)
    papers.begin_papers(actor=user, plan=plan, part=_part(request, plan, paper), language=_language())
    return redirect("planning:papers", number=plan.pk)


def _part(request: HttpRequest, plan: Plan, paper: str) -> papers.Part:
    """The document that the address names; an office of another agency is not found."""
    if paper not in Paper.values:
        raise Http404
    asked = request.GET.get("office", "")
    office: Unit | None = None
    if asked:
        if paper != Paper.BY_NAME or not asked.isdecimal():
            raise Http404
        office = get_visible(request, Unit, pk=int(asked[:18]))
        if not office.path.startswith(plan.scenario.agency.path):
            raise Http404
    part = papers.Part(Paper(paper), office)
    if not papers.may_read(signed_in(request), plan, part):
        raise PermissionDenied
    return part


def _file_name(plan: Plan, part: papers.Part) -> str:
    words = [slugify(str(part.paper.label)) or part.paper.value, str(plan.scenario.year), f"{plan.pk}"]
    if part.office:
        words.append(slugify(part.office.name)[:60] or str(part.office.pk))
    return "-".join(words)


def _language() -> Code:
    return "en" if get_language() == "en" else "id"
