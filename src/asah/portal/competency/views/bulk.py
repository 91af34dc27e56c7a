"""Levels of many posts at once: choose posts, choose levels, look at what changes, write it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import Unit
from asah.portal.competency import actions, queries
from asah.portal.competency.enums import CompetencyKind
from asah.portal.competency.forms import BulkForm
from asah.portal.competency.models import Competency
from asah.portal.competency.views.agency import KEEP, about, address, agency_asked
from asah.portal.competency.views.lists import STANDARDS
from asah.portal.competency.views.standards import tell_saved
from asah.portal.people.models import Position

# More lines than anybody looks through; the counts above them are of all.
SHOWN = 200


@dataclass(frozen=True)
class Line:
    """One level before and after, as the preview shows it."""

    post: Position
    competency: Competency
    step: actions.Step


def edit_many(request: HttpRequest) -> HttpResponse:
    """The posts stand in the address; a preview is shown first, and only what was shown is written."""
    agency = agency_asked(request, to_edit=True)
    posts = _posts_asked(request, agency)
    if not posts:
        messages.error(request, _("No post was chosen. Tick at least one, or choose all of the list."))
        return redirect(address("competency:posts", agency))
    form = BulkForm(request.POST or None, competencies=list(queries.competencies_of(agency)))
    context = {**about(request, agency), "posts": posts, "form": form, "kinds": _by_kind(form)}
    if request.method != "POST" or not form.is_valid() or request.POST.get("step") == "change":
        return render(request, "competency/bulk.html", context)
    changes, on = form.changes_for(posts), form.cleaned_data["on"]
    if request.POST.get("step") == "write":
        try:
            plan = actions.set_requirements(
                actor=signed_in(request),
                agency=agency,
                changes=changes,
                on=on,
                seen=request.POST.get("seen") or "-",
            )
        except actions.OvertakenError:
            messages.warning(
                request, _("Levels were changed meanwhile. This is what would change now; look again.")
            )
        except ValidationError as error:
            form.add_error(None, error)
            return render(request, "competency/bulk.html", context)
        else:
            tell_saved(request, plan)
            return redirect(address("competency:posts", agency))
    plan = actions.plan_changes(agency=agency, changes=changes, on=on)
    for problem in plan.problems:
        form.add_error(None, problem)
    if plan.problems:
        return render(request, "competency/bulk.html", context)
    typed = [
        (name, text) for name, text in request.POST.items() if name.startswith(("level_", "importance_"))
    ]
    context |= {
        "plan": plan,
        "lines": _lines(plan, posts, form.competencies),
        "typed": [*((name, text) for name, text in typed if text), *_own(request)],
    }
    return render(request, "competency/bulk_preview.html", context)


def _own(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, request.POST.get(name, "")) for name in ("on", "source")]


def _posts_asked(request: HttpRequest, agency: Unit) -> list[Position]:
    """The ticked ones, or all of the list as the address narrows it."""
    user = signed_in(request)
    if request.GET.get("which") == "all":
        asked = copy(request)
        narrowed = request.GET.copy()
        for name in ("which", "post"):
            narrowed.pop(name, None)
        asked.GET = narrowed  # type: ignore[assignment]
        listed = STANDARDS.bind(asked, queries.posts_with_standard(user, agency), keep=KEEP)
        return list(listed.source.every())
    ticked = {int(text) for text in request.GET.getlist("post") if text.isascii() and text.isdigit()}
    posts = list(queries.posts_with_standard(user, agency).filter(pk__in=ticked).order_by("name", "pk"))
    for missing in sorted(ticked - {post.pk for post in posts}):
        # Not there, or not theirs: either is told as not found.
        get_visible(request, Position, pk=missing)
        raise Http404
    return posts


def _by_kind(form: BulkForm) -> list[tuple[str, list[object]]]:
    rows = list(form.rows)
    kinds = [
        (str(label), [row for row in rows if row[0].kind == value]) for value, label in CompetencyKind.choices
    ]
    return [(label, list(some)) for label, some in kinds if some]


def _lines(plan: actions.Plan, posts: list[Position], competencies: Sequence[Competency]) -> list[Line]:
    by_post = {post.pk: post for post in posts}
    by_competency = {one.pk: one for one in competencies}
    shown = plan.steps[:SHOWN]
    return [Line(by_post[step.position_id], by_competency[step.competency_id], step) for step in shown]
