"""The standards of posts: the list, one post at a time, and defaults where there is none."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.base.access import get_visible, signed_in
from asah.portal.competency import actions, queries
from asah.portal.competency.access import EDIT_FRAMEWORK
from asah.portal.competency.enums import CompetencyKind
from asah.portal.competency.forms import StandardForm
from asah.portal.competency.views.agency import KEEP, about, address, agency_asked
from asah.portal.competency.views.lists import STANDARDS, STANDARDS_TO_TICK
from asah.portal.people.models import Position
from asah.portal.ui.formats import number as write_number


def list_posts(request: HttpRequest) -> HttpResponseBase:
    """Posts with how their standard stands; whoever may edit ticks several to change them at once."""
    user = signed_in(request)
    agency = agency_asked(request)
    context = about(request, agency)
    if context["may_edit"]:
        # What the list is narrowed to goes along, so that all of it can be chosen.
        kept = [(name, text) for name, text in request.GET.items() if name in (*KEEP, *STANDARDS.parameters)]
        context["narrowed"] = [(name, text) for name, text in kept if text and name not in ("page", "export")]
        context["facts"] = queries.facts_of(user, agency)
    table = STANDARDS_TO_TICK if context["may_edit"] else STANDARDS
    rows = queries.posts_with_standard(user, agency)
    return table.respond(request, rows, template="competency/posts.html", context=context, keep=KEEP)


def show_post(request: HttpRequest, number: int) -> HttpResponse:
    """What one post demands, a kind of competency at a time; a grid to fill in for those who may edit."""
    user = signed_in(request)
    post = get_visible(request, Position, "agency", pk=number)
    kind = request.GET.get("kind", "")
    kind = kind if kind in CompetencyKind.values else CompetencyKind.MANAGERIAL.value
    standing = queries.standard_now(post)
    competencies = list(queries.competencies_of(post.agency).filter(kind=kind))
    form = StandardForm(request.POST or None, post=post, competencies=competencies, standing=standing)
    may_edit = EDIT_FRAMEWORK.held_by(user, post.agency)
    if request.method == "POST":
        EDIT_FRAMEWORK.require(user, post.agency)
        if form.is_valid() and _save(request, post, form):
            return redirect(f"{request.path}?kind={kind}")
    counted = dict.fromkeys(CompetencyKind.values, 0)
    for row in standing.values():
        counted[row.competency.kind] += 1
    context = {
        **about(request, post.agency),
        "may_edit": may_edit,
        "post": post,
        "form": form,
        "kind": kind,
        "kinds": [(value, label, counted[value]) for value, label in CompetencyKind.choices],
        "history": queries.history_of(post),
    }
    return render(request, "competency/post.html", context)


def _save(request: HttpRequest, post: Position, form: StandardForm) -> bool:
    try:
        plan = actions.set_requirements(
            actor=signed_in(request), agency=post.agency, changes=form.changes, on=form.cleaned_data["on"]
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    tell_saved(request, plan)
    return True


def fill_defaults(request: HttpRequest) -> HttpResponse:
    """What defaults would fill in, and once that was seen, filling it in."""
    agency = agency_asked(request, to_edit=True)
    if request.method == "POST":
        plan = actions.apply_defaults(actor=signed_in(request), agency=agency)
        tell_saved(request, plan)
        return redirect(address("competency:posts", agency))
    context = {**about(request, agency), "plan": actions.plan_defaults(agency=agency)}
    return render(request, "competency/defaults.html", context)


def tell_saved(request: HttpRequest, plan: actions.Plan) -> None:
    """How many levels were written, and how."""
    if not plan.steps:
        messages.info(request, _("Nothing differs from what holds already."))
        return
    counts = {name: write_number(count) for name, count in plan.counts.items()}
    text = ngettext(
        "Saved %(count)s level: %(new)s new, %(changed)s changed, %(cleared)s cleared.",
        "Saved %(count)s levels: %(new)s new, %(changed)s changed, %(cleared)s cleared.",
        len(plan.steps),
    )
    messages.success(request, text % {"count": write_number(len(plan.steps)), **counts})
