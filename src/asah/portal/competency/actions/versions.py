"""Versions of a framework: a draft is copied, edited and put in force; what was in force is archived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.competency.access import require_edit
from asah.portal.competency.enums import FrameworkState
from asah.portal.competency.models import HIGHEST, LOWEST, Anchor, Competency, Framework, LevelDescriptor
from asah.portal.competency.queries import framework_in_force
from asah.portal.ui.formats import long_date

AT_ONCE = 500


@dataclass(frozen=True)
class LevelText:
    """What one level says, in Indonesian and English; ``anchors``: pairs of the two."""

    title: tuple[str, str]
    text: tuple[str, str]
    anchors: tuple[tuple[str, str], ...]


@transaction.atomic
def start_draft(
    *,
    actor: User | None,
    agency: Unit,
    version: str,
    valid_from: dt.date,
    source: str = "",
    verified: bool = False,
) -> Framework:
    """A draft that begins as a copy of the version in force; ValidationError where there is a draft."""
    require_edit(actor, agency)
    Unit.objects.select_for_update().get(pk=agency.pk)
    if Framework.objects.filter(agency=agency, state=FrameworkState.DRAFT).exists():
        raise ValidationError(_("There is a draft already. Put it in force or discard it first."))
    _refuse_taken(agency, version)
    old = framework_in_force(agency)
    draft = Framework.objects.create(
        agency=agency, version=version, valid_from=valid_from, source=source, verified=verified
    )
    if old is not None:
        levels = old.descriptors.filter(competency__archived_at=None).prefetch_related("anchors")
        texts = [(row.competency_id, row.level, text_of(row)) for row in levels]
        create_levels(draft, texts)
    detail = {"version": version, "copied_from": old.version if old else ""}
    audit.record(actor, "framework.drafted", draft, unit=agency, detail=detail)
    return draft


@transaction.atomic
def change_draft(
    *, actor: User, framework: Framework, version: str, valid_from: dt.date, source: str, verified: bool
) -> None:
    """Name, first day and source of a draft."""
    draft = _open_draft(actor, framework)
    _refuse_taken(draft.agency, version, draft)
    draft.version, draft.valid_from, draft.source, draft.verified = version, valid_from, source, verified
    draft.save(update_fields=["version", "valid_from", "source", "verified"])
    audit.record(actor, "framework.changed", draft, unit=draft.agency, detail={"version": version})


@transaction.atomic
def write_levels(
    *, actor: User, framework: Framework, competency: Competency, levels: Mapping[int, LevelText]
) -> None:
    """What a draft says of a competency; a level that is not given is not described any more."""
    draft = _open_draft(actor, framework)
    if competency.agency_id != draft.agency_id or competency.archived_at is not None:
        raise ValidationError(_("The competency is archived or of another agency. Choose another one."))
    draft.descriptors.filter(competency=competency).delete()
    create_levels(draft, [(competency.pk, level, text) for level, text in sorted(levels.items())])
    detail = {"competency": competency.code, "levels": sorted(levels)}
    audit.record(actor, "framework.levels_written", draft, unit=draft.agency, detail=detail)


@transaction.atomic
def put_in_force(*, actor: User, framework: Framework) -> None:
    """The draft takes the place of the version in force, which is archived with its last day.

    ValidationError with everything that is missing in the draft, competency by competency.
    """
    draft = _open_draft(actor, framework)
    old = framework_in_force(draft.agency)
    problems = _gaps_of(draft)
    if draft.valid_from > timezone.localdate():
        problems.append(
            _("The draft is valid from %(day)s. Put it in force on that day, or give it an earlier one.")
            % {"day": long_date(draft.valid_from)}
        )
    if old is not None and draft.valid_from <= old.valid_from:
        problems.append(
            _("Version %(version)s is valid from %(day)s. Give the draft a later day.")
            % {"version": old.version, "day": long_date(old.valid_from)}
        )
    if problems:
        raise ValidationError(problems)
    if old is not None:
        old.state, old.valid_to = FrameworkState.ARCHIVED.value, draft.valid_from - dt.timedelta(days=1)
        old.save(update_fields=["state", "valid_to"])
    draft.state = FrameworkState.IN_FORCE.value
    draft.save(update_fields=["state"])
    detail = {"version": draft.version, "instead_of": old.version if old else ""}
    audit.record(actor, "framework.put_in_force", draft, unit=draft.agency, detail=detail)


@transaction.atomic
def discard_draft(*, actor: User, framework: Framework) -> None:
    """Takes away a draft, which was never in force."""
    draft = _open_draft(actor, framework)
    detail = {"version": draft.version}
    draft.descriptors.all().delete()
    audit.record(actor, "framework.discarded", draft, unit=draft.agency, detail=detail)
    draft.delete()


def text_of(row: LevelDescriptor) -> LevelText:
    """The row as it is copied; its anchors should have been read along."""
    return LevelText(
        (row.title_id, row.title_en),
        (row.text_id, row.text_en),
        tuple((anchor.text_id, anchor.text_en) for anchor in row.anchors.all()),
    )


def create_levels(framework: Framework, texts: list[tuple[int, int, LevelText]]) -> None:
    """Writes (competency's number, level, text) with the anchors, in two goes."""
    rows = LevelDescriptor.objects.bulk_create(
        [
            LevelDescriptor(
                framework=framework,
                competency_id=competency,
                level=level,
                title_id=text.title[0],
                title_en=text.title[1],
                text_id=text.text[0],
                text_en=text.text[1],
            )
            for competency, level, text in texts
        ],
        batch_size=AT_ONCE,
    )
    Anchor.objects.bulk_create(
        [
            Anchor(descriptor=row, number=number, text_id=indonesian, text_en=english)
            for row, (_competency, _level, text) in zip(rows, texts, strict=True)
            for number, (indonesian, english) in enumerate(text.anchors, start=1)
        ],
        batch_size=AT_ONCE,
    )


def _open_draft(actor: User, framework: Framework) -> Framework:
    """The draft as it stands now, held against others; ValidationError where it is none any more."""
    require_edit(actor, framework.agency)
    Unit.objects.select_for_update().get(pk=framework.agency_id)
    draft = (
        Framework.objects.select_related("agency").filter(pk=framework.pk, state=FrameworkState.DRAFT).first()
    )
    if draft is None:
        raise ValidationError(_("This version is no draft any more. Make a new draft and change that."))
    return draft


def _refuse_taken(agency: Unit, version: str, draft: Framework | None = None) -> None:
    others = Framework.objects.filter(agency=agency, version=version)
    if (others.exclude(pk=draft.pk) if draft else others).exists():
        raise ValidationError({"version": _("There is a version of this name already. Give it another one.")})


def _gaps_of(draft: Framework) -> list[str]:
    """A competency is described on all levels, each with something to be seen, or not at all yet."""
    described: dict[str, dict[int, int]] = {}
    rows = draft.descriptors.filter(competency__archived_at=None).select_related("competency")
    for row in rows.prefetch_related("anchors"):
        described.setdefault(str(row.competency), {})[row.level] = len(row.anchors.all())
    if not described:
        return [_("No competency is described yet. Describe the levels of at least one.")]
    problems = []
    for name, levels in sorted(described.items()):
        missing = [str(level) for level in range(LOWEST, HIGHEST + 1) if not levels.get(level)]
        if missing:
            problems.append(
                _("%(competency)s: describe level %(levels)s with at least one behaviour.")
                % {"competency": name, "levels": ", ".join(missing)}
            )
    return problems
