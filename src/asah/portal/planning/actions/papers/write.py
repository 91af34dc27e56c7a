"""Writing documents as files, at once or by a worker, and who may take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from asah.portal.base import audit, jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, Unit, User
from asah.portal.documents.actions import Document, render
from asah.portal.documents.actions.language import Code
from asah.portal.documents.enums import Format
from asah.portal.planning.access import READ_BY_NAME, SEE_PLANS
from asah.portal.planning.actions.papers.akpk import akpk
from asah.portal.planning.actions.papers.budget import budget
from asah.portal.planning.actions.papers.by_name import by_name, rows_in
from asah.portal.planning.actions.papers.frame import Version
from asah.portal.planning.actions.papers.plan import plan as plan_document
from asah.portal.planning.actions.papers.recaps import recap_by_office
from asah.portal.planning.actions.submit import KEPT, Signed, content_now, is_large, write_whole
from asah.portal.planning.enums import Decision, Paper, PlanState, ReviewStage
from asah.portal.planning.models import Plan, PlanLine, Review
from asah.portal.planning.queries.papers import Content, freeze
from asah.portal.ui.formats import number

WRITE_PAPERS = "planning.write_papers"
# A row of a wide table takes some 0.2 MB of memory in a PDF, less in the other formats.
MOST_ROWS = {Format.PDF: 8_000, Format.DOCX: 15_000, Format.XLSX: 400_000}
_BUILDERS: dict[Paper, Callable[[Content, Version], Document]] = {
    Paper.PLAN: plan_document,
    Paper.AKPK: akpk,
    Paper.OFFICES: recap_by_office,
    Paper.BUDGET: budget,
}


@dataclass(frozen=True)
class Part:
    """One document of a plan; ``office`` narrows the list by name to one office."""

    paper: Paper
    office: Unit | None = None

    @property
    def name(self) -> str:
        return f"{self.paper.value}-{self.office.pk}" if self.office else self.paper.value


def may_read(user: User, plan: Plan, part: Part) -> bool:
    """Of a plan that the user sees. The list by name: who answers for the people in it."""
    if part.paper == Paper.BY_NAME:
        return READ_BY_NAME.held_by(user, part.office or plan.scenario.agency)
    return SEE_PLANS.held_by(user)


def _folder(plan: Plan) -> Path:
    """A draft that moved a step is another version; a plan that was replaced stays the one that was
    stipulated."""
    version = "decree" if plan.is_frozen else str(plan.edition)
    return plan.folder / "papers" / version


def _path(plan: Plan, part: Part, form: Format, language: Code) -> Path:
    return _folder(plan) / f"{part.name}-{language}.{form.value}"


def find_paper(plan: Plan, part: Part, form: Format, language: Code) -> Path | None:
    """The file, where it was written already."""
    path = _path(plan, part, form, language)
    return path if path.exists() else None


def is_too_long(plan: Plan, part: Part, form: Format, language: Code) -> bool:
    """Whether a worker wrote a list in other formats, and in this one could not."""
    found = [other for other in Format if find_paper(plan, part, other, language) is not None]
    return part.paper == Paper.BY_NAME and bool(found) and form not in found


def _say_too_long(form: Format) -> str:
    return _(
        "This list has more than %(most)s rows, the most that %(format)s can hold. Take the Excel"
        " file, or the"
        " list of one office."
    ) % {"most": number(MOST_ROWS[form]), "format": form.value.upper()}


def take_paper(*, actor: User, plan: Plan, part: Part, form: Format, language: Code) -> bytes:
    """The bytes of a document, and a line in the audit of who took which.

    Raises PermissionDenied, and ValidationError for one that is too long or must be prepared by a worker
    first.
    """
    if not may_read(actor, plan, part):
        raise PermissionDenied
    path = _path(plan, part, form, language)
    # What is still a draft is written anew: the analysis and what people say of the plan may have changed.
    if path.exists() and (plan.state in KEPT or is_large(plan)):
        content = path.read_bytes()
    elif is_large(plan):
        if is_too_long(plan, part, form, language):
            raise ValidationError(_say_too_long(form))
        raise ValidationError(
            _("This document has not been prepared yet. Have it prepared, and come back for it.")
        )
    else:
        (content,) = _write(plan, [part], [form], language).values()
    detail = {"paper": part.name, "format": form.value}
    audit.record(actor, "plan.paper_taken", plan, unit=part.office or plan.scenario.agency, detail=detail)
    return content


@transaction.atomic
def begin_papers(*, actor: User, plan: Plan, part: Part, language: Code) -> Job:
    """Has a worker write a document in its three formats. One that is being written already is not begun
    again."""
    if not may_read(actor, plan, part):
        raise PermissionDenied
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    office = part.office.pk if part.office else None
    for job in running_papers(plan):
        if (job.arguments["paper"], job.arguments.get("office")) == (part.paper.value, office):
            return job
    return jobs.enqueue(
        WRITE_PAPERS,
        user=actor,
        unit=plan.scenario.agency,
        plan=plan.pk,
        paper=part.paper.value,
        office=office,
        language=language,
    )


def running_papers(plan: Plan) -> list[Job]:
    """Jobs that write documents of this plan now."""
    states = [JobState.WAITING, JobState.RUNNING]
    return list(Job.objects.filter(kind=WRITE_PAPERS, arguments__plan=plan.pk, state__in=states))


def write_papers(
    plan: Plan, parts: Iterable[Part], language: Code, *, tell: Callable[[int, int], None] | None = None
) -> list[str]:
    """Writes documents in every format that they are not too long for; names of the files. Twice is once."""
    return sorted(path.name for path in _write(plan, list(parts), list(Format), language, tell=tell))


def too_long_for(content: Content, part: Part, form: Format) -> bool:
    office = part.office.pk if part.office else None
    return part.paper == Paper.BY_NAME and rows_in(content, office) > MOST_ROWS[form]


def _write(
    plan: Plan,
    parts: list[Part],
    formats: list[Format],
    language: Code,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> dict[Path, bytes]:
    content = content_now(plan)
    written: dict[Path, bytes] = {}
    done, whole = 0, len(parts) * len(formats)
    with translation.override(language):
        version = version_of(plan, content, language)
        for part in parts:
            document: Document | None = None
            for form in formats:
                if tell is not None:
                    tell(done, whole)
                done += 1
                if too_long_for(content, part, form):
                    if len(formats) == 1:
                        raise ValidationError(_say_too_long(form))
                    continue
                document = document or build(content, version, part)
                path = _path(plan, part, form, language)
                written[path] = render(document, form)
                write_whole(path, written[path])
    return written


def build(content: Content, version: Version, part: Part) -> Document:
    """In the language that is active, which is that of ``version``."""
    if part.paper == Paper.BY_NAME:
        return by_name(content, version, part.office.pk if part.office else None)
    return _BUILDERS[part.paper](content, version)


def version_of(plan: Plan, content: Content, language: Code) -> Version:
    digest, _packed = freeze(content)
    is_kept = plan.state in KEPT
    return Version(
        digest=digest,
        language=language,
        is_stipulated=plan.state in (PlanState.STIPULATED, PlanState.REPLACED),
        decree_number=plan.decree_number,
        decree_on=plan.decree_on,
        submitted=_signed(plan, ReviewStage.PYB) if is_kept else None,
        stipulated=_signed(plan, ReviewStage.PPK) if plan.is_frozen else None,
    )


def _signed(plan: Plan, stage: ReviewStage) -> Signed | None:
    review: Review | None = plan.reviews.filter(stage=stage, decision=Decision.AGREED).order_by("pk").last()
    return Signed(**review.frozen["signed"]) if review is not None and "signed" in review.frozen else None


def offices_with_lines(plan: Plan) -> list[Unit]:
    """Offices of which a list by name can be taken."""
    keys = {
        int(path.split(".")[1] or plan.scenario.agency_id)
        for path in PlanLine.objects.filter(plan=plan)
        .order_by()
        .values_list("unit__path", flat=True)
        .distinct()
    }
    return list(Unit.objects.filter(pk__in=keys).order_by("path"))
